import Foundation
import TensorFiles
import TestSupport
import Testing

/// Files of weights, damaged: nothing crashes, nothing is read from outside of them.
@Suite struct TensorFuzzTests {
  private static func read(_ file: some TensorSource) {
    for name in file.tensorNames {
      guard let shape = try? file.shape(of: name), shape.reduce(1, *) < 1 << 16 else { continue }
      _ = try? file.floats(of: name)
    }
  }

  @Test func `GGUF`() throws {
    let folder = try TemporaryDirectory()
    let share = Fuzzing.share(
      of: "GGUF", from: [try Fixture("types.gguf").bytes(), BrokenGGUF().bytes],
      wellFormed: { mutator, original in
        // Past the magic number, the version and the counts only single numbers change.
        var bytes = original
        for _ in 0...mutator.below(3) {
          let place = 24 + mutator.below(bytes.count - 24)
          bytes[place] = mutator.below(3) == 0 ? bytes[place] ^ 1 : UInt8(mutator.below(256))
        }
        return bytes
      },
      read: { input in
        guard let path = try? folder.write(input, to: "x.gguf") else { return .refusedAtOnce }
        do throws(TensorFileError) {
          Self.read(try GGUFFile(path: path))
          return .readOn
        } catch {
          switch error {
          case .wrongMagic, .bigEndian, .unsupportedVersion, .unreadable: return .refusedAtOnce
          default: return .readOn
          }
        }
      })
    #expect(share >= 0.4)
  }

  @Test func `safetensors`() throws {
    let folder = try TemporaryDirectory()
    let original = try Fixture("types.safetensors").bytes()
    let length = original.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let share = Fuzzing.share(
      of: "safetensors", from: [original],
      wellFormed: { mutator, original in
        let header = mutator.reworded(Array(original[8..<(8 + length)]))
        let count = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) }
        return count + header + original[(8 + length)...]
      },
      read: { input in
        guard let path = try? folder.write(input, to: "x.safetensors") else {
          return .refusedAtOnce
        }
        do throws(TensorFileError) {
          Self.read(try SafetensorsFile(path: path))
          return .readOn
        } catch {
          if case .malformed(_, let found, _) = error, found.contains("(column ") {
            return .refusedAtOnce
          }
          return .readOn
        }
      })
    #expect(share >= 0.4)
  }

  @Test func `adapter_config_json`() throws {
    let folder = try AdapterDirectoryTests.folder([
      "alpha_pattern": ["q_proj": 2], "rank_pattern": ["m.q_proj": 1], "use_rslora": true,
      "bias": "none", "init_lora_weights": true, "layer_replication": nil,
      "target_modules": ["q_proj"],
    ])
    let original = try folder.text(of: "adapter_config.json")
    let place = URL(filePath: folder.path(of: "adapter_config.json"))
    let share = try Fuzzing.shareOfJSON("adapter_config.json", from: [original]) { path in
      try Data(contentsOf: URL(filePath: path)).write(to: place)
      let model = try HuggingFaceDirectory(path: folder.path)
      _ = try model.weights.floats(of: "m.q_proj.weight")
    }
    #expect(share >= 0.4)
  }
}
