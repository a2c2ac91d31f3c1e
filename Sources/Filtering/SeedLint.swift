import TaskCorpus
import TextMetrics

/// What is doubtful about hand-written tasks before a corpus grows from them: each is read and used
/// all the same, and whoever wrote them is told.
package struct SeedLint: Sendable {
  /// One doubtful thing.
  package struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing.
    package let kind: Kind
    /// The file, as the caller named it.
    package let path: String
    /// The line of the task; nil for the file as a whole.
    package let line: Int?
    /// The sentence a user reads: `where: what is; what should be`.
    package let description: String
  }

  /// The kinds of findings.
  package enum Kind: Hashable, Sendable {
    /// There are too few tasks to fill a prompt with different ones.
    case tooFew
    /// An earlier task has the same instruction.
    case duplicate
    /// An earlier task has an instruction as near as the rule `novelty` forbids.
    case nearDuplicate
    /// An instance has no output.
    case missingOutput
    /// A field that is kept but not read has almost the name of one that is.
    case misspelledField
    /// A rule drops or flags what the seed says.
    case rule(RuleName)
  }

  /// As many tasks as a prompt of the original shows.
  package static let fewest = 8

  private let file: SeedFile
  private var rules: RuleSet
  private var pool: InstructionPool
  private var findings: [Finding] = []

  /// Looks through a seed file, in its order.
  ///
  /// - Parameters:
  ///   - rules: The rules that new tasks must pass, as resolved for the language.
  ///   - tokenizer: The corpus's tokenizer of similarity.
  /// - Returns: What was found, by line; of one line first what is about other lines.
  package static func findings(
    in file: SeedFile, rules: RuleSet, tokenizer: RougeTokenizer
  ) -> [Finding] {
    var lint = SeedLint(file, rules, tokenizer)
    lint.lookAtAll()
    return lint.findings
  }

  private init(_ file: SeedFile, _ rules: RuleSet, _ tokenizer: RougeTokenizer) {
    self.file = file
    self.rules = rules
    self.rules.length.maximum = max(rules.length.maximum, RuleSet.longestForAnybody)
    pool = InstructionPool(tokenizer: tokenizer)
  }

  private mutating func lookAtAll() {
    if file.tasks.count < Self.fewest {
      let count = file.tasks.count
      add(
        .tooFew, nil, "\(count) task\(count == 1 ? "" : "s")",
        "at least \(Self.fewest), as many as a prompt shows")
    }
    var lineOfInstruction: [String: Int] = [:]
    for (task, line) in zip(file.tasks, file.lines) {
      if let earlier = lineOfInstruction[task.instruction] {
        add(.duplicate, line, "the instruction is that of line \(earlier)", "each task once")
      } else {
        lineOfInstruction[task.instruction] = line
        lookForNearOnes(task, line)
      }
      lookAtFields(of: task, line)
      lookAtTexts(of: task, line)
    }
  }

  private mutating func lookAtFields(_ fields: [String], _ known: [String], _ line: Int) {
    // A row may have fields of another form, such as 'input' beside 'instances'.
    for field in fields.sorted() where !known.contains(field) {
      guard let meant = NearestSpelling.of(field, among: known) else { continue }
      add(.misspelledField, line, "nothing reads the field '\(field)'", "perhaps '\(meant)'")
    }
  }

  private mutating func lookAtFields(of task: InstructionTask, _ line: Int) {
    lookAtFields(Array(task.extra.keys), InstructionTask.fields, line)
    for instance in task.instances {
      lookAtFields(Array(instance.extra.keys), TaskInstance.fields, line)
    }
  }

  private mutating func lookForNearOnes(_ task: InstructionTask, _ line: Int) {
    let limit = rules.novelty.maximum
    if let nearest = pool.nearest(to: task.instruction), nearest.score > limit {
      let score = RuleSet.Overlap.rounded(nearest.score)
      add(
        .nearDuplicate, line,
        "the instruction has ROUGE-L \(score) with that of line \(nearest.id)", "at most \(limit)")
    }
    pool.insert(task.instruction, id: "\(line)")
  }

  private mutating func lookAtTexts(of task: InstructionTask, _ line: Int) {
    let evidence = InstructionEvidence(finish: "stop", logProbability: nil, group: 1)
    for check in rules.checks(instruction: task.instruction, evidence) {
      add(check, of: "the instruction", line)
    }
    for (index, instance) in task.instances.enumerated() {
      let name = task.instances.count == 1 ? "the instance" : "instance \(index + 1)"
      lookAt(instance, of: task, name, line)
    }
  }

  private mutating func lookAt(
    _ instance: TaskInstance, of task: InstructionTask, _ name: String, _ line: Int
  ) {
    if instance.output.allSatisfy(\.isWhitespace) {
      return add(.missingOutput, line, "\(name) has no output", "the right answer")
    }
    let checks = rules.checks(
      instance: .init(input: instance.input, output: instance.output),
      instruction: task.instruction, labels: task.isClassification == true ? [] : nil,
      InstanceEvidence(finish: "stop", logProbability: nil), pool: pool)
    for check in checks { add(check, of: name, line) }
    let others = task.instances.filter { $0.input == instance.input && !$0.input.isEmpty }
    if let other = others.first, other.output != instance.output {
      let verdict = Verdict(.conflict, .drop, "one input has another output too")
      add(RuleCheck(.conflict, verdict), of: name, line)
    }
  }

  private mutating func add(_ check: RuleCheck, of part: String, _ line: Int) {
    guard let verdict = check.verdict, RuleSet.rulesForAnybody.contains(check.rule) else { return }
    add(
      .rule(verdict.rule), line,
      "\(part) would not pass the rule '\(verdict.rule.rawValue)' (\(verdict.evidence))",
      "what new tasks must pass")
  }

  private mutating func add(_ kind: Kind, _ line: Int?, _ found: String, _ expected: String) {
    let place = line.map { "\(file.path):\($0)" } ?? file.path
    findings.append(
      Finding(
        kind: kind, path: file.path, line: line,
        description: "\(place): \(found); expected \(expected)"))
  }
}
