import Foundation
import Prompts
import TestSupport
import Testing

/// Prompt files, damaged: nothing crashes.
@Suite struct PromptFuzzTests {
  @Test func `prompt files`() throws {
    let folder = try TemporaryDirectory()
    let builtIn = try PromptSet.builtIn().files
    let names = Set(builtIn.map(\.name))
    let share = Fuzzing.share(
      // The first line says which file it is.
      of: "prompt file", from: builtIn.map { Array("\($0.name)\n\($0.text)".utf8) },
      wellFormed: { mutator, original in
        var lines = original.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let place = 1 + mutator.below(lines.count - 1)
        switch mutator.below(4) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: 1 + mutator.below(lines.count))
        case 2: lines.swapAt(place, 1 + mutator.below(lines.count - 1))
        default: lines[place] = Array(mutator.pick(Self.oddLines).utf8)[...]
        }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
      },
      read: { input in
        let parts = input.split(
          separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        guard names.contains(name), let text = parts.last,
          let path = try? folder.write(Array(text), to: name + ".txt")
        else { return .refusedAtOnce }
        // The others are the built-in ones, which need no reading.
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
          _ = try PromptSet.read(String(path.dropLast(name.count + 5)))
        } catch {
          return "\(error)".contains("UTF-8") ? .refusedAtOnce : .readOn
        }
        return .readOn
      })
    #expect(share >= 0.4)
  }

  private static let oddLines = [
    "", "[", "[]", "[text]", "[stop]", "\\[x]", "{", "}", "{{}}", "{instruction}", "{nothing}",
    "\"", "\"\\n\"", "\"\\u12\"", "#", "1.", "a | b | c", "|", ":", "你好", "\u{301}",
  ]
}
