import Testing

@testable import TextMetrics

@Suite struct NearestSpellingTests {
  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 1),
    ("threads", "treads", 1), ("model", "mdoel", 1),
  ])
  func `edits are counted`(_ first: String, _ second: String, _ count: Int) {
    #expect(NearestSpelling.edits(from: first, to: second) == count)
    #expect(NearestSpelling.edits(from: second, to: first) == count)
  }

  @Test func `the nearest word is found if it is near`() {
    let known = ["threads", "tasks", "seed", "seedTasks"]
    #expect(NearestSpelling.of("seedtasks", among: known) == "seedTasks")
    #expect(NearestSpelling.of("task", among: known) == "tasks")
    #expect(NearestSpelling.of("zebra", among: known) == nil)
    #expect(NearestSpelling.of("x", among: []) == nil)
  }
}
