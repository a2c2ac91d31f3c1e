/// Whole documents that are trained on together: their tokens one document after the other, without
/// padding.
package struct TrainingBatch: Sendable {
  /// A row whose next token's log-probability is wanted.
  package struct Target: Sendable {
    /// The row that predicts.
    package var row: Int
    /// The token it should predict.
    package var token: Int32
    /// The derivative of the loss by that log-probability; 0 where it is only looked at.
    package var coefficient: Float

    package init(row: Int, token: Int32, coefficient: Float) {
      self.row = row
      self.token = token
      self.coefficient = coefficient
    }
  }

  package private(set) var tokens: [Int32] = []
  /// The rows of each document.
  package private(set) var documents: [Range<Int>] = []
  /// Of each document: what dropout draws from.
  package private(set) var keys: [UInt64] = []
  /// In the order of rows.
  package private(set) var targets: [Target] = []

  package init() {}

  /// Adds a document.
  /// - Parameters:
  ///   - targets: Their rows count from the document's beginning, ascending.
  ///   - key: What dropout draws from: another one for each document of each step.
  package mutating func append(_ document: [Int32], targets: [Target], key: UInt64 = 0) {
    let first = tokens.count
    tokens += document
    documents.append(first..<tokens.count)
    keys.append(key)
    var last = -1
    for target in targets {
      precondition(
        target.row > last && target.row < document.count,
        "batch: row is \(target.row) after \(last); expected ascending ones below \(document.count)"
      )
      last = target.row
      var target = target
      target.row += first
      self.targets.append(target)
    }
  }
}
