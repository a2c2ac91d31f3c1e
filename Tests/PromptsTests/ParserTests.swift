import LanguageModels
import Prompts
import Testing

@Suite struct ParserTests {
  let set: PromptSet

  init() throws {
    set = try PromptSet.builtIn()
  }

  @Test func `a list prompt numbers its tasks and leaves the next number open`() {
    let prompt = set.instructionList.prompt(
      after: ["Name  three\nrivers:", "Sing."], asksForLabels: false, form: .completion)
    guard case .completion(let text) = prompt else {
      Issue.record("not of this form")
      return
    }
    #expect(text.hasSuffix("\n1. Name three rivers\n2. Sing.\n3."))
  }

  @Test(arguments: [
    (" One.\n10. Two.\n11. Three", [" One.", "Two.", "Three"]),
    // A number needs a full stop and a space; one white space may stand before the stop.
    (" One\n10 . Two\n11.Three\n12) Four", [" One", "Two\n11.Three\n12) Four"]),
    (" In 2016. Yes\n\n10. Two", [" In 2016. Yes\n", "Two"]),
    ("", [""]),
  ])
  func `a list is split at its numbers`(text: String, items: [String]) {
    #expect(set.instructionList.items(of: text, .stop) == items)
  }

  @Test func `a list cut at the limit of tokens is dropped whole`() {
    #expect(set.instructionList.items(of: " One.\n10. Two", .length).isEmpty)
  }

  struct Parsed: Sendable, CustomTestStringConvertible {
    var text: String
    var finish = FinishReason.stop
    var instances: [ParsedInstance]

    var testDescription: String { text }
  }

  @Test(arguments: [
    Parsed(
      text: "Example 1\nText: a b\nOutput: c\n\nExample 2.\nInput: d\nOutput: e",
      instances: [
        ParsedInstance(input: "Text: a b", output: "c"), ParsedInstance(input: "d", output: "e"),
      ]),
    // What stands before the first marker counts; another input ends an output.
    Parsed(
      text: "first\nExample\nInput 2: x\nOutput 2 : y\nInput 3: z",
      instances: [
        ParsedInstance(input: "", output: "first"), ParsedInstance(input: "x", output: "y"),
      ]),
    Parsed(
      text: " Output: only this ", instances: [ParsedInstance(input: "", output: "only this")]),
    Parsed(text: "no marker at all", instances: []),
    Parsed(
      text: "Example 1\nOutput: a\nExample 2\nOutput: b", finish: .length,
      instances: [ParsedInstance(input: "", output: "a")]),
    Parsed(text: "Output: a", finish: .length, instances: []),
    // Only the first two parts around output markers count.
    Parsed(
      text: "Input: q\nOutput: a\nOutput: b", instances: [ParsedInstance(input: "q", output: "a")]),
  ])
  func `input-first completions are read as the original reads them`(parsed: Parsed) {
    #expect(set.inputFirst.instances(of: parsed.text, parsed.finish) == parsed.instances)
  }

  @Test(arguments: [
    Parsed(
      text: "Class label: good\nText: fine\nmore\nClass label: bad\n",
      instances: [
        ParsedInstance(input: "Text: fine\nmore", output: "good"),
        ParsedInstance(input: "", output: "bad"),
      ]),
    Parsed(text: "class label: good\nfine", instances: []),
    Parsed(
      text: "Class label: a\nx\nClass label: b\ny", finish: .length,
      instances: [ParsedInstance(input: "x", output: "a")]),
  ])
  func `output-first completions are read as the original reads them`(parsed: Parsed) {
    #expect(set.outputFirst.instances(of: parsed.text, parsed.finish) == parsed.instances)
  }

