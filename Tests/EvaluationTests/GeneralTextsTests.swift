import Evaluation
import Testing

@Suite struct GeneralTextsTests {
  @Test func `texts are cut into paragraphs, and long ones into pieces`() {
    let long = (1...400).map { "w\($0)" }.joined(separator: " ")
    let passages = GeneralTexts.passages(of: ["One line\nand another.\n \n\nNext.", long])
    #expect(passages.prefix(2) == ["One line and another.", "Next."])
    #expect(passages.dropFirst(2).map { $0.split(separator: " ").count } == [150, 150, 100])
    #expect(passages.dropFirst(2).joined(separator: " ") == long)
  }

  @Test func `few passages, and such that are trained on, are refused`() {
    let texts = (1...12).map { "Passage \($0)." }
    #expect(throws: Never.self) {
      try GeneralTexts.require(texts, of: "t.txt", notIn: ["Another."])
    }
    #expect(throws: EvaluationError.fewPassages(source: "t.txt", count: 3, minimum: 10)) {
      try GeneralTexts.require(Array(texts.prefix(3)), of: "t.txt", notIn: [])
    }
    #expect(throws: EvaluationError.trainedTexts(source: "t.txt", count: 2)) {
      try GeneralTexts.require(texts, of: "t.txt", notIn: ["Passage 3.\n\nNew.\n\nPassage 9."])
    }
    #expect(GeneralTexts.builtIn(for: "en").count == 38 && GeneralTexts.builtIn(for: "de").isEmpty)
  }
}
