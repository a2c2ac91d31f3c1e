import Synchronization

/// What the models of a run spend together.
package final class SpendingAccount: Sendable {
  package let limits: SpendingLimits
  private let meter: Mutex<SpendingMeter>

  package init(_ limits: SpendingLimits) {
    self.limits = limits
    meter = Mutex(SpendingMeter(limits))
  }

  /// What was spent so far.
  package var spending: SpendingMeter { withMeter { $0 } }

  /// Takes in what was spent beside the requests of metered models.
  package func spend(_ tokens: SpendingMeter.Tokens) {
    withMeter { $0.spend(tokens) }
  }

  /// Looks at the meter, or changes it, while nobody else does.
  func withMeter<Result: Sendable>(_ body: (inout SpendingMeter) -> Result) -> Result {
    meter.withLock { body(&$0) }
  }
}
