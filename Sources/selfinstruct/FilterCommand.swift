import ArgumentParser
import Bootstrapping
import Filtering
import Projects
import Storage
import TaskCorpus

/// `selfinstruct filter`: what rules keep of a corpus, or of a data set.
struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Decide again what a corpus keeps, or filter a data set.",
    discussion: """
      A corpus is decided again from its ledger, by the rules of selfinstruct.json as they are now, \
      without asking the model. What it gains and loses is shown, then written. An instruction that \
      is gained may have no instances yet: 'grow --rounds 0' asks for them. Evaluation sets that the \
      settings name are read again, too. --reparse also reads the completions themselves again.

      With --input rows of any kind are filtered, JSON lines or one JSON array. Those that pass the \
      rules are kept whole and in their order, each compared with all that were kept before it by \
      exact ROUGE-L. Without --output they go to stdout. Of the rules those apply that say what a \
      task is: \(Self.names(RuleSet.rulesForAnybody)). --only names others; their parameters stand \
      in selfinstruct.json. Fields 'input' and 'output', or 'instances' with them, are looked at \
      where they are there. An instruction may have up to \(RuleSet.longestForAnybody) words unless \
      selfinstruct.json gives rules.length.maximum, twice as many characters in a language that does \
      not part words; the language is that of the settings, else that of the rows. Rows are written \
      as JSON lines.
      """)

  @OptionGroup var corpus: CorpusFolder

  @Option(
    help: ArgumentHelp(
      "A folder of prompt files with word lists of your own (default: the built-in ones).",
      valueName: "dir"))
  var prompts: String?

  @Option(help: ArgumentHelp("Filter these rows instead; '-' is stdin.", valueName: "file"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "The field with the instruction (default: instruction).", valueName: "name"))
  var field: String?

  @Option(help: ArgumentHelp("The field with the input (default: input).", valueName: "name"))
  var inputField: String?

  @Option(help: ArgumentHelp("The field with the output (default: output).", valueName: "name"))
  var outputField: String?

  @Option(help: ArgumentHelp("Where the kept rows go; '-' is stdout.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Where the others go, each with its line, the rule, what it saw and the row that beat it.",
      valueName: "file"))
  var rejected: String?

  @Option(
    help: ArgumentHelp(
      "For each kept row the \(InstructionPool.recordedNeighbours) nearest of those kept before and the "
        + "mean similarity to all of them. Takes time in proportion to them.", valueName: "file"))
  var nearest: String?

  @Option(
    help: ArgumentHelp("Apply only these rules, separated by commas.", valueName: "rules"))
  var only: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The highest ROUGE-L F that passes (default: that of the settings). For a corpus only with "
        + "--dry-run.",
      valueName: "0-1"))
  var threshold: Double?

  @Option(
    help: ArgumentHelp(
      "Texts that the model will be tested with: rows that overlap with them are dropped; may be "
        + "given again (default: those of the settings).", valueName: "file"))
  var evaluation: [String] = []

  @Option(
    help: ArgumentHelp(
      "A field of their rows to read; may be given again (default: those of the settings).",
      valueName: "name"))
  var evaluationField: [String] = []

  @Option(help: "'paper' for the rules and the tokens of Self-Instruct (2022) as published.")
  var preset: GrowConfiguration.Preset?

  @Flag(
    help: """
      Read every completion of the corpus again, as this version does: what a mended reader finds in \
      old answers counts from then on. Rounds that were asked with other prompts are left as they \
      are, unless --prompts names those.
      """)
  var reparse = false

  @Flag(help: "End at the first row that cannot be read.")
  var strict = false

  @Flag(help: "Write nothing but the summary.")
  var dryRun = false

  @Flag(help: "Write the summary as JSON.")
  var json = false

  func validate() throws {
    if let threshold, !(0...1 ~= threshold) {
      throw ValidationError("--threshold: \(threshold); expected 0 to 1")
    }
    let outputs = [("output", output), ("rejected", rejected), ("nearest", nearest)]
    let inputs: [(String, String?)] =
      [("input", input), ("prompts", prompts)] + evaluation.map { ("evaluation", $0) }
    for (name, path) in outputs + inputs where path == "" {
      throw ValidationError("--\(name): is empty; expected a path")
    }
    try validateMode(outputs)
    try validatePlaces(outputs)
    if let names, names.isEmpty {
      throw ValidationError("--only: names no rule; expected some of \(Self.allNames)")
    }
    for name in names ?? [] where RuleName(rawValue: name) == nil {
      throw ValidationError("--only: '\(name)' is no rule; expected some of \(Self.allNames)")
    }
    for rule in chosen ?? [] where !RuleSet.rulesAboutTexts.contains(rule) {
      throw ValidationError(
        "--only: '\(rule.rawValue)' needs what only a ledger holds; expected some of "
          + Self.allNames)
    }
  }

  /// No result takes another's place, nor that of a file that is read; only the kept rows may stand
  /// where all stood.
  private func validatePlaces(_ outputs: [(String, String?)]) throws {
    var taken = evaluation.map { ("evaluation", $0) }
    if let input, input != "-" { taken.append(("input", input)) }
    for case (let name, let path?) in outputs where path != "-" {
      let place = AtomicFile.target(of: path)
      let other = taken.first { other in
        (name, other.0) != ("output", "input") && AtomicFile.target(of: other.1) == place
      }
      if let other {
        throw ValidationError("--\(name): is the file of --\(other.0); expected another")
      }
      taken.append((name, path))
    }
  }

  /// A corpus is decided by its project's rules; the flags of a data set say nothing about it.
  private func validateMode(_ outputs: [(String, String?)]) throws {
    if input != nil {
      guard corpus.corpus == nil else {
        throw ValidationError("filter: --corpus and --input are given; expected one of them")
      }
      if reparse {
        throw ValidationError(
          "--reparse: goes with a corpus, not with --input; expected one of them")
      }
      if !evaluation.isEmpty, let chosen, !chosen.contains(.contamination) {
        throw ValidationError(
          "--evaluation: the rules of --only compare with none; expected 'contamination' among them"
        )
      }
      return
    }
    let flags: [(String, String?)] =
      outputs + [("field", field), ("only", only), ("preset", preset?.rawValue)]
      + [("input-field", inputField), ("output-field", outputField)]
      + [("strict", strict ? "" : nil), ("evaluation", evaluation.first)]
      + [("evaluation-field", evaluationField.first)]
    if let stray = flags.first(where: { $0.1 != nil }) {
      throw ValidationError("--\(stray.0): goes with --input; expected both")
    }
    if threshold != nil, !dryRun {
      throw ValidationError(
        "--threshold: a corpus keeps to its settings; expected --dry-run beside it, or "
          + "rules.novelty.maximum in selfinstruct.json")
    }
  }

  func run() throws {
    let project = try Project()
    if let input { try decide(aboutFile: input, in: project) } else { try decideAgain(in: project) }
  }

  private func decideAgain(in project: Project) throws {
    let folder = corpus.directory(in: project)
    let setup = try FilterSetup(corpus: folder, prompts: prompts, threshold, in: project)
    try CorpusFilterRun(
      corpus: folder, evaluation: try setup.evaluation(in: project), reparses: reparse,
      isDry: dryRun, asJSON: json
    ).run(setup)
  }

  private func decide(aboutFile input: String, in project: Project) throws {
    let file = try DatasetFile(
      reading: input,
      fields: DatasetFile.Fields(
        instruction: field ?? "instruction", input: inputField ?? "input",
        output: outputField ?? "output"))
    let setup = try FilterSetup(
      preset: preset, prompts: prompts, only: chosen, threshold, language: file.language,
      in: project)
    let sets = try setup.evaluation(
      files: evaluation, fields: evaluationField,
      isNeeded: chosen?.contains(.contamination) == true || !evaluationField.isEmpty, in: project)
    try DatasetRun(
      file: file, setup: setup, evaluation: sets, kept: output == "-" ? nil : output,
      rejected: rejected, nearest: nearest, isStrict: strict, isDry: dryRun,
      asJSON: json
    ).run()
  }

  private var names: [String]? {
    only?.split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  private var chosen: Set<RuleName>? {
    names.map { Set($0.compactMap(RuleName.init)) }
  }

  private static let allNames = names(RuleSet.rulesAboutTexts)

  private static func names(_ rules: Set<RuleName>) -> String {
    RuleName.allCases.filter(rules.contains).map(\.rawValue).joined(separator: ", ")
  }
}
