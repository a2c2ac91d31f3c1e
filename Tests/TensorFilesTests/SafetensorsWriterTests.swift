import Storage
import TestSupport
import Testing

@testable import TensorFiles

@Suite struct SafetensorsWriterTests {
  private static let tensors = [
    SafetensorsWriter.Tensor("b", shape: [2, 3], type: .f32),
    SafetensorsWriter.Tensor("a", shape: [4], type: .bf16),
    SafetensorsWriter.Tensor("none", shape: [0, 7], type: .f32),
    SafetensorsWriter.Tensor("one", shape: [], type: .f32),
  ]

  private func floats(_ values: [Float]) -> [UInt8] {
    Quantization.bytes(of: values.span, as: .f32)
  }

  private func write(to path: String) throws -> Int {
    let writer = SafetensorsWriter(Self.tensors)
    try writer.write(to: path) { tensor, file throws(StorageError) in
      switch tensor.name {
      case "b": try file.write(floats([1, 2, 3, 4, 5, -6.5]))
      case "a": try file.write([0x80, 0x3F, 0x00, 0x40, 0x40, 0x40, 0x80, 0xBF])
      case "one": try file.write(floats([9]))
      default: break
      }
    }
    return writer.byteCount
  }

  @Test func `what is written is read back, in the order it was given`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "x.safetensors")
    let count = try write(to: path)
    #expect(try folder.bytes(of: "x.safetensors").count == count)
    let file = try SafetensorsFile(path: path)
    #expect(file.tensorNames == ["b", "a", "none", "one"])
    #expect(try file.shape(of: "b") == [2, 3])
    #expect(try file.floats(of: "b") == [1, 2, 3, 4, 5, -6.5])
    #expect(try file.floats(of: "a") == [1, 2, 3, -1])
    #expect(try file.floats(of: "none") == [])
    #expect(try file.floats(of: "one") == [9])
  }

  @Test func `values begin at a whole eight, and the header names a format`() throws {
    let folder = try TemporaryDirectory()
    _ = try write(to: folder.path(of: "x.safetensors"))
    let bytes = try folder.bytes(of: "x.safetensors")
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    let header = try JSONValue(parsing: Array(bytes[8..<8 + length]))
    #expect(header["__metadata__"]?["format"] == "pt")
    #expect(header["a"]?["data_offsets"] == [24, 32])
  }

  @Test func `where the disk ends the old file stays`() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("old", to: "x.safetensors")
    let full = StorageError.incompleteWrite(path: path, written: 0, wanted: 1, reason: "full")
    #expect(throws: full) {
      try SafetensorsWriter(Self.tensors).write(to: path) { _, _ throws(StorageError) in
        throw full
      }
    }
    #expect(try folder.text(of: "x.safetensors") == "old")
    #expect(try folder.names() == ["x.safetensors"])
  }
}
