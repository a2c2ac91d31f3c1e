/// Tells steps whose gradient stands out from those of the steps before, which come of broken texts
/// more often than of what is to be learnt.
package struct OutlierDetector: Codable, Equatable, Sendable {
  /// Norms of the last steps, oldest first.
  private var norms: [Double] = []

  /// Steps that are looked back on.
  private static let window = 128
  /// With fewer no step stands out: the first ones of a run differ more than any later.
  private static let fewest = 32

  package init() {}

  /// By how many standard deviations a norm lies above the mean; 0 while too little is known.
  package func deviations(of norm: Double) -> Double {
    guard norms.count >= Self.fewest else { return 0 }
    let count = Double(norms.count)
    let mean = norms.reduce(0, +) / count
    let variance = norms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return variance > 0 ? (norm - mean) / variance.squareRoot() : 0
  }

  /// Takes a step's norm into account.
  package mutating func insert(_ norm: Double) {
    norms.append(norm)
    if norms.count > Self.window { norms.removeFirst() }
  }
}
