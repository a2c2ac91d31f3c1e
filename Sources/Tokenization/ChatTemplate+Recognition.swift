extension ChatTemplate {
  /// What a model's template turned out to be.
  package struct Recognition: Hashable, Sendable {
    package var template: ChatTemplate
    /// Why the form is `plain` although that may not be what the model was taught; nil when the
    /// template was recognised.
    package var reason: String?
  }

  /// Recognises which form a model's Jinja template has.
  ///
  /// Templates are programs; this one is not run. Its markers tell the form, and a default system
  /// text is taken out of it where it is written as one literal.
  /// - Parameters:
  ///   - jinja: The template, as in `tokenizer.chat_template` or `tokenizer_config.json`.
  ///   - specialTokens: The names of the vocabulary's special tokens.
  package static func recognize(jinja: String?, specialTokens: [String]) -> Recognition {
    guard let jinja else {
      return Recognition(template: ChatTemplate(.plain), reason: "the model has no chat template")
    }
    guard let template = template(of: jinja) else {
      return Recognition(
        template: ChatTemplate(.plain),
        reason: "the model's chat template is none of ChatML, Llama 3 and Alpaca")
    }
    if let missing = template.specialTokens.first(where: { !specialTokens.contains($0) }) {
      return Recognition(
        template: ChatTemplate(.plain),
        reason: "the model's chat template uses \(missing), which is no special token of it")
    }
    return Recognition(template: template, reason: nil)
  }

  private static func template(of jinja: String) -> ChatTemplate? {
    if jinja.contains("<|im_start|>") && jinja.contains("<|im_end|>") {
      let system = literal(
        in: jinja, between: ["<|im_start|>system\n", "<|im_start|>system\\n"], and: "<|im_end|>")
      return ChatTemplate(.chatML, defaultSystem: system, trimsContent: trims(jinja))
    }
    if jinja.contains("<|start_header_id|>") && jinja.contains("<|eot_id|>") {
      return ChatTemplate(
        .llama3, systemPreamble: llamaPreamble(in: jinja), trimsContent: trims(jinja))
    }
    if jinja.contains("### Instruction:") && jinja.contains("### Response:") {
      return ChatTemplate(.alpaca, trimsContent: trims(jinja))
    }
    return nil
  }

  /// Llama 3.1 and later begin every conversation with two dates. Where the template asks the clock
  /// for the second, this is the day it falls back to: what a model reads must not depend on when.
  private static func llamaPreamble(in jinja: String) -> String {
    guard jinja.contains("Cutting Knowledge Date: December 2023") else { return "" }
    return "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
  }

  /// Whether the content of turns is stripped of spaces around it.
  private static func trims(_ jinja: String) -> Bool {
    let contents = ["message['content']", "message[\"content\"]", "message.content", "content"]
    return contents.contains { content in
      ["|trim", " | trim", "| trim", " |trim", ".strip()"].contains { jinja.contains(content + $0) }
    }
  }

  /// The text between two markers, where it is one literal; line ends may be written as escapes.
  private static func literal(
    in jinja: String, between openings: [String], and closing: String
  ) -> String? {
    for opening in openings {
      var rest = jinja[...]
      while let start = rest.firstRange(of: opening) {
        let quote = jinja[..<start.lowerBound].last
        rest = rest[start.upperBound...]
        guard let end = rest.firstRange(of: closing) else { break }
        let text = rest[..<end.lowerBound]
        let endsLiteral = text.contains { $0 == quote || $0 == "{" || $0 == "}" }
        if !text.isEmpty, !endsLiteral { return String(text.replacing("\\n", with: "\n")) }
      }
    }
    return nil
  }
}
