import LanguageModels
import Storage
import Testing

@testable import HTTPModels

@Suite struct CompletionAnswerTests {
  private static func answer(_ json: String, stops: [String] = []) throws -> CompletionAnswer {
    try CompletionAnswer(Array(json.utf8), to: request(stops: stops))
  }

  @Test func `a stop string that the server left in ends the text`() throws {
    let answer = try Self.answer(
      #"{"choices": [{"text": "one\n\ntwo", "finish_reason": "length"}]}"#, stops: ["tw", "\n\n"])
    #expect(answer.text == "one" && answer.finishReason == .stop)
  }

  @Test func `log-probabilities of both forms are summed over what is kept`() throws {
    let chat = try Self.answer(
      """
      {"choices": [{"message": {"content": "a b\\n\\nc"}, "logprobs": {"content": [
        {"token": "a", "logprob": -1}, {"token": " b", "logprob": -2.5},
        {"token": "\\n\\n", "logprob": -7}, {"token": "c", "logprob": -9}]}}]}
      """, stops: ["\n\n"])
    #expect(chat.sumLogProbability == -3.5 && chat.scoredTokens == 2)
    let plain = try Self.answer(
      """
      {"choices": [{"text": "a b", "logprobs": {"tokens": ["a", " b"],
        "token_logprobs": [-1, -2.5]}}]}
      """)
    #expect(plain.sumLogProbability == -3.5 && plain.scoredTokens == 2)
    let missing = try Self.answer(
      """
      {"choices": [{"text": "a b", "logprobs": {"tokens": ["a", " b"],
        "token_logprobs": [null, -2.5]}}]}
      """)
    #expect(missing.sumLogProbability == nil)
  }

  @Test func `thinking in a field of its own is told`() throws {
    let answer = try Self.answer(
      #"{"choices": [{"message": {"content": null, "reasoning_content": "hm"}}]}"#)
    #expect(answer.text.isEmpty && answer.hasThought)
  }

  @Test func `numbers of tokens that cannot be are not taken`() throws {
    let answer = try Self.answer(
      #"{"choices": [{"text": "abc"}], "usage": {"prompt_tokens": -4, "completion_tokens": 1e300}}"#
    )
    #expect(answer.completionTokens == 1 && answer.promptTokens > 0)
  }
}
