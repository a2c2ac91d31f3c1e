import Randomness
import TaskCorpus
import Tokenization

/// Turns tasks into documents, as the model will meet them when it is served.
///
/// The question is rendered as for an answer to be generated, the answer follows it token by token as
/// it would be generated, so ids and marks come from one pass and agree with serving to the id.
package struct TaskRenderer: Sendable {
  private let tokenizer: Tokenizer
  private let template: ChatTemplate
  private let isPaper: Bool
  /// What ends an answer.
  private let end: Int32

  /// - Parameter isPaper: Whether to write as the paper does, and not as a conversation.
  /// - Returns: Nil for a vocabulary without a token that ends an answer.
  package init?(_ tokenizer: Tokenizer, template: ChatTemplate, isPaper: Bool = false) {
    let stops = isPaper ? Self.endsOfTexts : template.stopTokens
    let named = stops.lazy.compactMap(tokenizer.id(ofSpecial:)).first
    guard let end = named ?? tokenizer.endTokens.min() else { return nil }
    self.tokenizer = tokenizer
    self.template = template
    self.isPaper = isPaper
    self.end = end
  }

  /// Special tokens that by their usual names end a text, as opposed to a turn.
  private static let endsOfTexts = ["<|endoftext|>", "<|end_of_text|>", "</s>"]

  /// One instance of a task: what is asked, and the answer and its end, which are to be learnt.
  ///
  /// In a conversation the user asks, with a blank line before the input if there is one.
  ///
  /// - Parameters:
  ///   - system: What a conversation is opened with, in place of the template's own text.
  ///   - stream: What the form is drawn from where there are several.
  /// - Throws: `TokenizationError` for a vocabulary without the template's special tokens.
  package func document(
    _ instruction: String, _ instance: TaskInstance, system: String? = nil,
    drawnFrom stream: RandomStream
  ) throws(TokenizationError) -> TrainingDocument {
    let (asked, answer) =
      isPaper ? paper(instruction, instance, stream) : try chat(instruction, instance, system)
    let learnt = answer + [end]
    return TrainingDocument(
      asked + learnt, answers: asked.map { _ in false } + learnt.map { _ in true })
  }

  /// The text of tokens, special ones by their names.
  package func text(of tokens: [Int32]) -> String { tokenizer.decode(tokens) }

  /// The tokens of a text that is only read.
  package func tokens(ofText text: String) -> [Int32] {
    tokenizer.prefix + tokenizer.encode(text) + [end]
  }

  /// What a model is asked with an instance, as text: the user's turn, or the whole of a prompt.
  ///
  /// Asked in the model's template, it becomes the ids of `document` up to the answer.
  package func question(
    _ instruction: String, _ instance: TaskInstance, system: String? = nil,
    drawnFrom stream: RandomStream
  ) -> (text: String, system: String?) {
    isPaper
      ? (paperForm(instruction, instance, stream).question, nil)
      : (Self.turn(instruction, instance), system)
  }

  private static func turn(_ instruction: String, _ instance: TaskInstance) -> String {
    instance.input.isEmpty ? instruction : instruction + "\n\n" + instance.input
  }

  private func chat(
    _ instruction: String, _ instance: TaskInstance, _ system: String?
  ) throws(TokenizationError) -> (asked: [Int32], answer: [Int32]) {
    // Templates with special tokens bring their own beginning.
    let start = template.specialTokens.isEmpty ? tokenizer.prefix : []
    let turns =
      (system.map { [TemplateTurn(.system, $0)] } ?? [])
      + [TemplateTurn(.user, Self.turn(instruction, instance))]
    let asked = try tokenizer.encode(template.segments(turns))
    return (start + asked, tokenizer.encode(template.answerLead + instance.output))
  }

  private func paper(
    _ instruction: String, _ instance: TaskInstance, _ stream: RandomStream
  ) -> (asked: [Int32], answer: [Int32]) {
    let (question, lead) = paperForm(instruction, instance, stream)
    return (
      tokenizer.prefix + tokenizer.encode(question),
      tokenizer.encode(lead + instance.output.trimmed)
    )
  }

  private func paperForm(
    _ instruction: String, _ instance: TaskInstance, _ stream: RandomStream
  ) -> (question: String, lead: String) {
    let (instruction, input) = (instruction.trimmed, instance.input.trimmed)
    let forms = input.isEmpty ? PaperTemplate.withoutInput : PaperTemplate.withInput
    var generator = stream.generator()
    let form = forms[generator.below(forms.count)]
    return (form.question(instruction, input), form.lead)
  }
}
