import Storage
import TaskCorpus

/// What a run asks for that differs from what an unfinished round was opened with.
enum RunDifference {
  /// The differences in words, in the order of their names.
  ///
  /// - Parameter given: Keys of the configuration, dotted, that were asked for expressly; others
  ///   may differ, for the round goes on with what is recorded.
  static func list(recorded: RunRow, now: RunRow, given: Set<String>) -> [String] {
    var differences: [String] = []
    let (old, new) = (flat(recorded.configuration), flat(now.configuration))
    for key in Set(old.keys).union(new.keys).sorted() {
      let isGiven = given.contains { key == $0 || key.hasPrefix($0 + ".") }
      guard isGiven, old[key] != new[key] else { continue }
      differences.append("\(key) \(text(old[key])) (now \(text(new[key])))")
    }
    differences += models("model", recorded.model, now.model)
    differences += models("answer model", recorded.answerModel, now.answerModel)
    differences += models("judge", recorded.judge, now.judge)
    if recorded.prompts != now.prompts { differences.append("other prompt files") }
    if recorded.judgePrompt != now.judgePrompt, recorded.judge == now.judge {
      differences.append("another prompt of the judge")
    }
    if recorded.seeds != now.seeds { differences.append("other seeds") }
    if recorded.evaluation != now.evaluation { differences.append("other evaluation sets") }
    return differences
  }

  /// What tells two models apart: names, or else weights, and what they are computed in.
  private static func models(
    _ role: String, _ old: JSONValue?, _ new: JSONValue?
  ) -> [String] {
    func difference(_ key: String, as name: String) -> String? {
      if old?[key] == new?[key] { return nil }
      // A model without a name is none.
      let (then, now) = (old?[key].map(text) ?? "none", new?[key].map(text) ?? "none")
      return "\(name) \(then) (now \(now))"
    }
    let which =
      difference("name", as: role)
      ?? difference("fingerprint", as: "weights of \(role) \(text(old?["name"])) with hash")
    if old == nil || new == nil { return [which].compactMap(\.self) }
    return [which, difference("precision", as: "precision")].compactMap(\.self)
  }

  private static func text(_ value: JSONValue?) -> String {
    "'" + (value.map { $0.string ?? $0.encodedLine() } ?? "nothing") + "'"
  }

  private static func flat(_ value: JSONValue, _ name: String = "") -> [String: JSONValue] {
    guard let fields = value.object else { return [name: value] }
    return fields.reduce(into: [:]) { all, field in
      let key = name.isEmpty ? field.key : name + "." + field.key
      all.merge(flat(field.value, key)) { $1 }
    }
  }
}
