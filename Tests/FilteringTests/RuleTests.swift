import Filtering
import Storage
import TaskCorpus
import Testing

/// Each rule against texts that a person has judged.
@Suite struct RuleTests {
  static var rules: RuleSet {
    var rules = RuleSet()
    rules.answerLength.minimum = 1  // so that short sentences show the other rules
    rules.blacklist.words = ["image", "go to", "map"]
    rules.beginning.words = ["Write a program"]
    rules.voice.words = ["I", "Sure"]
    rules.chat.words = ["you", "help with it"]
    rules.chat.exceptions = ["Can you"]
    rules.chat.lastWords = ["that"]
    rules.firstWord.words = ["ing"]
    rules.numbers.words = ["how many"]
    rules.reference.missing = ["the following"]
    rules.reference.required = ["this", "the following"]
    rules.refusal.words = ["I'm sorry", "as an AI"]
    rules.preface.words = ["Here"]
    rules.inputForm.fields = ["Answer"]
    rules.labelInput.words = ["category"]
    rules.secret.severity = .drop
    return rules
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var rule: RuleName?
    var kind = InstructionKind.open
    var finish = "stop"
    var relevance = 1.0

    var testDescription: String { "\(rule?.rawValue ?? "passes"): \(text)" }
  }

  @Test(arguments: [
    Case(text: "Explain how bees find home.", rule: nil),
    Case(text: "Explain how bees find home.", rule: .truncated, finish: "length"),
    Case(text: "Explain bees now.", rule: .length),
    Case(text: String(repeating: "very ", count: 35) + "long.", rule: .length),
    Case(text: "Describe the Image of a bee.", rule: .blacklist),
    Case(text: "Describe imagery and mapping in poems.", rule: nil),
    Case(text: "Say why people go  to work.", rule: nil),
    Case(text: "Say why people go to work.", rule: .blacklist),
    Case(text: "write a Program that sorts bees.", rule: .beginning),
    Case(text: "\"Bees\" are what kind of animal?", rule: .firstCharacter),
    Case(text: "- Explain how bees find home.", rule: .firstCharacter),
    Case(text: "Écris un poème sur la mer.", rule: nil),
    Case(text: "解释一下 蜜蜂 如何 回家。", rule: nil),
    Case(text: "Explaining how bees find home.", rule: .firstWord),
    Case(text: "I want to know about bees.", rule: .voice),
    Case(text: "Identify three kinds of bees.", rule: nil),
    Case(text: "Explain how bees find home.", rule: .relevance, relevance: 0),
    Case(text: "Explain how you find home.", rule: .chat),
    Case(text: "Can you explain how bees find home?", rule: nil),
    Case(text: "Explain why bees do that.", rule: .chat),
    Case(text: "Say how many bees there are.", rule: .numbers),
    Case(text: "Name 2 bees and 3 wasps.", rule: .numbers),
    Case(text: "Name the bees of 1984.", rule: .numbers),
    Case(text: "Name 5 kinds of bees.", rule: nil),
    Case(text: "Name some kinds of bees. Be short.", rule: .sentences),
    Case(text: "Name some kinds\nof bees.", rule: .lines),
    Case(text: "Name some kinds of bees", rule: .ending),
    Case(text: "Shorten this letter to Ann:", rule: nil, kind: .input),
    Case(text: "Shorten the letter to Ann:", rule: .reference, kind: .input),
    Case(text: "Shorten the following letter to Ann.", rule: .reference),
    Case(text: "Name some [kind] of bees.", rule: .markup),
    Case(text: "Label the bee as either \"big\" or \"small\"", rule: nil, kind: .label),
    Case(text: "Name bees and bees and bees and bees now.", rule: .repetition),
    Case(text: "Explain how bees find www.home.org again.", rule: .secret),
    Case(text: "Tell bees@home.org how bees find home.", rule: .secret),
    Case(text: "Explain what @home and a@b mean to bees.", rule: nil),
  ])
  func `an instruction is judged`(item: Case) {
    let evidence = InstructionEvidence(
      finish: item.finish, logProbability: nil, relevance: item.relevance, kind: item.kind,
      group: 1)
    let checks = Self.rules.checks(instruction: item.text, evidence)
    #expect(checks.dropping?.rule == item.rule, "\(String(describing: checks.dropping))")
  }

  struct Answer: Sendable, CustomTestStringConvertible {
    var input = ""
    var output: String
    var rule: RuleName?
    var finish = "stop"
    var labels: [String]?
    var probability: Double?

    var testDescription: String { "\(rule?.rawValue ?? "passes"): \(output)" }
  }

  static let input = "The bees came home late because the wind was strong that day"

  @Test func `only an answer without input must be long`() {
    var rules = Self.rules
    rules.answerLength.minimum = 5
    func verdict(input: String, labels: [String]? = nil) -> RuleName? {
      rules.checks(
        instance: Parse.Instance(input: input, output: "late"),
        instruction: "Explain how bees find home.", labels: labels,
        InstanceEvidence(finish: "stop", logProbability: nil), pool: InstructionPool()
      ).dropping?.rule
    }
    #expect(verdict(input: "") == .outputLength)
    #expect(verdict(input: Self.input) == nil)
    #expect(verdict(input: "a bee", labels: ["late", "soon"]) == nil)
  }

