import Storage
import TaskCorpus

/// How much a candidate has in common with the texts of evaluation sets, as far as any threshold
/// may ask for it.
package struct EvaluationOverlap: Codable, Hashable, Sendable {
  /// A text of an evaluation set and how much of it there is.
  package struct Match: Codable, Hashable, Sendable {
    /// Its file and line: `evaluation/questions.jsonl:12`.
    package var text: String
    /// 0 to 1.
    package var score: Double

    package init(text: String, score: Double) {
      self.text = text
      self.score = score
    }
  }

  /// The text that instruction or input come nearest to, by ROUGE-L F; nil if none comes as near as
  /// `lowestRecorded`.
  package var nearest: Match?
  /// The text of which most words stand, in runs, in the candidate, by the share of its words; nil
  /// if none shares a run.
  package var covered: Match?

  /// The ROUGE-L F above which a nearest text is looked for: below it texts have little in common,
  /// and the search is fast for not looking there.
  package static let lowestRecorded = 0.4

  package init(nearest: Match? = nil, covered: Match? = nil) {
    self.nearest = nearest
    self.covered = covered
  }

  /// The more of two overlaps, each measure for itself; the first on ties.
  func united(with other: EvaluationOverlap) -> EvaluationOverlap {
    func more(_ a: Match?, _ b: Match?) -> Match? {
      guard let a, let b else { return a ?? b }
      return b.score > a.score ? b : a
    }
    return EvaluationOverlap(
      nearest: more(nearest, other.nearest), covered: more(covered, other.covered))
  }
}

extension EvaluationOverlap: LedgerValue {
  package init?(json: JSONValue) {
    guard json.object != nil else { return nil }
    self.init(
      nearest: json["nearest"].flatMap(Match.init), covered: json["covered"].flatMap(Match.init))
  }
}

extension EvaluationOverlap.Match: LedgerValue {
  package init?(json: JSONValue) {
    guard let text = json["text"]?.string, let score = json["score"]?.double else { return nil }
    self.init(text: text, score: score)
  }
}

extension CandidateRow {
  /// The key of the overlap among the evidence.
  private static let overlapKey = "evaluation"

  /// What is recorded of it, in place of what was before.
  package func withOverlap(_ overlap: JSONValue?) -> CandidateRow {
    guard case .object(var fields) = evidence else { return self }
    fields[Self.overlapKey] = overlap
    var row = self
    row.evidence = .object(fields)
    return row
  }
}
