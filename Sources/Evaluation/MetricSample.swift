/// What a model came to by one metric, unit by unit.
///
///     value = sum_u sum(u) / sum_u count(u)
///
/// so that a mean over tokens or instructions is divided once, and units of different size (tasks,
/// passages, prompts) can be drawn again together.
package struct MetricSample: Codable, Equatable, Sendable {
  /// What is drawn together.
  package struct Unit: Codable, Equatable, Sendable {
    package var id: String
    package var sum: Double
    package var count: Double

    package init(id: String, sum: Double, count: Double) {
      self.id = id
      self.sum = sum
      self.count = count
    }
  }

  package var units: [Unit]

  package init(units: [Unit]) {
    self.units = units
  }

  /// Whether it says something: a file may hold any numbers.
  package var isSound: Bool {
    let most = 1e12
    return value.isFinite && units.contains { $0.count > 0 }
      && units.allSatisfy { abs($0.sum) <= most && 0...most ~= $0.count }
  }

  /// The metric over all units; 0 where nothing was counted.
  package var value: Double {
    let count = units.reduce(0) { $0 + $1.count }
    return count > 0 ? units.reduce(0) { $0 + $1.sum } / count : 0
  }
}
