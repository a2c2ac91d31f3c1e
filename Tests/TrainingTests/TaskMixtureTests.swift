import Randomness
import Testing
import Training

@Suite struct TaskMixtureTests {
  /// Instances of six tasks, one of them held out.
  static let counts = [1, 2, 0, 16, 3, 1]

  private func draws(
    _ method: TaskMixture.Configuration.Method, cap: Int = 0, temperature: Double = 2,
    epoch: Int = 1
  ) -> [TaskMixture.Place] {
    var configuration = TaskMixture.Configuration()
    configuration.method = method
    configuration.cap = cap
    configuration.temperature = temperature
    return TaskMixture(instances: Self.counts, configuration)
      .draws(from: RandomStream(seed: 7).stream("mixing", epoch))
  }

  private func countOfTasks(_ places: [TaskMixture.Place]) -> [Int] {
    Self.counts.indices.map { task in places.count { $0.task == task } }
  }

  @Test func `by proportion an epoch is every instance once, in another order each time`() {
    let first = draws(.proportional)
    #expect(first.count == 23)
    #expect(Set(first).count == 23)
    #expect(countOfTasks(first) == Self.counts)
    let second = draws(.proportional, epoch: 2)
    #expect(first != second)
    #expect(Set(first) == Set(second))
    #expect(first == draws(.proportional))
  }

  @Test func `a cap takes part of a large task, another part in another epoch`() {
    let epochs = (1...6).map { draws(.proportional, cap: 3, epoch: $0) }
    for places in epochs { #expect(countOfTasks(places) == [1, 2, 0, 3, 3, 1]) }
    let seen = Set(epochs.joined().filter { $0.task == 3 }.map(\.instance))
    #expect(seen.count > 6)
  }

  @Test func `with equal shares a small task comes as often as a large one`() {
    for epoch in 1...20 {
      let counts = countOfTasks(draws(.equal, epoch: epoch))
      #expect(counts.reduce(0, +) == 23)
      // 23 draws over five tasks.
      for task in [0, 1, 3, 4, 5] { #expect(4...5 ~= counts[task]) }
    }
    // No instance of a task comes twice before all of them came.
    let places = draws(.equal).filter { $0.task == 1 }.map(\.instance)
    #expect(abs(places.count { $0 == 0 } - places.count { $0 == 1 }) <= 1)
  }

  @Test func `shares are exact over epochs, where they are no whole numbers`() {
    let epochs = 400
    let total = (1...epochs).map { countOfTasks(draws(.equal, epoch: $0)) }
      .reduce([0, 0, 0, 0, 0, 0]) { zip($0, $1).map { $0 + $1 } }
    for task in [0, 1, 3, 4, 5] {
      // 4.6 an epoch; the standard deviation of a mean of 400 is 0.025.
      #expect(abs(Double(total[task]) / Double(epochs) - 4.6) < 0.1)
    }
  }

  @Test func `temperature lies between the two`() {
    // Square roots: 1, 1.41, 4, 1.73, 1 of 9.15, times 23.
    let counts = countOfTasks(draws(.tempered))
    let shares = [1, 2.0.squareRoot(), 0, 4, 3.0.squareRoot(), 1].map { $0 * 23 / 9.146_264 }
    for (count, share) in zip(counts, shares) { #expect(abs(Double(count) - share) < 1) }
    #expect(countOfTasks(draws(.tempered, temperature: 1)) == Self.counts)
  }

  @Test func `of nothing nothing is drawn`() {
    #expect(TaskMixture(instances: []).draws(from: RandomStream(seed: 1)).isEmpty)
    #expect(TaskMixture(instances: [0, 0]).draws(from: RandomStream(seed: 1)).isEmpty)
  }
}
