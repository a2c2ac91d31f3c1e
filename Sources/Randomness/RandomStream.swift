/// A counter-based source of randomness: a draw depends on its key and its number, never on what was
/// drawn before, by whom or in which order.
///
///     draw(n) = Philox4x32-10(counter: n, key)      (Salmon et al., SC 2011)
///
/// Streams are derived by name, so a run, a round, a stage and a request each have their own and a
/// run that was killed and resumed draws the same numbers as one that was not.
package struct RandomStream: Hashable, Sendable {
  /// The Philox key.
  package let key: UInt64

  /// The stream of a whole run.
  package init(seed: UInt64) {
    key = seed
  }

  private init(key: UInt64) {
    self.key = key
  }

  /// The stream of a named part of this one, e.g. `run.stream("round", 3).stream("answers", 17)`.
  package func stream(_ name: String, _ number: Int = 0) -> RandomStream {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a, so that names give far-apart counters
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let block = Philox.block(counterLow: hash, counterHigh: UInt64(bitPattern: Int64(number)), key)
    return RandomStream(key: block.low)
  }

  /// The 64 bits of a draw.
  package func bits(at draw: UInt64) -> UInt64 {
    Philox.block(counterLow: draw, counterHigh: ~0, key).low
  }

  /// A draw uniform in [0, 1), with 53 random bits.
  package func uniform(at draw: UInt64) -> Double {
    Double(bits(at: draw) >> 11) * 0x1p-53
  }

  /// A generator that takes the draws of this stream one after another.
  package func generator() -> StreamGenerator {
    StreamGenerator(stream: self)
  }
}

/// The draws of one stream in order, for code that samples and shuffles.
package struct StreamGenerator: RandomNumberGenerator, Sendable {
  private let stream: RandomStream
  private var draw: UInt64 = 0

  package init(stream: RandomStream) {
    self.stream = stream
  }

  package mutating func next() -> UInt64 {
    defer { draw += 1 }
    return stream.bits(at: draw)
  }
}
