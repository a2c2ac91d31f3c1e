import Evaluation
import TestSupport
import Testing
import TextMetrics

@Suite struct WrittenInstructionsTests {
  private static let texts = [
    "Write a poem about the sea.", "Write a poem about the night.", "Name three rivers in Europe.",
    "Explain how bees find their way home.", "Write a letter to a friend.",
    "Explain how bees find their way home.",
  ]
  private static let seeds = ["Name three rivers in Asia.", "Describe a tree."]

  private func written(_ texts: [String] = texts) -> WrittenInstructions {
    WrittenInstructions(
      texts.enumerated().map { .init(prompt: $0 / 2, text: $1, isAccepted: $0 % 3 == 0) },
      prompts: 4, seeds: Self.seeds)
  }

  @Test func `prompts are the units, also those that came to nothing`() {
    let written = written()
    for measurement in [
      written.rootVerbs, written.verbNounPairs, written.nearest,
      written.lengthSpread,
    ] {
      #expect(measurement.units.map(\.id) == ["0", "1", "2", "3"])
      #expect(measurement.units.map(\.count) == [2, 2, 2, 0])
    }
    // A prompt that came to nothing is one more that the rules do not accept.
    #expect(written.acceptance.units.map(\.count) == [2, 2, 2, 1])
    #expect(written.acceptance.value == 2.0 / 7)
  }

  @Test func `sums over instructions are how many different roots and pairs there are`() {
    let verbs = Set(Self.texts.compactMap { RootPhrase($0)?.verb })
    let pairs = Set(Self.texts.compactMap { RootPhrase($0) })
    func total(_ measurement: MetricSample) -> Double {
      measurement.units.reduce(0) { $0 + $1.sum }
    }
    expectClose(
      [total(written().rootVerbs), total(written().verbNounPairs)],
      [Double(verbs.count), Double(pairs.count)], absolute: 1e-12, because: "shares are rounded")
    #expect(verbs.count == 3 && pairs.count == 4)
  }

  @Test func `the nearest is that of all others and the seeds, one by one`() {
    let naive = Self.texts.indices.map { index in
      (Self.texts.indices.filter { $0 != index }.map { Self.texts[$0] } + Self.seeds)
        .map { rougeL(target: $0, prediction: Self.texts[index], tokenizer: .unicode).f }.max() ?? 0
    }
    expectClose(
      written().nearest.value, naive.reduce(0, +) / 6, absolute: 1e-12, because: "sums are rounded")
    #expect(naive[3] == 1 && naive[2] > 0.7)
  }

  @Test func `lengths spread about their median`() {
    // 6, 6, 5, 7, 6 and 7 words.
    #expect(written().lengthSpread.value == 3.0 / 6)
    #expect(written([]).lengthSpread.value == 0)
    #expect(written(["Only one here."]).nearest.value < 1)
  }
}
