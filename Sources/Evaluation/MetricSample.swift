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

  /// The metric over all units; 0 where nothing was counted.
  package var value: Double {
    let count = units.reduce(0) { $0 + $1.count }
    return count > 0 ? units.reduce(0) { $0 + $1.sum } / count : 0
  }
}

/// What a model came to by every metric that could be taken.
package struct ModelEvaluation: Codable, Equatable, Sendable {
  /// An answer of the model to a held-out task, for people to look at.
  package struct Answer: Codable, Equatable, Sendable {
    package var task: String
    package var text: String

    package init(task: String, text: String) {
      self.task = task
      self.text = text
    }
  }

  package var name: String
  /// SHA-256 of its weights.
  package var fingerprint: String
  /// By the metrics' names.
  package var measurements: [String: MetricSample] = [:]
  package var answers: [Answer] = []

  package init(name: String, fingerprint: String) {
    self.name = name
    self.fingerprint = fingerprint
  }

  package subscript(metric: Metric) -> MetricSample? {
    get { measurements[metric.rawValue] }
    set { measurements[metric.rawValue] = newValue }
  }

  /// The values alone.
  package var values: [String: Double] { measurements.mapValues(\.value) }
}
