import Filtering
import Storage
import TaskCorpus

/// What can stop a round, each case holding the facts of one sentence.
package enum GrowError: Error, Equatable, Sendable {
  /// The model ended without an answer to a request.
  case missingAnswer(stage: Stage, request: Int)
  /// A round is unfinished and what is asked for now differs from what it was opened with.
  case differs(round: Int, differences: [String])
  /// The ledger of an unfinished round does not fit what its configuration asks.
  case replay(path: String, round: Int, wave: Int)
  /// An unfinished round was opened with a configuration that this version does not read.
  case unreadable(path: String, round: Int, problem: String)
  /// An unfinished round was opened with a configuration whose values cannot be.
  case opening(path: String, line: Int, problem: String)
  /// A row of the ledger that nothing would have written there.
  case ledger(path: String, line: Int, problem: String)
  /// A row of an unfinished round does not follow from the answers before it.
  case recorded(path: String, line: Int)
  /// No candidate has an id, though a seed may; one that there is, as an example.
  case noCandidate(path: String, id: String, isSeed: Bool, example: String?)
  /// The configuration has values that cannot be.
  case configuration([String])
  /// There are no seeds to grow from.
  case noSeeds
  /// No seed is left, since all overlap with evaluation sets, one of them with this.
  case evaluationSeeds(count: Int, first: String, overlap: String)
  /// A round goes on by the rules that it was opened with.
  case unfinished(path: String, round: Int)
  /// A round asks for other answers, and something else is asked for now.
  case unfinishedAnswers(path: String, round: Int)
  /// The corpus was made for another language or tokenizer.
  case corpus(path: String, is: String, expected: String)
}

extension GrowError {
  /// There is no corpus in a folder.
  static func noCorpus(at corpus: CorpusDirectory) -> GrowError {
    .corpus(
      path: corpus.path, is: "no corpus", expected: "a folder that 'selfinstruct grow' made")
  }
}

extension GrowError: CustomStringConvertible {
  /// The sentence a user reads: `where: what is; what should be`.
  package var description: String {
    switch self {
    case .missingAnswer(let stage, let request):
      "model: gave no answer to request \(request) of stage '\(stage.rawValue)'; expected one\n"
        + "  help: run the command again, the answers so far are kept"
    case .differs(let round, let differences):
      "round \(round): is unfinished and was opened with \(differences.joined(separator: ", ")); "
        + "expected the same\n"
        + "  help: the command that opened it goes on, its flags included; or end the round as it is "
        + "with --close-round"
    case .replay(let path, let round, let wave):
      "\(path): wave \(wave) of round \(round) was asked by another version of the program or its "
        + "inputs; expected the same requests again\n"
        + "  help: end the round as it is with --close-round"
    case .unreadable(let path, let round, let problem):
      "\(path): configuration of round \(round): \(problem)\n"
        + "  help: end the round as it is with --close-round"
    case .opening(let path, let line, let problem):
      "\(path):\(line): configuration.\(problem)\n"
        + "  help: put the file back as it was written, or end the round as it is with --close-round"
    case .ledger(let path, let line, let problem):
      "\(path):\(line): \(problem)\n"
        + "  help: put the file back as it was written, or name another folder with --corpus"
    case .recorded(let path, let line):
      "\(path):\(line): the row does not follow from the answers before it; expected it as it was "
        + "written\n"
        + "  help: end the round as it is with --close-round"
    case .configuration(let problems):
      "configuration: " + problems.joined(separator: "\n  ")
    case .noCandidate(let path, let id, let isSeed, let example):
      "\(path): \(isSeed ? "\(quoted(id)) is a seed" : "no candidate is \(quoted(id))"); expected an id "
        + (example.map { "such as '\($0)'" } ?? "of a candidate, of which there is none")
    case .unfinished(let path, let round):
      "\(path): round \(round) is unfinished and goes on by the rules it was opened with; expected "
        + "it to be closed\n"
        + "  help: let the same 'selfinstruct grow' or 'import' finish it, or end it with 'grow --close-round'"
    case .unfinishedAnswers(let path, let round):
      "\(path): round \(round) is unfinished and asks for other answers; expected it to be finished "
        + "first\n"
        + "  help: let 'selfinstruct grow --answers-only' finish it, or end it with 'grow --close-round'"
    case .noSeeds:
      "seeds: there are none; expected at least 1"
    case .evaluationSeeds(let count, let first, let overlap):
      "seeds: all \(count) overlap with the evaluation sets (\(quoted(first)): \(overlap)); "
        + "expected at least 1 that does not"
    case .corpus(let path, let found, let expected):
      "\(path): is \(found); expected \(expected)\n"
        + "  help: name another folder with --corpus"
    }
  }
}
