import Testing

@testable import Tokenization

/// Expected pieces are worked out by hand from the regular expressions.
@Suite struct PreTokenizerTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let pieces: [String]
    var testDescription: String { "\(name): \(text.debugDescription)" }
  }

  private static let cases: [Case] = [
    Case(
      name: "smollm", text: "I'll pay 12  dollars",
      pieces: ["I", "'ll", " pay", " ", "1", "2", " ", " dollars"]),
    Case(name: "smollm", text: "a  1", pieces: ["a", "  ", "1"]),
    Case(name: "gpt-2", text: "a  1", pieces: ["a", " ", " 1"]),
    Case(name: "gpt-2", text: "x\n\n y\t z  ", pieces: ["x", "\n\n", " y", "\t", " z", "  "]),
    Case(name: "gpt-2", text: "it'S 'twas", pieces: ["it", "'", "S", " '", "twas"]),
    Case(
      name: "gpt-2", text: "you're we've he'd", pieces: ["you", "'re", " we", "'ve", " he", "'d"]),
    Case(name: "gpt-2", text: "...!? 1234", pieces: ["...!?", " 1234"]),
    Case(name: "gpt-2", text: "né Ⅷ½ \u{3000}中", pieces: ["né", " Ⅷ½", " ", "\u{3000}", "中"]),
    Case(name: "llama-bpe", text: "it'S 12345", pieces: ["it", "'S", " ", "123", "45"]),
    Case(name: "llama-bpe", text: "(word) !!\n\nx", pieces: ["(word", ")", " !!\n\n", "x"]),
    Case(name: "llama-bpe", text: "a \n \n  b", pieces: ["a", " \n \n", " ", " b"]),
    Case(name: "llama-bpe", text: "\tab", pieces: ["\tab"]),
    Case(name: "qwen2", text: "n=123", pieces: ["n", "=", "1", "2", "3"]),
    Case(name: "default", text: "a, b+1234", pieces: ["a", ",", " b", "+", "123", "4"]),
  ]

  @Test(arguments: cases)
  private func `pieces are those of the expression`(_ example: Case) throws {
    let preTokenizer = try #require(PreTokenizer(ggufName: example.name))
    let scanner = CharacterScanner(Array(example.text.utf8))
    let pieces = preTokenizer.pieces(of: scanner).map {
      String(decoding: scanner.bytes[$0], as: UTF8.self)
    }
    #expect(pieces == example.pieces)
  }

  @Test func `the names that are listed are the names that are known`() {
    #expect(PreTokenizer.ggufNames.allSatisfy { PreTokenizer(ggufName: $0) != nil })
    #expect(PreTokenizer(ggufName: "") == nil)
  }

  @Test func `the byte alphabet is a round trip`() {
    #expect(Set(ByteAlphabet.scalars).count == 256)
    for byte in UInt8.min...UInt8.max {
      #expect(ByteAlphabet.bytes(of: String(ByteAlphabet.scalars[Int(byte)])) == [byte])
    }
    #expect(ByteAlphabet.bytes(of: "Ġa") == [0x20, 0x61])
    #expect(ByteAlphabet.bytes(of: "a b") == Array("a b".utf8))
  }

  @Test func `characters newer than the reference's Unicode are neither letters nor numbers`() {
    #expect(CharacterClass("\u{88f}") == .other)
    #expect(CharacterClass("\u{11de0}") == .other)
    #expect(CharacterScanner.isNumeric("\u{11de0}"))
    #expect(CharacterClass("ǅ") == .letter && CharacterClass("²") == .number)
    #expect(CharacterClass("\u{85}") == .space && CharacterClass("\u{200b}") == .other)
  }
}
