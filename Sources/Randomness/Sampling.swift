/// Drawing from lists in a way that is ours to the last bit: what the standard library's `shuffled`
/// and `randomElement` do with a generator's numbers is not promised to stay the same.
extension RandomNumberGenerator {
  /// A whole number from 0 up to but not including `bound`, each equally likely.
  ///
  /// Takes the high half of a 128-bit product and draws again in the rare case that would favour
  /// some numbers (Lemire, "Fast random integer generation in an interval", 2019).
  ///
  /// - Precondition: `bound` is above 0.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "below: bound is \(bound); expected above 0")
    let width = UInt64(bound)
    let unfair = (0 &- width) % width  // 2^64 mod bound
    while true {
      let product = next().multipliedFullWidth(by: width)
      if product.low >= unfair { return Int(product.high) }
    }
  }

  /// A number in [0, 1) with 53 random bits.
  package mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// One element, each as likely as any other; nil of none.
  package mutating func element<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  /// `count` elements at different places, in random order, each such list equally likely; all of
  /// them if there are no more.
  ///
  /// - Complexity: O(elements); `count` draws, a few more in rare cases.
  package mutating func sample<Element>(_ count: Int, of elements: [Element]) -> [Element] {
    precondition(count >= 0, "sample: count is \(count); expected 0 or more")
    var rest = elements
    let taken = min(count, rest.count)
    for index in 0..<taken {
      rest.swapAt(index, index + below(rest.count - index))
    }
    return Array(rest[..<taken])
  }

  /// All elements in random order, each order equally likely.
  package mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    sample(elements.count, of: elements)
  }

  /// The place of one weight, each as likely as it is large; nil if no weight is above 0.
  ///
  /// - Precondition: Weights are finite and not below 0.
  package mutating func choice(byWeight weights: [Double]) -> Int? {
    precondition(
      weights.allSatisfy { $0 >= 0 && $0.isFinite },
      "choice: a weight is infinite, undefined or below 0; expected others")
    let target = uniform() * weights.reduce(0, +)
    var sum = 0.0
    for (index, weight) in weights.enumerated() {
      sum += weight
      if target < sum { return index }
    }
    // Rounding can leave the target at the very sum.
    return weights.lastIndex { $0 > 0 }
  }
}
