import Randomness
import TestSupport
import Testing

@Suite struct RandomStreamTests {
  private let run = RandomStream(seed: 42)

  @Test func `a draw depends on its number and not on others`() {
    let stream = run.stream("round", 3).stream("answers", 17)
    var generator = stream.generator()
    let drawn = (0..<100).map { _ in generator.next() }
    for index in stride(from: 99, through: 0, by: -1) {
      #expect(stream.bits(at: UInt64(index)) == drawn[index])
    }
    #expect(Set(drawn).count == 100)
  }

  @Test func `these draws stay as they are, whatever the platform`() {
    // Changing them changes every corpus grown with a seed. The numbers are those of a Python
    // program of twenty lines written from the doc comments alone.
    let draws = (0..<3).map { run.stream("round", 1).stream("prompt", 2).bits(at: $0) }
    #expect(
      draws == [17_286_663_835_946_711_938, 9_553_525_504_048_282_121, 9_389_740_456_002_520_615])
  }

  @Test func `other names, numbers, seeds and depths give other streams`() {
    var streams: [RandomStream] = [run, RandomStream(seed: 43)]
    for name in ["a", "b", "ab", "ba", ""] {
      for number in [0, 1, -1, .max, .min] {
        streams.append(run.stream(name, number))
        streams.append(run.stream(name, number).stream("a"))
      }
    }
    #expect(Set(streams).count == streams.count)
    #expect(Set(streams.map { $0.bits(at: 0) }).count == streams.count)
  }

  @Test func `uniform draws fill the unit interval evenly`() {
    let stream = run.stream("test")
    let draws = (0..<100_000).map { stream.uniform(at: UInt64($0)) }
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = draws.reduce(0, +) / 100_000
    // The mean of n uniform numbers has the deviation sqrt(1 / 12n), here 0.0009.
    expectClose(mean, 0.5, absolute: 0.004, because: "four deviations and a half of a sample")
    var tenths = [Int](repeating: 0, count: 10)
    for draw in draws { tenths[Int(draw * 10)] += 1 }
    #expect(tenths.allSatisfy { abs($0 - 10_000) < 450 })
  }
}

@Suite struct SamplingTests {
  private var generator = RandomStream(seed: 7).generator()

  /// Hands out given numbers.
  struct Script: RandomNumberGenerator {
    var numbers: [UInt64]
    mutating func next() -> UInt64 { numbers.removeFirst() }
  }

  @Test mutating func `numbers below a bound are all met, equally often`() {
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.below(7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 450 })
    #expect((0..<50).allSatisfy { _ in generator.below(1) == 0 })
  }

  @Test func `a draw that would favour some numbers is drawn again`() {
    // 2^64 mod 3 is 1: of all 64-bit numbers only 0 falls out.
    var script = Script(numbers: [0, .max])
    #expect(script.below(3) == 2)
    #expect(script.numbers.isEmpty)
    var fair = Script(numbers: [0, 5])
    #expect(fair.below(4) == 0)
    #expect(fair.numbers == [5])
  }

  @Test mutating func `a sample has different elements and all pairs are equally likely`() {
    var counts: [[Int]: Int] = [:]
    for _ in 0..<60_000 { counts[generator.sample(2, of: [0, 1, 2]), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(counts.keys.allSatisfy { $0[0] != $0[1] })
    #expect(counts.values.allSatisfy { abs($0 - 10_000) < 450 })
  }

  @Test mutating func `a sample larger than the list is the list in some order`() {
    #expect(generator.sample(9, of: [1, 2, 3]).sorted() == [1, 2, 3])
    #expect(generator.sample(0, of: [1, 2, 3]).isEmpty)
    #expect(generator.sample(3, of: [Int]()).isEmpty)
    #expect(generator.shuffled(Array(0..<1000)).sorted() == Array(0..<1000))
  }

  @Test mutating func `one element is any, equally often`() {
    var counts = ["a": 0, "b": 0]
    for _ in 0..<20_000 {
      if let element = generator.element(of: ["a", "b"]) { counts[element, default: 0] += 1 }
    }
    #expect(counts.values.allSatisfy { abs($0 - 10_000) < 450 })
    #expect(generator.element(of: [Int]()) == nil)
  }

  @Test mutating func `weights are chosen as often as they are large`() {
    var counts = [0, 0, 0, 0]
    for _ in 0..<40_000 {
      if let index = generator.choice(byWeight: [1, 0, 2, 1]) { counts[index] += 1 }
    }
    #expect(counts[1] == 0)
    #expect(zip(counts, [10_000, 0, 20_000, 10_000]).allSatisfy { abs($0 - $1) < 450 })
    #expect(generator.choice(byWeight: []) == nil)
    #expect(generator.choice(byWeight: [0, 0]) == nil)
    var last = Script(numbers: [.max])
    #expect(last.choice(byWeight: [1e-300, 0]) == 0)
  }

  @Test func `these choices stay as they are, whatever the platform`() {
    var generator = RandomStream(seed: 1).stream("sample").generator()
    #expect(generator.sample(5, of: Array(0..<100)) == [8, 71, 85, 69, 44])
    #expect(generator.shuffled(Array(0..<8)) == [5, 2, 3, 7, 0, 6, 1, 4])
  }
}
