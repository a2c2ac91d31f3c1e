import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus

extension GrowConfiguration {
  /// The defaults of a preset.
  package init(_ preset: Preset) {
    self.init()
    self.preset = preset
    if preset == .paper { followPaper() }
  }

  /// Reads a configuration as a ledger holds it, its rules as `RuleSet(recorded:)` does; one from
  /// before there were evaluation sets or judges has none.
  ///
  /// - Throws: `DecodingError` for what is none.
  package init(recorded json: JSONValue) throws {
    guard case .object(var fields) = json, let rules = fields["rules"] else {
      self = try json.decoded()
      return
    }
    fields["rules"] = try RuleSet.completed(rules)
    if fields["evaluation"] == nil {
      fields["evaluation"] = try JSONValue(encoding: EvaluationSets.Configuration())
    }
    if fields["judging"] == nil { fields["judging"] = try JSONValue(encoding: Judging()) }
    self = try JSONValue.object(fields).decoded()
  }

  /// The configuration with everything that language and prompt files decide filled in.
  ///
  /// Lists of words that are already there stay.
  package func resolved(for language: Language, prompts: PromptSet) -> GrowConfiguration {
    var resolved = self
    resolved.language = language.code
    resolved.rules.language.languages.fill(with: [language.code])
    let words = prompts.words
    resolved.rules.blacklist.words.fill(with: words.blacklist)
    resolved.rules.beginning.words.fill(with: words.blacklistedBeginnings)
    resolved.rules.voice.words.fill(with: words.wrongVoice)
    resolved.rules.refusal.words.fill(with: words.refusals)
    resolved.rules.blacklistWithInput.words.fill(with: words.blacklistWithInput)
    resolved.rules.firstWord.words.fill(with: words.wrongFirstEndings)
    resolved.rules.chat.words.fill(with: words.chat)
    resolved.rules.chat.exceptions.fill(with: words.chatExceptions)
    resolved.rules.chat.lastWords.fill(with: words.wrongLastWords)
    resolved.rules.numbers.words.fill(with: words.sums)
    resolved.rules.labelInput.beginnings.fill(with: words.wrongLabelInputBeginnings)
    resolved.rules.preface.words.fill(with: words.prefaces)
    resolved.rules.inputForm.beginnings.fill(with: words.wrongInputBeginnings)
    resolved.rules.inputForm.fields.fill(with: words.answerFields)
    resolved.rules.inputForm.phrases.fill(with: words.wrongInputs)
    resolved.rules.labelInput.words.fill(with: words.wrongLabelInputs)
    resolved.rules.reference.missing.fill(with: words.missingReferences)
    resolved.rules.reference.required.fill(with: words.inputReferences)
    if language.lengthUnit == .characters, preset == .standard { resolved.rules.countCharacters() }
    return resolved
  }

  /// The configuration with what a model cannot do asked for otherwise.
  ///
  /// Without likelihoods of given texts nothing says which of several answers is the best, so that
  /// no more are asked for than are needed; without conversations new instructions are asked for as
  /// a list, the original's way. The rules stay as they are: they go by what is known of a text.
  ///
  /// - Parameters:
  ///   - capabilities: What each model can do.
  ///   - given: Keys, dotted, that were asked for expressly, and stay.
  package func adapted(
    to capabilities: ModelRoles<ModelCapabilities>, given: Set<String>
  ) -> GrowConfiguration {
    guard preset == .standard else { return self }
    var adapted = self
    func isFree(_ key: String) -> Bool { !given.contains(key) }
    if !capabilities[.answer].scores, isFree("answers.samples") { adapted.answers.samples = 1 }
    if !capabilities.author.scores {
      if isFree("inputs.samples") { adapted.inputs.samples = 1 }
      if isFree("labels.samples") { adapted.labels.samples = 1 }
    }
    if !capabilities.author.chats, isFree("instructions.method") {
      var lists = adapted
      let paper = GrowConfiguration(.paper)
      lists.instructions = paper.instructions
      lists.instructions.lowercases = false
      // A list comes to several instructions, so that fewer lists make a wave.
      lists.waves.requests = paper.waves.requests
      lists.classification = paper.classification
      lists.inputNeed = Question(method: .text)
      adapted.take(lists, except: given)
    }
    return adapted
  }

  /// Takes everything of another configuration but the given keys.
  private mutating func take(_ other: GrowConfiguration, except given: Set<String>) {
    // A number that is none cannot be encoded; `validate` tells of it.
    guard let own = try? JSONValue(encoding: self), let others = try? JSONValue(encoding: other),
      let mixed: GrowConfiguration = try? Self.mixed(own, others, "", given).decoded()
    else { return }
    self = mixed
  }

  private static func mixed(
    _ own: JSONValue, _ other: JSONValue, _ path: String, _ given: Set<String>
  ) -> JSONValue {
    guard let fields = other.object else { return given.contains(path) ? own : other }
    return .object(
      Dictionary(
        uniqueKeysWithValues: fields.map { key, value in
          let place = path.isEmpty ? key : "\(path).\(key)"
          return (key, mixed(own[key] ?? value, value, place, given))
        }))
  }

  private mutating func followPaper() {
    waves.requests = 5
    waves.inFlight = 1
    instructions.method = .list
    instructions.inputShare = 0
    instructions.labelShare = 0
    instructions.lowercases = true
    instructions.sampling = SamplingParameters(temperature: 0.7)
    instructions.sampling.topP = 0.5
    instructions.sampling.presencePenalty = 2
    instructions.maxNewTokens = 1024
    classification = Question(method: .text)
    classification.yesExamples = 12
    classification.noExamples = 19
    instances.together = true
    instances.sampling.presencePenalty = 1.5
    rules = RuleSet.paper
  }
}

extension RuleSet {
  /// Bounds in characters for languages that do not write words apart, at about two characters a
  /// word.
  fileprivate mutating func countCharacters() {
    for bounds in [\RuleSet.length, \.outputLength, \.answerLength, \.inputLength]
    where self[keyPath: bounds].unit == .words {
      self[keyPath: bounds].unit = .characters
      if self[keyPath: bounds].minimum > 1 { self[keyPath: bounds].minimum *= 2 }
      self[keyPath: bounds].maximum *= 2
    }
  }
}

extension Array where Element == String {
  fileprivate mutating func fill(with words: [String]) {
    if isEmpty { self = words }
  }
}
