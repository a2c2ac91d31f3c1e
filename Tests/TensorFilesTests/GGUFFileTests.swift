import Foundation
import TestSupport
import Testing

@testable import TensorFiles

/// `Fixtures/types.gguf` was written by the gguf package for Python (`Scripts/fixtures/make_tensors.py`),
/// which also widened every value.
@Suite struct GGUFFileTests {
  private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: nil))
  }

  @Test(arguments: TensorType.allCases)
  func `values widen to exactly those of the reference`(type: TensorType) throws {
    let file = try GGUFFile(path: fixture("types.gguf"))
    let json = try Data(contentsOf: URL(filePath: fixture("types.json")))
    let expected = try #require(
      JSONDecoder().decode([String: [UInt32]].self, from: json)[type.rawValue.lowercased()])
    let name = type.rawValue.lowercased()
    #expect(try file.type(of: name) == type)
    #expect(try file.shape(of: name) == (type.blockLength == 256 ? [2, 256] : [4, 64]))
    // As numbers, not bits: the reference leaves a few zeros of Q4_0 negative.
    #expect(try file.floats(of: name) == expected.map { Float(bitPattern: $0) })
  }

  @Test func `metadata is read by type`() throws {
    let file = try GGUFFile(path: fixture("types.gguf"))
    #expect(file.version == 3)
    #expect(
      file.tensorNames == [
        "f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q4_k", "q5_k", "q6_k",
      ])
    #expect(try file.string("general.architecture") == "tiny")
    #expect(try file.int("tiny.count") == 7)
    #expect(try file.float("tiny.count") == 7)
    #expect(try file.float("tiny.epsilon") == 0.25)
    #expect(try file.bool("tiny.flag"))
    #expect(try file.strings("tiny.words") == ["alpha", "", "Ġβ"])
    #expect(try file.ints("tiny.numbers") == [1, -2, 3])
    #expect(file.has("tiny.count") && !file.has("tiny.size"))
    #expect(file.contains("f16") && !file.contains("f17"))
  }

  @Test func `asking for the wrong type says what is there`() throws {
    let path = try fixture("types.gguf")
    let file = try GGUFFile(path: path)
    #expect(throws: TensorFileError.missingKey(file: path, key: "x", expected: "a string")) {
      try file.string("x")
    }
    #expect {
      try file.int("tiny.words")
    } throws: {
      "\($0)" == "\(path): key 'tiny.words' is a list of 3 (each a string); expected an integer"
    }
    #expect {
      try file.floats(of: "f32", shape: [64, 4])
    } throws: {
      "\($0)" == "\(path): tensor 'f32' is [4, 64]; expected [64, 4]"
    }
  }

  @Test func `every half widens as the processor widens it`() {
    for bits in 0...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let found = Dequantization.float(half: bits)
      #expect(found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN)
    }
  }

  @Test(arguments: [
    (UInt32(0x7f80_0000), "inf"), (0xff80_0000, "-inf"), (0x7fc0_0000, "nan"),
    (0x7f80_0001, "snan"),
  ])
  func `a weight that is no finite number is refused with its tensor`(
    _ bits: UInt32, _ name: String
  ) throws {
    let folder = try TemporaryDirectory()
    for place in [0, 6, 7] {
      var bytes = BrokenGGUF().bytes
      let start = bytes.count - 64 + 4 * place
      for byte in 0..<4 { bytes[start + byte] = UInt8(truncatingIfNeeded: bits >> (8 * byte)) }
      let file = try GGUFFile(path: folder.write(bytes, to: "x.gguf"))
      let error = #expect(throws: TensorFileError.self) { try file.floats(of: "t", shape: [2, 4]) }
      let said = (error?.description ?? "").replacing(folder.path + "/", with: "")
      #expect(said.hasPrefix("x.gguf: tensor 't' holds "), "\(said)")
      #expect(said.hasSuffix(" at place \(place); expected finite numbers only"), "\(said)")
    }
  }

  @Test func `the largest numbers are finite`() throws {
    let folder = try TemporaryDirectory()
    var bytes = BrokenGGUF().bytes
    for start in stride(from: bytes.count - 64, to: bytes.count - 32, by: 4) {
      bytes.replaceSubrange(start..<start + 4, with: [0xff, 0xff, 0x7f, 0xff])
    }
    let file = try GGUFFile(path: folder.write(bytes, to: "x.gguf"))
    let values = try file.floats(of: "t", shape: [2, 4])
    #expect(values == Array(repeating: -Float.greatestFiniteMagnitude, count: 8))
  }
}
