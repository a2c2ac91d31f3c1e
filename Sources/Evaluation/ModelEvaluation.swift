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
