import ArgumentParser
import LocalModels
import Projects
import Storage
import Tokenization

/// `selfinstruct tokenize`: texts to token ids and back.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn texts into token ids, or back.",
    discussion: """
      Reads JSON strings from stdin, one a line, and writes a JSON array of ids for each. With \
      --decode it is the other way round. Special tokens in a text are plain text.
      """)

  @Option(
    help: ArgumentHelp(
      "The model: 'smollm2', a GGUF file, a Hugging Face directory or an adapter's (default: smollm2).",
      valueName: "name or path"))
  var model: String?

  @Flag(help: "Read arrays of ids and write texts.")
  var decode = false

  func run() throws {
    let tokenizer = try LocalModel.tokenizer(of: ModelOptions.reference(model, in: Project()))
    try StandardInput.forEachLine { line in
      try Console.result(try decode ? Self.text(line, tokenizer) : Self.ids(line, tokenizer))
    }
  }

  private static func ids(_ line: TextLine, _ tokenizer: Tokenizer) throws -> String {
    let value = try line.json()
    guard let text = value.string else {
      throw line.error("the line is \(value.kind)", expected: "a JSON string")
    }
    return JSONValue.array(tokenizer.encode(text).map { .int(Int($0)) }).encodedLine()
  }

  private static func text(_ line: TextLine, _ tokenizer: Tokenizer) throws -> String {
    let value = try line.json()
    guard let elements = value.array else {
      throw line.error("the line is \(value.kind)", expected: "a JSON array of ids")
    }
    let known = 0..<tokenizer.vocabularySize
    let ids = try elements.map { element throws(StorageError) in
      guard let id = element.int, known.contains(id) else {
        throw line.error(
          "\(quoted(element.encodedLine())) is no token id",
          expected: "0 to \(known.upperBound - 1)")
      }
      return Int32(id)
    }
    return JSONValue.string(tokenizer.decode(ids)).encodedLine()
  }
}
