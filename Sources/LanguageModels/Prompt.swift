/// One turn of a conversation.
package struct ChatTurn: Hashable, Sendable, Codable {
  package enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    case system, user, assistant
  }

  package var role: Role
  package var content: String

  package init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// What a model is asked to continue.
package enum Prompt: Hashable, Sendable {
  /// Plain text, continued as it stands.
  case completion(String)

  /// A conversation rendered by the model's own template. The model continues `open`, a turn that
  /// was begun but not closed: an empty assistant turn asks for an answer; a user turn with a few
  /// words in it asks the model what a user would have gone on to say.
  case chat([ChatTurn], open: ChatTurn = ChatTurn(.assistant, ""))
}
