import ArgumentParser
import Bootstrapping
import HTTPModels
import LanguageModels
import LocalModels
import Projects
import Storage

/// Models that do a part of the work in the place of the one that makes up tasks.
struct RoleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another model that answers the tasks, named like --model.",
      valueName: "name, path or address"))
  var answerModel: String?

  @Option(help: ArgumentHelp("Its name at its endpoint.", valueName: "name"))
  var answerModelName: String?

  @Option(
    help: ArgumentHelp(
      "A model that gives each answer a score from 1 to 5; below rules.judge.minimum (3) it is "
        + "dropped.", valueName: "name, path or address"))
  var judge: String?

  @Option(help: ArgumentHelp("Its name at its endpoint.", valueName: "name"))
  var judgeName: String?

  func validate() throws {
    let texts = [
      ("answer-model", answerModel), ("answer-model-name", answerModelName), ("judge", judge),
      ("judge-name", judgeName),
    ]
    for (name, text) in texts where text == "" {
      throw ValidationError("--\(name): is empty; expected a text")
    }
  }

  /// The models that flags, or else the project, name beside the one that makes up tasks.
  ///
  /// - Throws: `EndpointError` for an address or a key that is none, `EarlyEnd` for a name that goes
  ///   with no endpoint.
  func choices(
    beside author: ModelChoice, patience: EndpointPatience, in project: Project
  ) throws -> ModelRoles<ModelChoice> {
    ModelRoles(
      author,
      answerer: try choice("answerModel", answerModel, answerModelName, patience, project),
      judge: try choice("judge", judge, judgeName, patience, project))
  }

  /// - Parameter key: The setting in whose place the flags stand, by which they are named too.
  private func choice(
    _ key: String, _ flag: String?, _ name: String?, _ patience: EndpointPatience,
    _ project: Project
  ) throws -> ModelChoice? {
    let option = key == "judge" ? "judge" : "answer-model"
    let fields = flag == nil ? project.file.object(key) ?? [:] : [:]
    guard let model = flag ?? fields["model"]?.string else {
      if let field = fields.keys.sorted().first {
        throw EarlyEnd(
          code: .failed,
          message:
            "error: \(ProjectFile.name): \(key): has \(quoted(field)) and no 'model'; expected "
            + "the model that it is about")
      }
      if name == nil { return nil }
      throw EarlyEnd(
        code: .misused,
        message: "error: --\(option)-name: goes with an endpoint; expected --\(option) too")
    }
    let place = flag == nil ? "\(ProjectFile.name): \"\(key)\"" : "--\(option)"
    guard EndpointURL.isMeant(by: model) else {
      if name == nil {
        return .local(
          try ModelReference(inProject: model, project, namedBy: flag == nil ? place : nil))
      }
      throw EarlyEnd(
        code: .misused,
        message: "error: --\(option)-name: goes with an endpoint; expected its address after "
          + "--\(option)")
    }
    var endpoint = Endpoint(try EndpointURL(model, namedBy: place))
    endpoint.modelName = name ?? fields["name"]?.string
    endpoint.api = fields["api"]?.string.flatMap(Endpoint.API.init)
    endpoint.maxConcurrency = fields["max_concurrency"]?.int ?? endpoint.maxConcurrency
    endpoint.extraBody = fields["extraBody"]?.object ?? [:]
    endpoint.key = try APIKey.find(
      for: endpoint.url, variable: fields["key_env"]?.string,
      file: fields["apiKeyFile"]?.string.map(project.path))
    return .endpoints([endpoint], patience)
  }
}

extension ModelReference {
  /// A model of this machine, by a flag or by a setting.
  ///
  /// - Parameter place: The setting; nil for a flag, whose path starts where the user is.
  init(inProject name: String, _ project: Project, namedBy place: String?) throws {
    guard let place else {
      try self.init(name)
      return
    }
    try self.init(
      name == ModelReference.embeddedName ? name : project.path(name), namedBy: place)
  }
}
