import TextMetrics

/// Instructions that a model wrote to be compared by, and how varied they are.
///
/// How many share a root, the nearest and the median are taken of all instructions once, and not again
/// of those that are drawn: intervals about them are approximate.
package struct WrittenInstructions: Equatable, Sendable {
  /// One of them.
  package struct Instruction: Equatable, Sendable {
    /// The number of the prompt that it answers.
    package var prompt: Int
    package var text: String
    /// Whether the rules accept it, after those before it.
    package var isAccepted: Bool

    package init(prompt: Int, text: String, isAccepted: Bool) {
      self.prompt = prompt
      self.text = text
      self.isAccepted = isAccepted
    }
  }

  private let prompts: Int
  private let instructions: [Instruction]
  private let seeds: [String]

  /// - Parameters:
  ///   - prompts: How many prompts were asked, the units that are drawn again.
  ///   - seeds: Instructions that all of them are held against.
  package init(_ instructions: [Instruction], prompts: Int, seeds: [String]) {
    self.instructions = instructions
    self.prompts = prompts
    self.seeds = seeds
  }

  /// How many of the instructions the rules accept; a prompt that came to none counts as one that they
  /// do not.
  package var acceptance: MetricSample {
    var accepted = sample(instructions.map { $0.isAccepted ? 1 : 0 })
    for unit in accepted.units.indices where accepted.units[unit].count == 0 {
      accepted.units[unit].count = 1
    }
    return accepted
  }

  /// Different roots: each instruction counts as one by how many share its root.
  package var rootVerbs: MetricSample {
    distinct(instructions.map { RootPhrase($0.text)?.verb ?? "" })
  }

  /// Different pairs of root and noun, counted alike; one without a noun is a pair of its own.
  package var verbNounPairs: MetricSample {
    distinct(
      instructions.map { instruction in
        let root = RootPhrase(instruction.text)
        return "\(root?.verb ?? "") \(root?.noun ?? "")"
      })
  }

  /// How near each comes to the nearest other one or seed.
  package var nearest: MetricSample {
    var pool = SimilarityPool(tokenizer: .unicode)
    for text in seeds + instructions.map(\.text) { pool.insert(text) }
    return sample(
      instructions.indices.map { index in
        // The nearest is the text itself, or one like it that came before.
        let found = pool.neighbourhood(of: instructions[index].text, count: 2).nearest
        return found.first { $0.index != seeds.count + index }?.f ?? 0
      })
  }

  /// How far lengths lie from the median.
  package var lengthSpread: MetricSample {
    let lengths = instructions.map { Double($0.text.split(whereSeparator: \.isWhitespace).count) }
    let sorted = lengths.sorted()
    let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    return sample(lengths.map { abs($0 - median) })
  }

  private func distinct(_ keys: [String]) -> MetricSample {
    let counts = Dictionary(keys.map { ($0, 1) }, uniquingKeysWith: +)
    return sample(keys.map { 1 / Double(counts[$0] ?? 1) })
  }

  /// - Parameter values: Of each instruction.
  private func sample(_ values: [Double]) -> MetricSample {
    var units = (0..<prompts).map { MetricSample.Unit(id: "\($0)", sum: 0, count: 0) }
    for (instruction, value) in zip(instructions, values) {
      units[instruction.prompt].sum += value
      units[instruction.prompt].count += 1
    }
    return MetricSample(units: units)
  }
}
