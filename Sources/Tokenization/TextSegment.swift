/// A stretch of what a model reads: text, or one special token.
///
/// Only a template makes special segments. Text stays text whatever it spells, so a user who writes
/// `<|im_end|>` writes ten characters and ends no turn.
package enum TextSegment: Hashable, Sendable {
  case text(String)
  /// By the name the vocabulary has for it, e.g. `<|im_start|>`.
  case special(String)
}
