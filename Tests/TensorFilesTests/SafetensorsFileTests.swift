import TestSupport
import Testing

@testable import TensorFiles

/// `Fixtures/types.safetensors` was written by the safetensors package (`Scripts/fixtures/make_tensors.py`)
/// and holds the same values as `types.gguf`.
@Suite struct SafetensorsFileTests {
  @Test(arguments: ["f32", "f16", "bf16"])
  func `values are those that the GGUF file of the same numbers has`(name: String) throws {
    let file = try SafetensorsFile(path: Fixture("types.safetensors").path)
    let twin = try GGUFFile(path: Fixture("types.gguf").path)
    #expect(try file.shape(of: name) == [4, 64])
    #expect(try file.floats(of: name) == twin.floats(of: name))
  }

  @Test func `a type that is not read may be there until it is asked for`() throws {
    let file = try SafetensorsFile(path: Fixture("types.safetensors").path)
    #expect(file.tensorNames == ["steps", "f32", "bf16", "f16"])
    #expect(try file.shape(of: "steps") == [3])
    #expect(throws: TensorFileError.tensor(file: file.path, name: "steps", .unsupportedType("I64")))
    {
      try file.floats(of: "steps")
    }
    #expect(throws: TensorFileError.tensor(file: file.path, name: "no", .missing)) {
      try file.floats(of: "no")
    }
  }

  /// A file with this header and this many bytes of data; `length` may lie about the header.
  static func bytes(_ header: String, data: Int = 16, length: UInt64? = nil) -> [UInt8] {
    var file = FileBytes()
    file.append(Array(header.utf8), length: length)
    return file.bytes + Array(repeating: 0, count: data)
  }

  /// A file with one tensor `t`.
  private static func tensor(_ fields: String, data: Int = 16) -> [UInt8] {
    bytes(#"{"t": {"# + fields + "}}", data: data)
  }

  private static let malformed: [Malformed<[UInt8]>] = [
    .init(
      "nothing", [],
      "x.safetensors: ends in the header's length, which takes 8 bytes; expected at most the 0 left"
    ),
    .init(
      "a header longer than the file", bytes("{}", length: 1 << 60),
      "x.safetensors: ends in the header, which takes 1152921504606846976 bytes; expected at most "
        + "the 18 left"),
    .init(
      "a header that is no object", bytes("[1]"),
      "x.safetensors: the header: is an array; expected an object"),
    .init(
      "a tensor that is no object", bytes(#"{"t": 5}"#),
      "x.safetensors: the header: 'dtype' of tensor 't' is missing; expected a string"),
    .init(
      "no type", tensor(#""shape": [4], "data_offsets": [0, 16]"#),
      "x.safetensors: the header: 'dtype' of tensor 't' is missing; expected a string"),
    .init(
      "a type that is a number", tensor(#""dtype": 1, "shape": [4], "data_offsets": [0, 16]"#),
      "x.safetensors: the header: 'dtype' of tensor 't' is an integer; expected a string"),
    .init(
      "an unknown type", tensor(#""dtype": "Q9", "shape": [4], "data_offsets": [0, 16]"#),
      "x.safetensors: tensor 't' is 'Q9'; expected F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, "
        + "Q4_K, Q5_K, Q6_K"),
    .init(
      "a shape that is no list", tensor(#""dtype": "F32", "shape": 4, "data_offsets": [0, 16]"#),
      "x.safetensors: the header: 'shape' of tensor 't' is an integer; expected an array of "
        + "integers of 0 or more"),
    .init(
      "a negative axis", tensor(#""dtype": "F32", "shape": [-4], "data_offsets": [0, 16]"#),
      "x.safetensors: the header: 'shape' of tensor 't' is an array; expected an array of integers "
        + "of 0 or more"),
    .init(
      "an axis beyond 63 bits",
      tensor(#""dtype": "F32", "shape": [18446744073709551616], "data_offsets": [0, 16]"#),
      "x.safetensors: the header: 'shape' of tensor 't' is an array; expected an array of integers "
        + "of 0 or more"),
    .init(
      "a shape that overflows",
      tensor(#""dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 16]"#),
      "x.safetensors: tensor 't' is [4294967296, 4294967296]; expected axes of 1 or more and a size "
        + "below 2^63 bytes"),
    .init(
      "one offset", tensor(#""dtype": "F32", "shape": [4], "data_offsets": [16]"#),
      "x.safetensors: the header: 'data_offsets' of tensor 't' has 1 elements; expected 2"),
    .init(
      "offsets the wrong way round",
      tensor(#""dtype": "F32", "shape": [4], "data_offsets": [16, 0]"#),
      "x.safetensors: tensor 't' takes 0 bytes from offset 16 on; expected all inside the 16 bytes "
        + "of data"),
    .init(
      "offsets past the end", tensor(#""dtype": "F32", "shape": [5], "data_offsets": [0, 20]"#),
      "x.safetensors: tensor 't' takes 20 bytes from offset 0 on; expected all inside the 16 bytes "
        + "of data"),
    .init(
      "a size that is not the shape's",
      tensor(#""dtype": "F32", "shape": [3], "data_offsets": [0, 16]"#),
      "x.safetensors: tensor 't' takes 16 bytes; expected 12 for its shape and type"),
    .init(
      "tensors over each other",
      bytes(
        #"{"t": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}, "#
          + #""u": {"dtype": "U8", "shape": [8], "data_offsets": [8, 16]}}"#),
      "x.safetensors: tensor 't' shares bytes with 'u'; expected them apart"),
  ]

  @Test(arguments: malformed)
  private func `a malformed file is refused with one sentence`(
    _ broken: Malformed<[UInt8]>
  ) throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(broken.input, to: "x.safetensors")
    broken.expectRefusal(hiding: folder) { try SafetensorsFile(path: path) }
  }

  @Test(arguments: [
    #"{"t": "#, #"{"t": 1, "t": 2}"#, "", "{}{}", String(repeating: "[", count: 9999),
  ])
  func `a header that is no JSON is refused with one sentence`(header: String) throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(Self.bytes(header), to: "x.safetensors")
    let error = #expect(throws: TensorFileError.self) { try SafetensorsFile(path: path) }
    let said = error.map { "\($0)" } ?? ""
    #expect(
      wordingComplaint(said) == nil && said.contains("x.safetensors: the header: "), "\(said)")
  }

  @Test func `an empty tensor and odd offsets are fine`() throws {
    let folder = try TemporaryDirectory()
    let bytes = Self.bytes(
      #"{"e": {"dtype": "F32", "shape": [0, 3], "data_offsets": [1, 1]}, "#
        + #""o": {"dtype": "F32", "shape": [3], "data_offsets": [1, 13]}}"#)
    let file = try SafetensorsFile(path: folder.write(bytes, to: "x.safetensors"))
    #expect(try file.floats(of: "e") == [])
    #expect(try file.floats(of: "o") == [0, 0, 0])
  }

  @Test func `bytes changed at random are read or refused, never a crash`() throws {
    let folder = try TemporaryDirectory()
    let whole = try Fixture("types.safetensors").bytes()
    var random = Mutations(seed: 4)
    for round in 0..<2000 {
      let path = try folder.write(random.mutate(whole, directory: 290), to: "x.safetensors")
      do {
        let file = try SafetensorsFile(path: path)
        for name in file.tensorNames.dropFirst(round % 4).prefix(1) {
          _ = try file.floats(of: name)
        }
      } catch {
        let complaint = wordingComplaint("\(error)")
        #expect(complaint == nil, "seed 4, round \(round): \(error)")
      }
    }
  }
}
