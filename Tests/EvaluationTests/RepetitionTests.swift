import Evaluation
import TestSupport
import Testing

@Suite struct RepetitionTests {
  @Test(arguments: [
    ("", 0.0), ("one two three", 0), ("one two three four", 0), ("a b c d e f g h", 0),
    // Five runs, of which the last is the first once more.
    ("a b c d A b c\nd", 0.2), ("so so so so so so so so", 0.8),
  ])
  func `runs of four words that came before are counted`(_ text: String, _ share: Double) {
    expectClose(Repetition.share(of: text), share, absolute: 1e-12, because: "it is divided")
  }
}
