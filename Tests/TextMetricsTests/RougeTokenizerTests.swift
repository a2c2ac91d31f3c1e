import TestSupport
import Testing
import TextMetrics

@Suite struct RougeTokenizerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let reference: [String]
    let unicode: [String]
    var testDescription: String { text }

    init(_ text: String, _ reference: [String], unicode: [String]) {
      (self.text, self.reference, self.unicode) = (text, reference, unicode)
    }
  }

  /// The reference's tokens are those of Python: `re.findall('[a-z0-9]+', text.lower())`.
  @Test(arguments: [
    Case("", [], unicode: []),
    Case("It's 3.14, OK?", ["it", "s", "3", "14", "ok"], unicode: ["it", "s", "3", "14", "ok"]),
    Case("a_b\0c\u{7f}d", ["a", "b", "c", "d"], unicode: ["a", "b", "c", "d"]),
    Case("5\u{212A}g \u{212A}", ["5kg", "k"], unicode: ["5kg", "k"]),
    Case("\u{130}ki x\u{130}y", ["i", "ki", "xi", "y"], unicode: ["i\u{307}ki", "xi\u{307}y"]),
    Case("Größe ÄRA", ["gr", "e", "ra"], unicode: ["größe", "ära"]),
    Case("cafe\u{301} caf\u{e9}", ["cafe", "caf"], unicode: ["café", "café"]),
    Case("Ὀδυσσεύς ΟΔΟΣ", [], unicode: ["ὀδυσσεύσ", "οδοσ"]),
    Case("Привет, Мир", [], unicode: ["привет", "мир"]),
    Case("你好，GPT模型2号", ["gpt", "2"], unicode: ["你", "好", "gpt", "模", "型", "2", "号"]),
    Case("ＧＰＴ４", [], unicode: ["gpt4"]),
    Case("コーヒーを飲む", [], unicode: ["コ", "ー", "ヒ", "ー", "を", "飲", "む"]),
    Case("か\u{3099}", [], unicode: ["か\u{3099}"]),
    Case("น้ำ๑๒", [], unicode: ["น\u{e49}", "\u{e33}", "๑๒"]),
    Case("안녕하세요 세계", [], unicode: ["안녕하세요", "세계"]),
    Case("नमस्ते दुनिया", [], unicode: ["नमस्ते", "दुनिया"]),
    Case("می\u{200C}روم", [], unicode: ["میروم"]),
    Case("co\u{AD}operate", ["co", "operate"], unicode: ["cooperate"]),
    Case("a👍b ½ ²", ["a", "b"], unicode: ["a", "b", "½", "²"]),
    Case("\u{301}", [], unicode: []),
  ])
  func `texts are cut as written here`(_ given: Case) {
    #expect(RougeTokenizer.reference.tokens(in: given.text) == given.reference)
    #expect(RougeTokenizer.unicode.tokens(in: given.text) == given.unicode)
  }

  @Test func `the two agree on ASCII text`() {
    var draws = SplitMix(state: 1)
    for _ in 0..<500 {
      let text = String(decoding: (0..<40).map { _ in UInt8(draws.below(128)) }, as: UTF8.self)
      #expect(RougeTokenizer.unicode.tokens(in: text) == RougeTokenizer.reference.tokens(in: text))
    }
  }

  @Test func `upper and lower case have the same tokens in every script`() {
    for scalar in (0x80...0x1FFFF).compactMap(Unicode.Scalar.init) {
      let upper = RougeTokenizer.unicode.tokens(in: "x" + scalar.properties.lowercaseMapping)
      #expect(RougeTokenizer.unicode.tokens(in: "x\(scalar)") == upper, "U+\(scalar.value)")
    }
  }

  @Test func `tokens are numbered as they come and equal accents are one`() {
    var interner = TokenInterner()
    #expect(interner.intern(["b", "a", "b", "caf\u{e9}"]) == [0, 1, 0, 2])
    #expect(interner.intern(["cafe\u{301}", "c"]) == [2, 3])
    #expect(interner.number(of: "a") == 1)
    #expect(interner.number(of: "z") == nil)
    #expect(interner.count == 4)
  }
}
