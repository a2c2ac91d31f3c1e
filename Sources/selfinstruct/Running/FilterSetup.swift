import Bootstrapping
import Filtering
import Projects
import Prompts
import Storage
import TaskCorpus
import TextMetrics

/// Which rules a corpus or a data set is filtered by.
struct FilterSetup {
  /// As resolved for language and prompts.
  let configuration: GrowConfiguration
  let prompts: PromptSet
  /// The rules that count for a data set.
  let applied: Set<RuleName>

  var tokenizer: RougeTokenizer { configuration.preset == .paper ? .reference : .unicode }

  /// For a data set.
  ///
  /// - Parameters:
  ///   - prompts: A folder of prompt files; the project's, else the built-in ones, if nil.
  ///   - only: Rules that were chosen, which then drop, whatever the settings say.
  ///   - threshold: The highest ROUGE-L F that passes; the settings' if nil.
  ///   - language: That of the rows, where the settings name none.
  init(
    preset: GrowConfiguration.Preset?, prompts: String?, only: Set<RuleName>?,
    _ threshold: Double?, language: String? = nil, in project: Project
  ) throws {
    self.prompts = try project.prompts(prompts)
    let language = project.file.text("language") ?? language ?? Language.english.code
    var configuration = try Self.configuration(
      preset, language, self.prompts, threshold, project)
    if !project.file.growKeys.contains("rules.length.maximum") {
      let isByWords = configuration.rules.length.unit == .words
      let longest = RuleSet.longestForAnybody * (isByWords ? 1 : 2)
      configuration.rules.length.maximum = max(configuration.rules.length.maximum, longest)
    }
    if let only { configuration.rules.letDrop(only) }
    self.configuration = configuration
    applied = only ?? RuleSet.rulesForAnybody
  }

  /// For a corpus, whose language was fixed when it was made, and its preset where the settings name
  /// none.
  ///
  /// - Throws: `GrowError.corpus` if there is none.
  init(
    corpus: CorpusDirectory, prompts: String?, _ threshold: Double?, in project: Project
  ) throws {
    let origin = try CorpusFilter.origin(of: corpus)
    let named = project.file.text("preset").flatMap(GrowConfiguration.Preset.init)
    self.prompts = try project.prompts(prompts)
    configuration = try Self.configuration(
      named ?? origin.preset, origin.language, self.prompts, threshold, project)
    applied = Set(RuleName.allCases)
  }

  private static func configuration(
    _ preset: GrowConfiguration.Preset?, _ language: String, _ prompts: PromptSet,
    _ threshold: Double?, _ project: Project
  ) throws -> GrowConfiguration {
    let flags = preset.map { ["preset": JSONValue.string($0.rawValue)] } ?? [:]
    var configuration = try project.file.growConfiguration(flags: flags)
    configuration = configuration.resolved(for: Language(language), prompts: prompts)
    if let threshold {
      configuration.rules.novelty.maximum = threshold
      configuration.rules.novelty.maximumWithLabels = threshold
    }
    return configuration
  }

  /// The evaluation sets that a corpus, or a data set, is kept clear of; nil if there are none.
  ///
  /// - Parameters:
  ///   - files: In place of those of the settings, if there are any.
  ///   - fields: Likewise.
  /// - Throws: `ProjectError.noEvaluation` if sets are asked for and none are named; what is wrong
  ///   with one.
  func evaluation(
    files: [String] = [], fields: [String] = [], isNeeded: Bool = false, in project: Project
  ) throws -> EvaluationSets? {
    guard applied.contains(.contamination) else { return nil }
    var sets = configuration.evaluation
    if !fields.isEmpty { sets.fields = fields }
    if !files.isEmpty {
      sets.files = files
      return try EvaluationSets(reading: sets)
    }
    if sets.files.isEmpty {
      if isNeeded { throw ProjectError.noEvaluation }
      return nil
    }
    return try EvaluationSets(reading: sets, resolve: project.path)
  }
}
