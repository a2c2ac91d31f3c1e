import TestSupport
import Testing

@testable import TensorFiles

@Suite struct MalformedGGUFTests {
  private static func key(_ type: UInt32, _ value: @escaping BrokenGGUF.Part) -> [UInt8] {
    BrokenGGUF.with { $0.keys = [BrokenGGUF.key("a", type: type, value)] }
  }

  private static func tensors(_ parts: BrokenGGUF.Part...) -> [UInt8] {
    BrokenGGUF.with { $0.tensors = parts }
  }

  private static let header: [Malformed<[UInt8]>] = [
    .init(
      "nothing", [],
      "x.gguf: ends in the magic number, which takes 4 bytes; expected at most the 0 left"),
    .init(
      "half a header", BrokenGGUF.with { $0.cutTo = 14 },
      "x.gguf: ends in the number of tensors, which takes 8 bytes; expected at most the 6 left"),
    .init(
      "another magic", BrokenGGUF.with { $0.magic = 0x6c6d_6767 },
      "x.gguf: begins with 'ggml'; expected 'GGUF'"),
    .init(
      "version 1", BrokenGGUF.with { $0.version = 1 }, "x.gguf: is GGUF version 1; expected 2 or 3"),
    .init(
      "version 4", BrokenGGUF.with { $0.version = 4 }, "x.gguf: is GGUF version 4; expected 2 or 3"),
    .init(
      "big-endian", BrokenGGUF.with { $0.version = 3 << 24 },
      "x.gguf: is a big-endian GGUF file; expected little-endian"),
    .init(
      "a tensor count that overflows", BrokenGGUF.with { $0.tensorCount = 1 << 63 },
      "x.gguf: ends in 9223372036854775808 tensors, which takes 18446744073709551615 bytes; "
        + "expected at most the 144 left"),
    .init(
      "more keys than bytes", BrokenGGUF.with { $0.keyCount = 1000 },
      "x.gguf: ends in 1000 keys, which takes 13000 bytes; expected at most the 136 left"),
  ]

  private static let keys: [Malformed<[UInt8]>] =
    [
      .init(
        "a key's name longer than the file",
        BrokenGGUF.with { $0.keys = [BrokenGGUF.key("a", length: .max, type: 4) { _ in }] },
        "x.gguf: ends in the name of key 0, which takes 18446744073709551615 bytes; expected at most "
          + "the 128 left"),
      .init(
        "a key that is no text",
        BrokenGGUF.with {
          $0.keys = [
            {
              $0.append([0xff, 0xfe])
              $0.append(UInt32(4))
              $0.append(UInt32(1))
            }
          ]
        },
        "x.gguf: the name of key 0 is not valid UTF-8; expected text"),
      .init(
        "an unknown value type", key(13) { $0.append(UInt64(0)) },
        "x.gguf: key 'a' is of value type 13; expected 0 to 12"),
      .init(
        "a string longer than the file", key(8) { $0.append([65], length: 1 << 40) },
        "x.gguf: ends in key 'a', which takes 1099511627776 bytes; expected at most the 115 left"),
      .init(
        "a string that is no text", key(8) { $0.append([0xc3]) },
        "x.gguf: key 'a' is not valid UTF-8; expected text"),
      .init(
        "a list of lists",
        key(9) {
          $0.append(UInt32(9))
          $0.append(UInt64(1))
        },
        "x.gguf: key 'a' is a list of lists; expected a list of plain values"),
      .init(
        "a list of unknown type",
        key(9) {
          $0.append(UInt32(77))
          $0.append(UInt64(1))
        },
        "x.gguf: key 'a' is of value type 77; expected 0 to 12"),
      .init(
        "a list whose size overflows",
        key(9) {
          $0.append(UInt32(10))
          $0.append(UInt64.max / 4)
        },
        "x.gguf: ends in 4611686018427387903 elements of key 'a', which takes 18446744073709551615 "
          + "bytes; expected at most the 111 left"),
      .init(
        "a list longer than the file",
        key(9) {
          $0.append(UInt32(0))
          $0.append(UInt64(500))
        },
        "x.gguf: ends in 500 elements of key 'a', which takes 500 bytes; expected at most the 111 left"
      ),
      .init(
        "a list with a string longer than the file",
        key(9) {
          $0.append(UInt32(8))
          $0.append(UInt64(1))
          $0.append([65], length: 200)
        },
        "x.gguf: ends in a string of key 'a', which takes 200 bytes; expected at most the 135 left"),
      .init(
        "a truth value of 2", key(7) { $0.append(UInt8(2)) },
        "x.gguf: key 'a' is a truth value stored as 2; expected 0 or 1"),
      .init(
        "an integer beyond 63 bits", key(10) { $0.append(UInt64.max) },
        "x.gguf: key 'a' is 18446744073709551615; expected at most 9223372036854775807"),
      .init(
        "a key twice", BrokenGGUF.with { $0.keys += $0.keys },
        "x.gguf: key 'a' is there twice; expected once"),
    ]
    + [UInt32(0), 3, 12].map { alignment in
      .init(
        "alignment \(alignment)",
        BrokenGGUF.with {
          $0.keys = [BrokenGGUF.key("general.alignment", type: 4) { $0.append(alignment) }]
        },
        "x.gguf: key 'general.alignment' is the integer \(alignment); expected a power of two")
    } + [
      .init(
        "alignment in words",
        BrokenGGUF.with {
          $0.keys = [BrokenGGUF.key("general.alignment", type: 8) { $0.append([65]) }]
        },
        "x.gguf: key 'general.alignment' is the string 'A'; expected a power of two")
    ]

