import Foundation

/// Feeds a reader with damaged inputs: whatever it says, it must not crash.
///
/// `SELFINSTRUCT_FUZZ` sets how many inputs each format gets; a few in the usual tests, a million
/// in `Scripts/fuzz`.
package enum Fuzzing {
  /// What a reader made of an input.
  package enum Answer: Sendable {
    /// It ended before the first thing that the file says.
    case refusedAtOnce
    /// It read on, to an error or to the end.
    case readOn
  }

  /// How many inputs a format gets.
  package static var count: Int {
    ProcessInfo.processInfo.environment["SELFINSTRUCT_FUZZ"].flatMap(Int.init) ?? 400
  }

  /// Reads many damaged inputs; half of them well-formed.
  ///
  /// - Parameters:
  ///   - format: Its name, for what is printed.
  ///   - wellFormed: Changes what an input says and keeps its form.
  ///   - read: Reads one input.
  /// - Returns: The share that was read on.
  package static func share(
    of format: String, from originals: [[UInt8]],
    wellFormed: (inout Mutator, [UInt8]) -> [UInt8], read: ([UInt8]) -> Answer
  ) -> Double {
    var mutator = Mutator(seed: 4)
    var readOn = 0
    for number in 0..<count {
      let original = mutator.pick(originals)
      let input =
        number.isMultiple(of: 2) ? mutator.damaged(original) : wellFormed(&mutator, original)
      if case .readOn = read(input) { readOn += 1 }
      // A crash leaves the number of the last hundred thousand behind.
      if (number + 1).isMultiple(of: 100_000) { print("\(format): \(number + 1) inputs") }
    }
    let share = Double(readOn) / Double(max(1, count))
    let percent = Int((share * 100).rounded())
    print("\(format): \(count) inputs, \(percent) % read beyond their beginning, no crash")
    return share
  }

  /// The same for a file of JSON: what is no JSON any more counts as refused at once.
  ///
  /// - Parameters:
  ///   - originals: Arrays, objects, or lines of them.
  ///   - name: What the file is called.
  ///   - read: Reads the file at a path.
  package static func shareOfJSON(
    _ format: String, from originals: [String], to name: String = "x.json",
    read: (String) throws -> Void
  ) throws -> Double {
    let folder = try TemporaryDirectory()
    let path = try folder.write("", to: name)
    let place = URL(filePath: path)
    defer { withExtendedLifetime(folder) {} }
    return share(
      of: format, from: originals.map { Array($0.utf8) },
      wellFormed: { mutator, original in
        isLines(original) ? mutator.rewordedLines(original) : mutator.reworded(original)
      },
      read: { input in
        guard (try? Data(input).write(to: place)) != nil else { return .refusedAtOnce }
        do {
          try read(path)
          return .readOn
        } catch {
          return "\(error)".contains("(column ") ? .refusedAtOnce : .readOn
        }
      })
  }

  /// Whether there are lines, each an object of its own.
  private static func isLines(_ text: [UInt8]) -> Bool {
    let lines = text.split(separator: UInt8(ascii: "\n"))
    return lines.count > 1
      && lines.allSatisfy { $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}") }
  }
}
