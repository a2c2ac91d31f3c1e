import Testing
import Tokenization

@testable import LocalModels

@Suite struct ChoiceConstraintTests {
  /// Letters, `ye` and `yes`, and the end token 9; `z` is no token.
  private func tokenizer() throws -> Tokenizer {
    try Tokenizer(
      GGUFTokenizer(
        file: "tiny.gguf", model: "gpt2", preTokenizer: "gpt-2",
        tokens: ["y", "e", "s", "n", "o", "t", "Ġ", "ye", "yes", "<|end|>"],
        merges: ["y e", "ye s"], types: [1, 1, 1, 1, 1, 1, 1, 1, 1, 3], endTokens: [9]))
  }

  private func constraint(_ choices: [String]) throws -> ChoiceConstraint {
    try ChoiceConstraint(choices, tokenizer: tokenizer())
  }

  @Test func `the completion follows the choices' own tokens`() throws {
    var choices = try constraint(["yes", "no", "not"])
    #expect(choices.allowed == [3, 8])
    choices.accept(3)
    #expect(choices.allowed == [4] && !choices.isComplete)
    choices.accept(4)
    // `no` may end here, or go on to `not`.
    #expect(choices.allowed == [5, 9] && !choices.isComplete)
    var short = choices
    short.accept(9)
    #expect(short.isComplete && short.allowed.isEmpty)
    choices.accept(5)
    #expect(choices.isComplete && choices.allowed.isEmpty)
  }

  @Test func `one choice leaves one way`() throws {
    var choices = try constraint(["yes", "yes"])
    #expect(choices.allowed == [8])
    choices.accept(8)
    #expect(choices.isComplete)
  }

  @Test func `an empty choice is the end token, or nothing at all`() throws {
    #expect(try constraint(["", "no"]).allowed == [3, 9])
    #expect(try constraint([""]).isComplete)
  }

  @Test func `choices that cannot be are refused`() {
    #expect(throws: LocalModelError.noChoices) { try constraint([]) }
    #expect(throws: LocalModelError.unspeakableChoice("zoo")) { try constraint(["no", "zoo"]) }
  }

  @Test func `every way through ends at a choice`() throws {
    let words = ["yes", "ye", "no", "not", "not yes", "t", "sent"]
    let tokenizer = try tokenizer()
    var ends: Set<String> = []
    func walk(_ choices: ChoiceConstraint, _ text: String) {
      if choices.isComplete {
        ends.insert(text)
        return
      }
      for token in choices.allowed {
        var next = choices
        next.accept(token)
        walk(next, token == 9 ? text : text + tokenizer.decode([token]))
      }
    }
    walk(try ChoiceConstraint(words, tokenizer: tokenizer), "")
    #expect(ends == Set(words))
  }
}