  private static let directory: [Malformed<[UInt8]>] = [
    .init(
      "a tensor's name longer than the file", tensors(BrokenGGUF.tensor(length: 4000)),
      "x.gguf: ends in the name of tensor 0, which takes 4000 bytes; expected at most the 111 left"),
    .init(
      "five axes", tensors(BrokenGGUF.tensor(axes: [1, 1, 1, 1, 1])),
      "x.gguf: tensor 't' has 5 axes; expected at most 4"),
    .init(
      "no element", tensors(BrokenGGUF.tensor(axes: [4, 0])),
      "x.gguf: tensor 't' is [0, 4]; expected axes of 1 or more and a size below 2^63 bytes"),
    .init(
      "a shape that overflows", tensors(BrokenGGUF.tensor(axes: [1 << 32, 1 << 31])),
      "x.gguf: tensor 't' is [2147483648, 4294967296]; expected axes of 1 or more and a size below "
        + "2^63 bytes"),
    .init(
      "an axis beyond 63 bits", tensors(BrokenGGUF.tensor(axes: [.max])),
      "x.gguf: tensor 't' is [18446744073709551615]; expected axes of 1 or more and a size below "
        + "2^63 bytes"),
    .init(
      "a type not read", tensors(BrokenGGUF.tensor(axes: [256], type: 10)),
      "x.gguf: tensor 't' is Q2_K; expected F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, "
        + "Q5_K, Q6_K"),
    .init(
      "an unknown type", tensors(BrokenGGUF.tensor(type: 99)),
      "x.gguf: tensor 't' is unknown type 99; expected F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, "
        + "Q8_0, Q4_K, Q5_K, Q6_K"),
    .init(
      "half a block", tensors(BrokenGGUF.tensor(axes: [48, 2], type: 3)),
      "x.gguf: tensor 't' has rows of 48; expected a multiple of 32 (Q4_1)"),
    .init(
      "a block without an axis", tensors(BrokenGGUF.tensor(axes: [], type: 3)),
      "x.gguf: tensor 't' has rows of 1; expected a multiple of 32 (Q4_1)"),
    .init(
      "an offset out of line", tensors(BrokenGGUF.tensor(offset: 8)),
      "x.gguf: tensor 't' begins at offset 8; expected a multiple of 32"),
    .init(
      "a tensor past the end", tensors(BrokenGGUF.tensor(axes: [4, 5])),
      "x.gguf: tensor 't' takes 80 bytes from offset 0 on; expected all inside the 64 bytes of data"
    ),
    .init(
      "an offset past the end", tensors(BrokenGGUF.tensor(offset: .max - 31)),
      "x.gguf: tensor 't' takes 32 bytes from offset 18446744073709551584 on; expected all inside "
        + "the 64 bytes of data"),
    .init(
      "a tensor twice", tensors(BrokenGGUF.tensor(), BrokenGGUF.tensor(offset: 32)),
      "x.gguf: tensor 't' is there twice; expected once"),
    .init(
      "tensors over each other",
      tensors(BrokenGGUF.tensor(axes: [16]), BrokenGGUF.tensor("u", offset: 32)),
      "x.gguf: tensor 't' shares bytes with 'u'; expected them apart"),
    .init(
      "data cut off", BrokenGGUF.with { $0.cutTo = $0.bytes.count - 40 },
      "x.gguf: tensor 't' takes 32 bytes from offset 0 on; expected all inside the 24 bytes of data"
    ),
    .init(
      "cut off in the padding", BrokenGGUF.with { $0.cutTo = $0.bytes.count - 65 },
      "x.gguf: ends in the padding before the tensors, which takes 32 bytes; expected at most the "
        + "13 left"),
  ]

