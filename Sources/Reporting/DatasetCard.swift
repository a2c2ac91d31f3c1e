import Bootstrapping
import Storage
import TaskCorpus

/// The page that tells what a data set is: front matter as the Hugging Face Hub reads it, and what a
/// person should know before using it.
enum DatasetCard {
  /// Stands in every card, so that one is known for ours.
  static let mark = "Made by selfinstruct"

  /// Tasks that the page shows.
  private static let shownTasks = 5
  /// Characters of each that it shows at most.
  private static let shownCharacters = 600

  static func text(of export: DatasetExport) -> String {
    let account = export.account
    return """
      \(frontMatter(of: export))
      # \(plain(export.options.name))

      \(mark): tasks that language models made up and answered, grown from \(account.seeds.count) tasks that people \
      wrote, in \(account.rounds) round\(account.rounds == 1 ? "" : "s"). \
      \(imported(in: account))\
      \(account.tasks.count) task\(account.tasks.count == 1 ? "" : "s"), \(export.splits.map { "\($0.rows.count) row\($0.rows.count == 1 ? "" : "s") in `\($0.path)`" }.joined(separator: ", ")); \
      a task is in one part only.

      Rows are \(form(export.options.format)).

      ## Yield

      | | instructions |
      |---|---:|
      \(yieldRows(of: account).joined(separator: "\n"))

      Each was compared with all kept before it by exact ROUGE-L. A person has read \(account.reviewed) of the tasks.

      ## Who wrote it

      | model | tasks made up | answers written |
      |---|---:|---:|
      \(authorRows(of: account).joined(separator: "\n"))

      | of | licence |
      |---|---|
      \(export.licenses.map { "| \(plain($0.source)) | \($0.license ?? "not known") |" }.joined(separator: "\n"))

      What a model writes may come under its terms of use as well as under its licence; whoever publishes
      this has to keep to them.

      ## Limits

      \(limits(of: export))

      ## Excerpt

      \(excerpt(of: export))
      """
  }

  /// A row for each name: several files that were taken in, or runs of one model, are one.
  private static func authorRows(of account: CorpusAccount) -> [String] {
    let names = account.authors.map(\.name)
    return names.enumerated().filter { !names[..<$0.offset].contains($0.element) }.map { _, name in
      let same = account.authors.filter { $0.name == name }
      return "| \(code(name)) | \(same.reduce(0) { $0 + $1.tasks }) "
        + "| \(same.reduce(0) { $0 + $1.answers }) |"
    }
  }

  private static func imported(in account: CorpusAccount) -> String {
    let count = account.authors.filter { $0.name == RunFile.modelName }.reduce(0) { $0 + $1.tasks }
    if count == 0 { return "" }
    return
      "\(count) of the tasks were taken over from another program's files, which do not say who wrote them. "
  }

  private static func yieldRows(of account: CorpusAccount) -> [String] {
    ["| read from what models wrote | \(account.instructions) |"]
      + account.dropped.map { "| dropped by the rule `\($0.rule.rawValue)` | \($0.count) |" }
      + [
        "| kept, and no task yet | \(account.waiting) |", "| tasks | \(account.tasks.count) |",
      ]
  }

  private static func frontMatter(of export: DatasetExport) -> String {
    var lines = [
      "---", "pretty_name: \(quoted(export.options.name))",
      "language: [\(quoted(export.account.language))]",
    ]
    let licenses = export.licenses.map { $0.license ?? "unknown" }
    let named = licenses.enumerated().filter { !licenses[..<$0.offset].contains($0.element) }
      .map(\.element)
    lines.append(
      named.count == 1
        ? "license: \(named[0])" : "license: [\(named.joined(separator: ", "))]")
    lines += [
      "annotations_creators: [machine-generated]", "language_creators: [machine-generated]",
      "source_datasets: [original]", "task_categories: [text-generation]",
      "size_categories: [\"\(size(export.splits.reduce(0) { $0 + $1.rows.count }))\"]",
      "tags: [synthetic, self-instruct, instruction-tuning]", "configs:", "- config_name: default",
      "  data_files:",
    ]
    for split in export.splits {
      lines += ["  - split: \(split.name)", "    path: \(split.path)"]
    }
    return (lines + ["---", ""]).joined(separator: "\n")
  }

  /// As the Hub sorts them.
  static func size(_ rows: Int) -> String {
    let steps = [
      (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    ]
    return steps.first { rows < $0.0 }?.1 ?? "1M<n<10M"
  }

  private static func form(_ format: ExportFormat) -> String {
    switch format {
    case .alpaca: "objects of `instruction`, `input` (empty where there is none) and `output`"
    case .messages:
      "conversations: `messages`, each with `role` and `content`; an input follows the instruction after "
        + "a blank line"
    case .promptCompletion:
      "two strings, `prompt` and `completion`; a completion begins with a space, so that both may be joined "
        + "as they are"
    case .sharegpt:
      "`conversations` of `human` and `gpt`; an input follows the instruction after a blank line"
    case .selfInstruct:
      "tasks in the schema of Self-Instruct: `instruction`, `instances` of `input` and `output`, "
        + "`is_classification`"
    }
  }

  private static func limits(of export: DatasetExport) -> String {
    let account = export.account
    var limits = [
      "- The answers are a model's. Facts, names, numbers and labels in them may be wrong, and nothing has "
        + "checked them but rules about their form.",
      "- What the models were trained on, with its errors and its slant, is in here, too.",
      "- The tasks are like the seeds they grew from, and cover no more than these suggest.",
    ]
    let small = account.authors.filter { export.options.smallModels.contains($0.fingerprint) }
    let answers = account.authors.reduce(0) { $0 + $1.answers }
    let share = Double(small.reduce(0) { $0 + $1.answers }) / Double(max(1, answers))
    if share > 0.1 {
      limits.insert(
        "- \(Int((share * 100).rounded())) % of the answers were written by a model of 135 million parameters. "
          + "Many of them are wrong or shallow. They show the method and train a model of that size to "
          + "keep to a form; they are no source of knowledge.", at: 0)
    }
    return limits.joined(separator: "\n")
  }

  private static func excerpt(of export: DatasetExport) -> String {
    let rows = export.splits.first?.rows.prefix(shownTasks) ?? []
    let lines = rows.map { row -> String in
      let line = row.encodedLine(first: ExportFormat.keys)
      return line.count > shownCharacters ? line.prefix(shownCharacters) + " ..." : line
    }
    // Longer than any that a text holds.
    let longest = lines.flatMap { $0.split { $0 != "`" } }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)\n\(lines.joined(separator: "\n"))\n\(fence)\n"
  }

  /// A text as a string of YAML, which reads those of JSON.
  private static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in JSONValue.string(text).encodedLine().unicodeScalars {
      // What JSON leaves as it is and YAML has no place for.
      let isOdd =
        (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029, 0xFEFF].contains(scalar.value)
        || scalar.value & 0xFFFE == 0xFFFE
      if isOdd, scalar.value <= 0xFFFF {
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        quoted.unicodeScalars.append(isOdd ? " " : scalar)
      }
    }
    return quoted
  }

  /// A text in a line or cell of Markdown, without marks that mean something there.
  private static func plain(_ text: String) -> String {
    String(
      text.map { character in
        character.isNewline ? " " : "|<>`[]*_#\\".contains(character) ? "-" : character
      })
  }

  private static func code(_ text: String) -> String {
    "`" + String(text.map { $0 == "`" || $0 == "|" || $0.isNewline ? " " : $0 }) + "`"
  }
}
