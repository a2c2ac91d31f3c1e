import TaskCorpus
import Tokenization

/// Turns tasks into documents, as the model will meet them when it is served.
///
/// The question is rendered as for an answer to be generated, the answer follows it token by token as
/// it would be generated, so ids and marks come from one pass and agree with serving to the id.
package struct TaskRenderer: Sendable {
  private let tokenizer: Tokenizer
  private let template: ChatTemplate
  /// What ends an answer.
  private let end: Int32

  /// - Returns: Nil for a vocabulary without a token that ends an answer.
  package init?(_ tokenizer: Tokenizer, template: ChatTemplate) {
    let stops = template.stopTokens.lazy.compactMap(tokenizer.id(ofSpecial:))
    guard let end = stops.first ?? tokenizer.endTokens.min() else { return nil }
    self.tokenizer = tokenizer
    self.template = template
    self.end = end
  }

  /// One instance of a task: the user asks, with a blank line before the input if there is one, and
  /// the answer and its end are to be learnt.
  /// - Throws: `TokenizationError` for a vocabulary without the template's special tokens.
  package func document(
    _ instruction: String, _ instance: TaskInstance
  ) throws(TokenizationError) -> TrainingDocument {
    let question =
      instance.input.isEmpty ? instruction : instruction + "\n\n" + instance.input
    // Templates with special tokens bring their own beginning.
    let start = template.specialTokens.isEmpty ? tokenizer.prefix : []
    let asked = start + (try tokenizer.encode(template.segments([TemplateTurn(.user, question)])))
    let answer = tokenizer.encode(instance.output) + [end]
    return TrainingDocument(
      asked + answer, answers: asked.map { _ in false } + answer.map { _ in true })
  }
}
