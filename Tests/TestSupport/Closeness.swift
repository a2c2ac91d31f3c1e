import Testing

/// Expects two rows of numbers to agree, element by element.
///
/// With `relative`, `|actual - expected| <= relative * max(|expected|, floor)`, where `floor` is the
/// root mean square of `expected`: an element near zero is judged by the size of its row. With
/// `absolute`, `|actual - expected| <= absolute`. With both, either suffices. A NaN equals only a
/// NaN, an infinity only itself.
///
/// A failure names the worst element, both values, and the loop of `withEvery` it happened in.
///
/// - Parameters:
///   - relative: At most 0.1; a wider tolerance is refused as a failure.
///   - absolute: At most 0.1, likewise.
///   - reason: Why the two may differ by that much.
package func expectClose<Actual: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ actual: [Actual], _ expected: [Expected], relative: Double? = nil, absolute: Double? = nil,
  because reason: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let complaint =
    toleranceComplaint(relative: relative, absolute: absolute, reason: reason)
    ?? differenceComplaint(
      actual.map { Double($0) }, expected.map { Double($0) }, relative: relative ?? 0,
      absolute: absolute ?? 0)
  guard let complaint else { return }
  Issue.record(
    "\(complaint) (tolerated because \(reason))\(CombinationTrace.suffix)",
    sourceLocation: sourceLocation)
}

/// Expects two numbers to agree; `relative` is measured against `expected` itself.
package func expectClose<Actual: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ actual: Actual, _ expected: Expected, relative: Double? = nil, absolute: Double? = nil,
  because reason: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    [actual], [expected], relative: relative, absolute: absolute, because: reason,
    sourceLocation: sourceLocation)
}

/// What is wrong with a tolerance; nil when nothing is.
package func toleranceComplaint(relative: Double?, absolute: Double?, reason: String) -> String? {
  let tolerances = [relative, absolute].compactMap(\.self)
  if tolerances.isEmpty { return "expectClose: no tolerance given; expected one" }
  if let wide = tolerances.first(where: { !(0...0.1).contains($0) }) {
    return "expectClose: tolerance is \(wide); expected 0 to 0.1"
  }
  return reason.isEmpty ? "expectClose: no reason given; expected one" : nil
}

/// How two rows differ by more than a tolerance, worst element first; nil when they do not.
package func differenceComplaint(
  _ actual: [Double], _ expected: [Double], relative: Double, absolute: Double
) -> String? {
  guard actual.count == expected.count else {
    return "there are \(actual.count) values; expected \(expected.count)"
  }
  let floor = rootMeanSquare(expected)
  var worst: (index: Int, excess: Double)?
  var misses = 0
  for index in expected.indices {
    let size = expected[index].isFinite ? max(abs(expected[index]), floor) : 0
    let allowed = max(absolute, relative * size)
    let excess = difference(actual[index], expected[index]) - allowed
    guard excess > 0 else { continue }
    misses += 1
    if excess > (worst?.excess ?? 0) { worst = (index, excess) }
  }
  guard let worst else { return nil }
  let found = actual[worst.index]
  let wanted = expected[worst.index]
  return "[\(worst.index)] is \(found); expected \(wanted)"
    + " (differs by \(abs(found - wanted)), row's size \(floor);"
    + " \(misses) of \(expected.count) values too far)"
}

private func rootMeanSquare(_ values: [Double]) -> Double {
  let finite = values.filter(\.isFinite)
  guard !finite.isEmpty else { return 0 }
  return (finite.reduce(0) { $0 + $1 * $1 } / Double(finite.count)).squareRoot()
}

/// The distance of two numbers: 0 for equal infinities and for two NaN, infinite where only one of
/// them is not finite.
private func difference(_ first: Double, _ second: Double) -> Double {
  if first == second || (first.isNaN && second.isNaN) { return 0 }
  return first.isFinite && second.isFinite ? abs(first - second) : .infinity
}