  @Test func `instances that a prompt shows are read back`() {
    let worked = WorkedTask(
      id: "s", instruction: "Do it.",
      instances: [
        ParsedInstance(input: "one", output: "1"), ParsedInstance(input: "two", output: "2"),
      ])
    let open = WorkedTask(
      id: "s", instruction: "Do.", instances: [ParsedInstance(input: "", output: "done")])
    for task in [worked, open] {
      #expect(set.inputFirst.instances(of: set.inputFirst.body(of: task), .stop) == task.instances)
      #expect(
        set.outputFirst.instances(of: set.outputFirst.body(of: task), .stop) == task.instances)
    }
    #expect(set.labels.labels(of: set.labels.body(of: ["a b", "c"]), .stop) == ["a b", "c"])
  }

  @Test(arguments: [
    ("Yes", true), (" yes ", true), ("YES", true), ("Yes.", false), ("No", false), ("", false),
  ])
  func `a yes is strictly a yes`(text: String, isYes: Bool) {
    #expect(set.classification.isYes(text, strictly: true) == isYes)
  }

  @Test(arguments: [("Yes, it is.", true), ("**yes**", true), ("Yesterday", false), ("no", false)])
  func `a chatting model's yes is its first word`(text: String, isYes: Bool) {
    #expect(set.classification.isYes(text, strictly: false) == isYes)
  }

  @Test(arguments: [
    ("Classify the review as positive or negative.", ["positive", "negative"]),
    (
      "Label the following item as either a food, a drink, or an activity.",
      ["food", "drink", "activity"]
    ),
    ("Name its class: mammal, bird, reptile or fish.", ["mammal", "bird", "reptile", "fish"]),
    ("Mark it as either \"safe\" or \"not safe\":", ["safe", "not safe"]),
    (
      "Describe the following review as either a positive or negative review.",
      ["positive", "negative"]
    ),
    ("Explain how bees find their way home.", []),
    ("Categorize it as either good or good.", []),
    ("Sort it as either under 18 or over 18.", []),
    ("Label it as either a very long and winding thing or a short one.", []),
  ])
  func `labels are found where an instruction names them`(text: String, labels: [String]) {
    #expect(set.labels.labels(namedIn: text, noun: "review") == labels)
  }

  @Test(arguments: [
    ("Shorten this:\n\nThe long text is here.", "Shorten this.", "The long text is here."),
    ("Shorten the text: \"The long text is here.\"", "Shorten the text.", "The long text is here."),
    ("Rewrite the sentence.\nOriginal text: It rains.", "Rewrite the sentence.", "It rains."),
    (
      "Make this polite. Give me the book right now, you fool.", "Make this polite.",
      "Give me the book right now, you fool."
    ),
  ])
  func `a turn is split into instruction and text`(turn: String, instruction: String, input: String)
  {
    let split = set.opener.split(turn: turn)
    #expect(split.instruction == instruction)
    #expect(split.input == input)
  }

  @Test(arguments: ["Shorten this text please.", "Write: so.", "Do this.\n "])
  func `a turn without a text has none`(turn: String) {
    #expect(set.opener.split(turn: turn).input == nil)
  }

  @Test func `an opener stands open in the user's turn after a made-up exchange`() throws {
    let exchange = try #require(
      set.opener.exchanges(for: .input, topic: "bees", other: "honey").first)
    let prompt = set.opener.prompt(
      opener: "Shorten this", for: .input, after: exchange, topic: "bees", continuesTurn: true)
    guard case .chat(let turns, let open) = prompt else {
      Issue.record("not of this form")
      return
    }
    #expect(open == ChatTurn(.user, "Shorten this"))
    #expect(turns.map(\.role) == [.user, .assistant])
    #expect(turns.last?.content.contains("bees and honey") == true)
    // One topic is enough for an exchange that names one.
    #expect(set.opener.exchanges(for: .open, topic: "bees", other: nil).count == 1)
    #expect(
      set.opener.turn(opener: "Name", completion: "name a tree", continuesTurn: false)
        == "name a tree")
  }

  @Test(arguments: [
    ("\"quoted\"", "quoted"), ("\"a\" and \"b\"", "\"a\" and \"b\""), ("  plain ", "plain"),
    ("“so”", "so"), ("\"", "\""),
  ])
  func `quotes around an input are taken off`(text: String, input: String) {
    #expect(set.input.input(of: text) == input)
  }
}
