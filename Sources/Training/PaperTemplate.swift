/// The ways in which Self-Instruct (2022) writes an instance for training: what is given, and what
/// stands before the answer.
enum PaperTemplate {
  /// One way: `{instruction}` and `{input}` are filled in.
  struct Form: Hashable, Sendable {
    let question: String
    /// Between the question and the answer, and learnt with it.
    let lead: String

    init(_ question: String, _ lead: String = "") {
      self.question = question
      self.lead = lead
    }

    /// The question of an instance.
    func question(_ instruction: String, _ input: String) -> String {
      // Cut before anything is filled in: an instruction may spell a place, too.
      let parts = question.split(separator: "{input}", omittingEmptySubsequences: false)
      return parts.map { $0.replacing("{instruction}", with: instruction) }
        .joined(separator: input)
    }
  }

  static let withInput = [
    Form("{instruction}\nInput: {input}\nOutput:", " "),
    Form("{instruction}\n\nInput: {input}\n\nOutput:", " "),
    Form("Task: {instruction}\nInput: {input}\nOutput:", " "),
    Form("{instruction}\n\n{input}\n\nOutput:", " "),
    Form("{instruction}\n\n{input}\n\n"),
    Form("{instruction}\n{input}\n\n"),
    Form("Task: {instruction}\n\n{input}\n\n"),
  ]

  static let withoutInput = [
    Form("{instruction} Output:", " "),
    Form("{instruction}\nOutput:", " "),
    Form("{instruction}\n\nOutput:", " "),
    Form("{instruction}\n"),
    Form("{instruction}\n\n"),
    Form("Task: {instruction}\n\n"),
  ]
}
