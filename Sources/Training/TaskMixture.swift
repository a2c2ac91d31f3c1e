import Foundation
import Randomness

/// How often each task is trained on in an epoch (Raffel et al., 2020, section 3.5.2).
///
///     e_m: instances of task m, capped;   N = sum e_m: draws of an epoch
///     draws of m = N w_m / sum w,   w_m = e_m, or 1, or e_m^(1 / temperature)
///
/// What is no whole number is rounded up or down by chance, so that over epochs the shares are exact.
/// The instances of a task take turns in an order drawn anew each epoch.
package struct TaskMixture: Sendable {
  package struct Configuration: Codable, Equatable, Sendable {
    package enum Method: String, Codable, CaseIterable, Sendable {
      /// Each task as often as it has instances.
      case proportional
      /// Each task as often as any other.
      case equal
      /// Between the two.
      case tempered
    }

    package var method = Method.proportional
    /// Instances of a task that count at most; 0 for all.
    package var cap = 0
    /// Of `tempered`: 1 is proportional, more comes nearer to equal.
    package var temperature = 2.0

    package init() {}
  }

  /// One instance of a task.
  package struct Place: Hashable, Sendable {
    package let task: Int
    package let instance: Int
  }

  /// Instances of each task.
  private let counts: [Int]
  private let configuration: Configuration

  package init(instances counts: [Int], _ configuration: Configuration = Configuration()) {
    self.counts = counts
    self.configuration = configuration
  }

  /// How many instances an epoch takes.
  package var drawsOfAnEpoch: Int { counts.reduce(0) { $0 + capped($1) } }

  /// The instances of an epoch, in the order in which they are trained on.
  package func draws(from stream: RandomStream) -> [Place] {
    var generator = stream.generator()
    let weights = counts.map(weight(of:))
    let scale = Double(drawsOfAnEpoch) / max(weights.reduce(0, +), .leastNormalMagnitude)
    // Of a running sum the whole numbers passed: each task's share rounded up or down, and the sum of
    // all exact.
    let offset = generator.uniform() * (1 - 1e-6)
    var (sum, passed) = (0.0, 0)
    var places: [Place] = []
    for task in counts.indices where counts[task] > 0 {
      sum += weights[task]
      // A hair, so that what should be whole is not rounded below it.
      let reached = Int((sum * scale + offset + 1e-9).rounded(.down))
      places += turns(of: task, reached - passed, &generator)
      passed = reached
    }
    return generator.shuffled(places)
  }

  /// So many of a task's instances: each once before any comes twice.
  private func turns(
    of task: Int, _ count: Int, _ generator: inout StreamGenerator
  ) -> [Place] {
    var places: [Place] = []
    while places.count < count {
      let order = generator.shuffled(Array(0..<counts[task]))
      places += order.prefix(count - places.count).map { Place(task: task, instance: $0) }
    }
    return places
  }

  private func capped(_ count: Int) -> Int {
    configuration.cap > 0 ? min(count, configuration.cap) : count
  }

  private func weight(of count: Int) -> Double {
    if count == 0 { return 0 }
    return switch configuration.method {
    case .proportional: Double(capped(count))
    case .equal: 1
    case .tempered: pow(Double(capped(count)), 1 / configuration.temperature)
    }
  }
}
