import TestSupport
import Testing

@Suite struct MalformedTests {
  private struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  @Test func `an error in the project's form passes`() {
    let broken = Malformed("an example", 8, "x.gguf:3: size is 8; expected 9")
    broken.expectRefusal { throw Refusal(description: broken.sentence) }
    #expect(broken.testDescription == "an example")
  }

  @Test func `the temporary folder is left out of what is said`() throws {
    let folder = try TemporaryDirectory()
    expectRefusalSaying("x: is a; expected b", hiding: folder) {
      throw Refusal(description: folder.path(of: "x") + ": is a; expected b")
    }
  }

  @Test func `nothing refused is a failure, and so is another sentence`() {
    withKnownIssue { expectRefusalSaying("x: is a; expected b") { 1 } }
    withKnownIssue {
      expectRefusalSaying("x: is a; expected b") { throw Refusal(description: "x: is c; no") }
    }
  }

  @Test(arguments: [
    "", "no place is named; expected one", "x: nothing is expected", "x: is a; expected b.",
    "x: is a; expected b\nmore",
  ])
  func `wording outside of the project's form is a failure`(_ sentence: String) {
    #expect(wordingComplaint(sentence) != nil)
  }

  @Test func `help may follow the sentence`() {
    #expect(wordingComplaint("x: is a; expected b\n  help: do c") == nil)
  }
}
