import Foundation
import TestSupport
import Testing

@Suite struct FilesTests {
  private struct Row: Decodable, Equatable {
    let tokenIds: [Int]
  }

  @Test func `a temporary directory holds files and goes away with its owner`() throws {
    var folder: TemporaryDirectory? = try TemporaryDirectory()
    let path = try #require(folder?.path)
    let file = try #require(try folder?.write("text", to: "a/b.txt"))
    #expect(file == path + "/a/b.txt")
    #expect(try folder?.text(of: "a/b.txt") == "text")
    #expect(try folder?.names() == ["a"])
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a fixture is found from the file that asks for it`() throws {
    #expect(try Fixture("rows.jsonl").bytes().count == 39)
    #expect(
      try Fixture("rows.jsonl").jsonLines(Row.self) == [Row(tokenIds: [1, 2]), Row(tokenIds: [])])
  }

  @Test func `a missing model says what to do`() throws {
    let error = ModelCacheError.missing(path: ModelCache.embeddedModelPath)
    #expect(wordingComplaint("\(error)") == nil)
    #expect("\(error)".contains("SmolLM2-135M-Instruct.Q4_1.gguf: no such file"))
  }

  @Test(.needsEmbeddedModel)
  func `where the embedded model is needed it is there`() throws {
    let path = try ModelCache.embeddedModel()
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.size] as? Int == 98_362_432)
  }
}
