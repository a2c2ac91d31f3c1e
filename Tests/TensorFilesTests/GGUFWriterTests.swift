import Storage
import TestSupport
import Testing

@testable import TensorFiles

@Suite struct GGUFWriterTests {
  @Test(arguments: [TensorType.f32, .f16, .bf16, .q8Zero])
  func `numbers are stored as the reference stores them`(type: TensorType) throws {
    // The reference's file has the same numbers in each type.
    let reference = try GGUFFile(path: Fixture("types.gguf").path)
    let values = try reference.floats(of: "f32")
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "x.gguf")
    let tensors = [
      GGUFWriter.Tensor("one", shape: [1, 32], type: type),
      GGUFWriter.Tensor("t", shape: [4, 64], type: type),
    ]
    try GGUFWriter([], tensors).write(to: path) { tensor in
      let count = tensor.name == "t" ? values.count : 32
      return Quantization.bytes(of: values.span.extracting(first: count), as: type)
    }
    let file = try GGUFFile(path: path)
    #expect(file.tensorNames == ["one", "t"])
    #expect(try file.shape(of: "t") == [4, 64])
    let expected = try reference.floats(of: type.rawValue.lowercased())
    #expect(try file.floats(of: "t") == expected)
    #expect(try file.floats(of: "one") == Array(expected.prefix(32)))
  }

  @Test func `metadata is read back by type and in order`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "x.gguf")
    try GGUFWriter(
      [
        ("general.architecture", .string("llama")), ("n", .integer(4_000_000_000)),
        ("f", .number(0.25)), ("yes", .bool(true)), ("words", .strings(["a", "", "ĠΩ"])),
        ("numbers", .integers([1, -2, 3])),
      ], []
    ).write(to: path) { _ in [] }
    let file = try GGUFFile(path: path)
    #expect(
      file.keys == ["general.architecture", "n", "f", "yes", "words", "numbers"])
    #expect(try file.string("general.architecture") == "llama")
    #expect(try file.int("n") == 4_000_000_000)
    #expect(try file.float("f") == 0.25)
    #expect(try file.bool("yes"))
    #expect(try file.strings("words") == ["a", "", "ĠΩ"])
    #expect(try file.ints("numbers") == [1, -2, 3])
  }

  @Test func `a block of numbers too small for a half is a block of zeros`() {
    let values: [Float] = (0..<32).map { Float($0) * 1e-38 * 0.01 }
    #expect(Quantization.bytes(of: values.span, as: .q8Zero) == Array(repeating: 0, count: 34))
  }

  @Test func `halves are rounded as the processor rounds them`() {
    // Around every half: the number itself, half way to the next, and a hair on both sides of that.
    for bits in stride(from: UInt16(0), to: 0x7c00, by: 1) {
      let low = Dequantization.float(half: bits)
      let high = Dequantization.float(half: bits + 1)
      guard high.isFinite else { continue }
      let middle = (low + high) / 2
      let even = bits & 1 == 0 ? bits : bits + 1
      let found = [low, middle.nextDown, middle, middle.nextUp, -middle].map(Quantization.half)
      let expected = [bits, bits, even, bits + 1, even | 0x8000]
      if found != expected { Issue.record("around half \(bits): \(found); expected \(expected)") }
    }
    #expect(Quantization.half(65504) == 0x7bff)
    #expect(Quantization.half(65520) == 0x7c00)
    #expect(Quantization.half(65519.996) == 0x7bff)
    #expect(Quantization.half(-.infinity) == 0xfc00)
    #expect(Quantization.half(.nan) & 0x7fff > 0x7c00)
    #expect(Quantization.half(1e-30) == 0)
  }
}