  @Test(arguments: header + keys + directory)
  private func `a malformed file is refused with one sentence`(
    _ broken: Malformed<[UInt8]>
  ) throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(broken.input, to: "x.gguf")
    broken.expectRefusal(hiding: folder) { try GGUFFile(path: path) }
  }

  @Test func `the same file without a fault is read`() throws {
    let folder = try TemporaryDirectory()
    let file = try GGUFFile(path: folder.write(BrokenGGUF().bytes, to: "x.gguf"))
    #expect(try file.int("a") == 7)
    #expect(try file.shape(of: "t") == [2, 4])
    #expect(try file.floats(of: "t") == Array(repeating: Float(bitPattern: 0x0101_0101), count: 8))
  }

  @Test func `what is no file is refused with one sentence`() throws {
    let folder = try TemporaryDirectory()
    expectRefusalSaying(
      "no.gguf: cannot be read (No such file or directory); expected a model file", hiding: folder
    ) { try GGUFFile(path: folder.path + "/no.gguf") }
    expectRefusalSaying("/dev/null: cannot be read (not a regular file); expected a model file") {
      try GGUFFile(path: "/dev/null")
    }
    #expect(throws: TensorFileError.self) { try GGUFFile(path: folder.path) }
  }

  @Test func `a list with a string that is no text is refused when it is asked for`() throws {
    let folder = try TemporaryDirectory()
    let bytes = Self.key(9) {
      $0.append(UInt32(8))
      $0.append(UInt64(2))
      $0.append([65])
      $0.append([0xff])
    }
    let file = try GGUFFile(path: folder.write(bytes, to: "x.gguf"))
    expectRefusalSaying(
      "x.gguf: string 1 of key 'a' is not valid UTF-8; expected text", hiding: folder
    ) { try file.strings("a") }
  }

  @Test func `bytes changed at random are read or refused, never a crash`() throws {
    let folder = try TemporaryDirectory()
    let whole = try Fixture("types.gguf").bytes()
    var random = Mutations(seed: 3)
    for round in 0..<2000 {
      let bytes = random.mutate(whole, directory: 1000)
      let path = try folder.write(bytes, to: "x.gguf")
      do {
        let file = try GGUFFile(path: path)
        for key in file.keys {
          _ = try? (file.string(key), file.int(key))
          _ = try? file.strings(key)
          _ = try? file.ints(key)
        }
        for name in file.tensorNames.dropFirst(round % 6).prefix(1) {
          _ = try file.floats(of: name)
        }
      } catch {
        let complaint = wordingComplaint("\(error)")
        #expect(complaint == nil, "seed 3, round \(round): \(error)")
      }
    }
  }
}

/// Changes to a file's bytes, the same for the same seed.
struct Mutations {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  }

  private mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  /// A few bytes changed, mostly in the first `directory`; sometimes the end cut off.
  mutating func mutate(_ bytes: [UInt8], directory: Int) -> [UInt8] {
    var changed = bytes
    for _ in 0...next(4) {
      let place = next(next(8) == 0 ? bytes.count : min(directory, bytes.count))
      let value: UInt8 = [0, 1, 0x7f, 0x80, 0xff, 0x22][next(6)]
      changed[place] = next(3) == 0 ? UInt8(next(256)) : value
    }
    return next(6) == 0 ? Array(changed.prefix(next(changed.count))) : changed
  }
}
