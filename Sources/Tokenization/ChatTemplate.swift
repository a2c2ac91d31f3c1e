/// One turn as a template sees it.
package struct TemplateTurn: Hashable, Sendable {
  package enum Role: String, Hashable, Sendable, CaseIterable {
    case system, user, assistant
  }

  package var role: Role
  package var content: String

  package init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// How a model was taught to see a conversation.
///
/// Rendering gives typed segments, so nothing that a turn's content spells becomes a special token.
/// The last turn stays open: it has its header and what was begun of it, but no end.
package struct ChatTemplate: Hashable, Sendable {
  package enum Form: String, Hashable, Sendable, CaseIterable {
    /// `<|im_start|>user` newline, content, `<|im_end|>` newline.
    case chatML
    /// `<|start_header_id|>user<|end_header_id|>`, two newlines, content, `<|eot_id|>`.
    case llama3
    /// `### Instruction:` and `### Response:` headings; the system text stands above them.
    case alpaca
    /// `User: content` and `Assistant: content` with a blank line after each: for models that were
    /// taught no template.
    case plain
  }

  package let form: Form
  /// The system text of conversations that bring none; nil for none.
  package let defaultSystem: String?
  /// What stands before every system text, in a system turn of its own if there is none; empty for
  /// most models.
  package let systemPreamble: String
  /// Whether spaces around the content of closed turns are dropped.
  package let trimsContent: Bool

  package init(
    _ form: Form, defaultSystem: String? = nil, systemPreamble: String = "",
    trimsContent: Bool? = nil
  ) {
    self.form = form
    self.defaultSystem = defaultSystem
    self.systemPreamble = systemPreamble
    self.trimsContent = trimsContent ?? (form == .llama3)
  }

  /// Special tokens that end a turn.
  package var stopTokens: [String] {
    switch form {
    case .chatML: ["<|im_end|>"]
    case .llama3: ["<|eot_id|>", "<|end_of_text|>"]
    case .alpaca, .plain: []
    }
  }

  /// Strings that end a turn, for the forms without special tokens.
  package var stopStrings: [String] {
    switch form {
    case .chatML, .llama3: []
    case .alpaca: ["\n\n### "]
    case .plain: ["\n\nUser:", "\n\nAssistant:", "\n\nSystem:"]
    }
  }

  /// The special tokens that rendering uses; a vocabulary without one of them cannot have this form.
  package var specialTokens: [String] {
    switch form {
    case .chatML: ["<|im_start|>", "<|im_end|>"]
    case .llama3: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    case .alpaca, .plain: []
    }
  }

  /// What stands between the header of an open answer and its first word; a model writes it itself.
  package var answerLead: String { form == .plain ? " " : "" }

  /// A conversation whose last turn is `open`.
  ///
  /// - Parameters:
  ///   - turns: Finished turns, oldest first.
  ///   - open: The turn to go on with: its content is what it begins with, verbatim.
  package func segments(
    _ turns: [TemplateTurn], open: TemplateTurn = TemplateTurn(.assistant, "")
  ) -> [TextSegment] {
    var segments: [TextSegment] = form == .llama3 ? [.special("<|begin_of_text|>")] : []
    for turn in withSystem(turns, open: open) {
      segments += header(of: turn.role)
      segments.append(.text(trimsContent ? turn.content.trimmed : turn.content))
      segments += end
    }
    segments += header(of: open.role, begun: open.content)
    return segments.filter { $0 != .text("") }
  }

  /// The turns with what the model's template adds: the default system text where a conversation
  /// begins with another turn, and the preamble.
  private func withSystem(_ turns: [TemplateTurn], open: TemplateTurn) -> [TemplateTurn] {
    guard (turns.first ?? open).role != .system else {
      guard !systemPreamble.isEmpty, var first = turns.first else { return turns }
      first.content = systemPreamble + first.content.trimmed
      return [first] + turns.dropFirst()
    }
    // A lone open answer has nothing to introduce.
    if turns.isEmpty && open.role == .assistant && systemPreamble.isEmpty { return [] }
    guard defaultSystem != nil || !systemPreamble.isEmpty else { return turns }
    return [TemplateTurn(.system, systemPreamble + (defaultSystem ?? ""))] + turns
  }

  /// What stands before a turn's content.
  private func header(of role: TemplateTurn.Role, begun: String? = nil) -> [TextSegment] {
    switch form {
    case .chatML:
      return [.special("<|im_start|>"), .text("\(role.rawValue)\n\(begun ?? "")")]
    case .llama3:
      return [
        .special("<|start_header_id|>"), .text(role.rawValue), .special("<|end_header_id|>"),
        .text("\n\n\(begun ?? "")"),
      ]
    case .alpaca:
      let headings: [TemplateTurn.Role: String] = [
        .user: "### Instruction:\n", .assistant: "### Response:\n",
      ]
      return [.text((headings[role] ?? "") + (begun ?? ""))]
    case .plain:
      // An open turn ends right after its colon: the space belongs to the first word's token.
      let separator = begun == "" ? "" : " "
      return [.text("\(role.rawValue.capitalizedASCII):\(separator)\(begun ?? "")")]
    }
  }

  /// What stands after a turn's content.
  private var end: [TextSegment] {
    switch form {
    case .chatML: [.special("<|im_end|>"), .text("\n")]
    case .llama3: [.special("<|eot_id|>")]
    case .alpaca, .plain: [.text("\n\n")]
    }
  }
}

extension StringProtocol {
  /// Without spaces and line ends on both sides.
  package var trimmed: String {
    let head = drop(while: \.isWhitespace)
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }

  fileprivate var capitalizedASCII: String {
    prefix(1).uppercased() + dropFirst()
  }
}
