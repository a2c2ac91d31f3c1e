import Testing
import TextMetrics

@Suite struct RootPhraseTests {
  @Test(arguments: [
    ("Write a short story about bees.", "write", "story"),
    ("Please, could you explain the concept of climate change?", "explain", "concept"),
    ("Give me advice on how to prepare for a wedding.", "give", "advice"),
    ("What are the benefits of sleep?", "what", "benefits"),
    ("Classify the animal as wild or tame.", "classify", "animal"),
    ("Rewrite: the cat sat.", "rewrite", "sat"),
    ("List three rivers, and their lengths.", "list", "rivers"),
    ("Sing!", "sing", nil), ("Please", "please", nil), ("Why is the sky blue", "why", "blue"),
    ("  \n\"Name\" the sister-in-law's dog", "name", "dog"),
  ])
  func `the root and its noun`(_ text: String, _ verb: String, _ noun: String?) {
    let phrase = RootPhrase(text)
    #expect(phrase?.verb == verb && phrase?.noun == noun, "\(String(describing: phrase))")
  }

  @Test(arguments: ["", "  ", "...", "?!"]) func `a text without words has none`(_ text: String) {
    #expect(RootPhrase(text) == nil)
  }
}
