import Foundation
import Storage
import TensorFiles
import TestSupport
import Testing
import Tokenization
import Transformer

@testable import LocalModels

/// What a trained model takes over from a GGUF file, read back as a Hugging Face directory.
@Suite struct HuggingFaceFilesTests {
  private static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf")
    .path(percentEncoded: false)

  @Test func `a tokenizer of a GGUF file is the same as a tokenizer_json`() throws {
    let files = try ModelFiles(.gguf(path: Self.path))
    let folder = try TemporaryDirectory()
    let bytes = try #require(try files.huggingFaceFiles()["tokenizer.json"])
    let path = try folder.write(bytes, to: "tokenizer.json")
    let other = try Tokenizer(json: path)
    #expect(other.vocabularySize == files.tokenizer.vocabularySize)
    #expect(other.specialTokens == files.tokenizer.specialTokens)
    #expect(other.prefix == files.tokenizer.prefix)
    let texts = [
      "", "Hello there, it's 2024!", "  two  spaces\n\nand\tmore ", "naïve café 北京 🙂", "12345",
      "<|im_start|>user", String(repeating: "ab", count: 300),
    ]
    for text in texts {
      #expect(other.encode(text) == files.tokenizer.encode(text))
      #expect(other.decode(other.encode(text)) == text)
    }
  }

  @Test func `a decoder's shape survives its config_json`() throws {
    let files = try ModelFiles(.gguf(path: Self.path))
    let shape = try files.decoderConfiguration()
    let folder = try TemporaryDirectory()
    let config = try shape.huggingFace(type: "bfloat16", tokens: try files.tokenIDs())
    let path = try folder.write(config.encodedPretty(), to: "config.json")
    #expect(try DecoderConfiguration(huggingFace: JSONSettings(path: path)) == shape)
    // Both spellings of the rotary base: libraries read one or the other.
    #expect(config["rope_theta"]?.double == shape.rotaryBase)
    #expect(config["rope_parameters"]?["rope_theta"]?.double == shape.rotaryBase)
    #expect(config["torch_dtype"] == config["dtype"])
  }

  @Test func `completions of a chat model end with its turns`() throws {
    let files = try ModelFiles(.gguf(path: Self.path))
    let folder = try TemporaryDirectory()
    for (name, bytes) in try files.huggingFaceFiles() { try folder.write(bytes, to: name) }
    let generation = try JSONSettings(path: folder.path(of: "generation_config.json"))
    let ends = try generation.ints("eos_token_id")
    for name in files.template.template.stopTokens {
      let id = try #require(files.tokenizer.id(ofSpecial: name))
      #expect(ends.contains(Int(id)))
    }
  }
}
