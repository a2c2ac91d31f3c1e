/// Two texts with the words marked that ROUGE-L counts in both.
package struct CommonWords: Hashable, Sendable {
  /// The texts, each common word in brackets.
  package let target: String
  package let prediction: String
  /// Their similarity.
  package let score: RougeScore

  package init(target: String, prediction: String, tokenizer: RougeTokenizer) {
    var interner = TokenInterner()
    let a = interner.intern(tokenizer.tokens(in: target))
    let b = interner.intern(tokenizer.tokens(in: prediction))
    var positions = TokenPositions()
    positions.take(a, vocabulary: interner.count)
    let common = positions.commonPositions(with: b.span)
    let (inTarget, inPrediction) = (
      tokenizer.ranges(in: target), tokenizer.ranges(in: prediction)
    )
    self.target = Self.marked(target, common.map { inTarget[$0.here] })
    self.prediction = Self.marked(prediction, common.map { inPrediction[$0.there] })
    score = RougeScore(common: common.count, target: a.count, prediction: b.count)
  }

  private static func marked(_ text: String, _ ranges: [Range<String.Index>]) -> String {
    var marked = ""
    var end = text.startIndex
    for range in ranges {
      marked += text[end..<range.lowerBound] + "[" + text[range] + "]"
      end = range.upperBound
    }
    return marked + text[end...]
  }
}
