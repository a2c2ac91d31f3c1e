import Testing

/// One malformed input and the sentence it must be refused with.
///
///     @Test(arguments: [
///       Malformed("a torn header", [0x47, 0x47], "x.gguf: file has 2 bytes; expected at least 24")
///     ])
///     func `a malformed file is refused with one sentence`(_ broken: Malformed<[UInt8]>) throws {
///       let folder = try TemporaryDirectory()
///       let path = try folder.write(broken.input, to: "x.gguf")
///       broken.expectRefusal(hiding: folder) { try GGUFFile(path: path) }
///     }
package struct Malformed<Input: Sendable>: Sendable, CustomTestStringConvertible {
  package let name: String
  package let input: Input
  /// What the error says, whole.
  package let sentence: String

  package init(_ name: String, _ input: Input, _ sentence: String) {
    self.name = name
    self.input = input
    self.sentence = sentence
  }

  package var testDescription: String { name }

  /// Expects `body` to throw an error that says exactly the sentence, in the project's form.
  /// - Parameter folder: Its path, and the slash after it, are left out of what the error says.
  package func expectRefusal<Result>(
    hiding folder: TemporaryDirectory? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Result
  ) {
    expectRefusalSaying(sentence, hiding: folder, sourceLocation: sourceLocation, body)
  }
}

/// Expects `body` to throw an error whose description is exactly `sentence`, and that sentence to
/// be in the form `where: what is; what should be`.
package func expectRefusalSaying<Result>(
  _ sentence: String, hiding folder: TemporaryDirectory? = nil,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record(
      "nothing was refused; expected '\(sentence)'\(CombinationTrace.suffix)",
      sourceLocation: sourceLocation)
  } catch {
    var said = String(describing: error)
    if let folder { said = said.replacing(folder.path + "/", with: "") }
    #expect(said == sentence, "\(CombinationTrace.suffix)", sourceLocation: sourceLocation)
    if let complaint = wordingComplaint(said) {
      Issue.record("\(complaint): '\(said)'", sourceLocation: sourceLocation)
    }
  }
}

/// What keeps an error's description from the project's form; nil when it has it: a first line
/// `where: what is; what should be` without a full stop, then at most lines of help.
package func wordingComplaint(_ description: String) -> String? {
  let lines = description.split(separator: "\n", omittingEmptySubsequences: false)
  guard let first = lines.first, !first.isEmpty else { return "the error says nothing" }
  if !first.contains(": ") { return "the error names no place" }
  if !first.contains("; ") { return "the error does not say what should be" }
  if first.hasSuffix(".") { return "the error ends in a full stop" }
  if let stray = lines.dropFirst().first(where: { !$0.hasPrefix("  ") }) {
    return "the error's line '\(stray)' is no indented help"
  }
  return nil
}
