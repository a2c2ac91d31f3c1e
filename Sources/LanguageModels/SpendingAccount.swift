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

  /// Looks at the meter, or changes it, while nobody else does.
  func withMeter<Result: Sendable>(_ body: (inout SpendingMeter) -> Result) -> Result {
    meter.withLock { body(&$0) }
  }
}