  @Test(arguments: [
    Answer(output: "They use the sun.", rule: nil),
    Answer(output: "They use the", rule: .truncated, finish: "length"),
    Answer(output: " \n", rule: .empty),
    Answer(input: input, output: input, rule: .same),
    Answer(output: "These are the ways:", rule: .colon),
    Answer(
      output: "They fly and fly and they fly and fly and they fly and fly and they fly and fly.",
      rule: .repetition),
    Answer(output: "1. They use the sun.\n2. They use the sun.", rule: .repetition),
    Answer(output: "I'm sorry, but I can not.", rule: .refusal),
    Answer(output: "Dear [Name], they use the sun.", rule: .placeholder),
    Answer(output: "Dear [1], they use the sun.", rule: nil),
    Answer(output: "They look at https://bees.example/way.", rule: .secret),
    Answer(output: "They use ghp_0123456789abcdefghijABCDEFGHIJ.", rule: .secret),
    Answer(output: "They use 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b.", rule: .secret),
    Answer(output: "They use a-very-long-word-that-is-made-of-many-words.", rule: nil),
    Answer(
      output: "They use the sun and the wind and what they remember of the", rule: .unfinished),
    Answer(output: "1. The sun", rule: .unfinished),
    Answer(output: "Explain how bees find home.", rule: .echo),
    Answer(input: input, output: input + " .", rule: .copiedInput),
    Answer(input: input, output: "Here you are.", rule: .preface),
    Answer(input: input, output: "The bees\nwere late.", rule: .preface),
    Answer(input: "late bees", output: "The bees were late.", rule: .inputLength),
    Answer(input: "late bees", output: "good", rule: nil, labels: ["good", "bad"]),
    Answer(input: "late bees", output: "fair", rule: .label, labels: ["good", "bad"]),
    Answer(
      input: "late bees", output: "good", rule: .label, labels: ["good", "bad"], probability: 0.54),
    Answer(
      input: "late bees", output: "good", rule: nil, labels: ["good", "bad", "so"],
      probability: 0.54),
  ])
  func `an instance is judged`(item: Answer) {
    let evidence = InstanceEvidence(
      finish: item.finish, logProbability: nil, probability: item.probability)
    let checks = Self.rules.checks(
      instance: Parse.Instance(input: item.input, output: item.output),
      instruction: "Explain how bees find home.", labels: item.labels, evidence,
      pool: InstructionPool())
    #expect(checks.dropping?.rule == item.rule, "\(String(describing: checks.dropping))")
  }

  @Test(
    arguments: [
      ("It rains a lot today in the old town", nil),
      ("It rains.", RuleName.inputLength),
      ("It rains a lot today in town.\nAnswer: yes", .inputForm),
      ("It rains a lot today in `the old town`", .markup),
      ("Explain how bees find home in the wild", .echo),
    ] as [(String, RuleName?)])
  func `an input is judged`(input: String, rule: RuleName?) {
    let checks = Self.rules.checks(
      input: input, instruction: "Explain how bees find home.",
      InstanceEvidence(finish: "stop", logProbability: nil), pool: InstructionPool())
    #expect(checks.dropping?.rule == rule)
  }

  @Test(
    arguments: [
      ("A soft cake", nil), ("abc", RuleName.labelInput), ("It tastes badly", nil),
      ("This is negatively put", .labelInput), ("of this category", .labelInput),
      ("12345", .labelInput),
    ] as [(String, RuleName?)])
  func `an input for a label is judged`(input: String, rule: RuleName?) {
    let checks = Self.rules.checks(
      labelledInput: input, labels: ["bad", "negative"],
      InstanceEvidence(finish: "stop", logProbability: nil))
    #expect(checks.dropping?.rule == rule)
  }

  @Test func `a rule that is off or only marks drops nothing`() {
    var rules = Self.rules
    let evidence = InstructionEvidence(
      finish: "stop", logProbability: nil, relevance: 1, group: 1)
    rules.ending.severity = .flag
    let marked = rules.checks(instruction: "Name some kinds of bees", evidence)
    #expect(marked.dropping == nil)
    #expect(marked.flags.map(\.rule) == [.ending])
    rules.ending.severity = .off
    #expect(rules.checks(instruction: "Name some kinds of bees", evidence).flags.isEmpty)
  }

  @Test(arguments: [
    ("Erkläre mir bitte, warum die Bienen nicht nach Hause fliegen.", RuleName.language),
    ("解释一下 蜜蜂 如何 回家。", .language),
    ("Explain the words 'Guten Morgen' and 'danke'.", nil),
    ("Zzyzx?", nil),
  ])
  func `an instruction in another language than those that pass is foreign`(
    _ text: String, _ rule: RuleName?
  ) {
    var rules = RuleSet()
    rules.limit(to: [.language])
    let evidence = InstructionEvidence(finish: "stop", logProbability: nil, group: 1)
    #expect(rules.checks(instruction: text, evidence).dropping == nil)
    rules.language.languages = ["en", "fr"]
    #expect(rules.checks(instruction: text, evidence).dropping?.rule == rule)
    rules.language.languages += ["de", "zh"]
    #expect(rules.checks(instruction: text, evidence).dropping == nil)
  }

  @Test func `rules of an older ledger lack what was made later, and that is off`() throws {
    var fields = try #require(JSONValue(encoding: RuleSet()).object)
    fields["secret"] = nil
    fields["language"] = nil
    fields["contamination"] = nil
    let old = try RuleSet(recorded: .object(fields))
    #expect(!old.applies(.secret) && !old.applies(.language) && !old.applies(.contamination))
    #expect(try RuleSet(recorded: JSONValue(encoding: RuleSet())) == RuleSet())
    fields["novelty"] = nil
    #expect(throws: DecodingError.self) { try RuleSet(recorded: .object(fields)) }
  }
}
