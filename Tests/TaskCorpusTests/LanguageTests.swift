import TaskCorpus
import TestSupport
import Testing

@Suite struct LanguageDetectorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let code: String
    let texts: [String]
    var testDescription: String { code }

    init(_ code: String, _ texts: String...) {
      (self.code, self.texts) = (code, texts)
    }
  }

  static let cases = [
    Case("en", "Write a short note to a neighbour.", "What is the sum of the two numbers?"),
    Case("de", "Schreibe einen kurzen Brief an die Nachbarin.", "Was ist die Summe der Zahlen?"),
    Case("fr", "Écris une lettre courte pour la voisine.", "Quelle est la somme de ces nombres ?"),
    Case("es", "Escribe una carta corta para la vecina.", "¿Cuál es la suma de los números?"),
    Case("it", "Scrivi una breve lettera alla vicina.", "Qual è la somma dei numeri che vedi?"),
    Case(
      "pt", "Escreva uma carta curta para a vizinha.", "Qual é a soma dos números? Não some um."),
    Case("nl", "Schrijf een korte brief aan de buurvrouw.", "Wat is de som van het getal?"),
    Case("sv", "Skriv ett kort brev till grannen.", "Vad är summan av talen och vilka är det?"),
    Case("pl", "Napisz krótki list do sąsiadki.", "Jakie są liczby i co się z nimi dzieje?"),
    Case("tr", "Komşu için kısa bir mektup yaz.", "Bu sayıların toplamı nedir ve nasıl bulunur?"),
    Case("ru", "Напишите короткое письмо соседке.", "Какие числа и как их сложить в уме?"),
    Case("uk", "Напишіть короткого листа сусідці.", "Які це числа і як їх скласти?"),
    Case("zh", "请给邻居写一封短信。", "这两个数字的和是多少？"),
    Case("ja", "隣人に短い手紙を書いてください。", "二つの数の合計は何ですか。"),
    Case("ko", "이웃에게 짧은 편지를 쓰세요.", "두 수의 합은 무엇입니까?"),
    Case("th", "เขียนจดหมายสั้น ๆ ถึงเพื่อนบ้าน", "ผลรวมของตัวเลขสองตัวคือเท่าไร"),
    Case("ar", "اكتب رسالة قصيرة إلى الجارة.", "ما هو مجموع الرقمين؟"),
    Case("el", "Γράψε ένα σύντομο γράμμα στη γειτόνισσα."),
    Case("hi", "पड़ोसी को एक छोटा पत्र लिखिए।"),
    Case("he", "כתוב מכתב קצר לשכנה."),
  ]

  @Test(arguments: cases)
  func `a few sentences tell the language`(_ given: Case) {
    #expect(LanguageDetector.guess(given.texts)?.language == Language(given.code))
  }

  @Test func `too little to go by gives no guess`() {
    #expect(LanguageDetector.guess([]) == nil)
    #expect(LanguageDetector.guess(["12 + 3 = ?"]) == nil)
    #expect(LanguageDetector.guess(["Lorem ipsum dolor sit amet consectetur"]) == nil)
  }

  @Test func `a few kana make Han characters Japanese and a few Han leave kana so`() {
    #expect(LanguageDetector.guess(["東京都知事選挙の結果"])?.language == .japanese)
    #expect(LanguageDetector.guess(["东京都知事选举结果"])?.language == .chinese)
    #expect(LanguageDetector.guess(["東ひらがな"])?.language == .japanese)
  }
}

@Suite struct LanguageTests {
  @Test(arguments: [
    ("en", "words"), ("de", "words"), ("ko", "words"), ("zh", "characters"), ("ja", "characters"),
    ("th", "characters"),
  ])
  func `length is counted in words where words have spaces`(_ code: String, _ unit: String) {
    #expect(Language(code).lengthUnit.rawValue == unit)
  }
}
