import Foundation
import Testing

/// The values that the loops of `withEvery` stand at, outermost first.
package enum CombinationTrace {
  @TaskLocal package static var current: [String] = []

  /// ` in rows = 3, columns = 17`, or nothing outside of any loop.
  package static var suffix: String {
    current.isEmpty ? "" : " in " + current.joined(separator: ", ")
  }
}

/// Runs `body` for each of `values`; whatever fails inside also prints which values it was.
///
/// Loops nest, so that a few lines try every combination:
///
///     withEvery("rows", in: [1, 7, 8, 9]) { rows in
///       withEvery("columns", in: [1, 64, 1023]) { columns in
///         #expect(product(rows, columns) == naiveProduct(rows, columns))
///       }
///     }
///
/// - Parameters:
///   - name: What the values are, for the failure's message.
///   - values: Tried in order; a failure does not end the loop, an error that `body` throws does.
/// - Throws: What `body` throws, after printing the values.
package func withEvery<Values: Sequence>(
  _ name: String, in values: Values, _ body: (Values.Element) throws -> Void
) rethrows {
  for value in values {
    let trace = CombinationTrace.current + ["\(name) = \(value)"]
    try CombinationTrace.$current.withValue(trace) {
      if trace.count > 1 {
        try body(value)
      } else {
        try printingTrace { try body(value) }
      }
    }
  }
}

/// Runs `body` and, for each issue it records, prints where the loops stand.
///
/// Swift Testing shows every issue to the matcher of a known issue; one that matches nothing only
/// looks.
private func printingTrace(_ body: () throws -> Void) rethrows {
  try withKnownIssue(isIntermittent: true) {
    try body()
  } matching: { _ in
    FileHandle.standardError.write(Data("  failed\(CombinationTrace.suffix)\n".utf8))
    return false
  }
}
