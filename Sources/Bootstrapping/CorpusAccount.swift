import Filtering
import LanguageModels
import Storage
import TaskCorpus

/// What a corpus has become and where it comes from: what one says of it to others.
package struct CorpusAccount: Sendable {
  /// A model and what it wrote of the tasks.
  package struct Author: Equatable, Sendable {
    package let fingerprint: String
    package let name: String
    /// Tasks that it made up, and instances that it answered.
    package var tasks = 0
    package var answers = 0
  }

  /// What became of the instructions of a round, by the rules as they are recorded last.
  package struct Yield: Equatable, Sendable {
    package let round: Int
    package var instructions = 0
    package var tasks = 0
    /// Kept, and no tasks yet.
    package var waiting = 0
    package var dropped: [RuleName: Int] = [:]
  }

  /// In the order of the corpus.
  package let tasks: [InstructionTask]
  /// ISO 639-1.
  package let language: String
  package let seed: UInt64
  /// Seeds that it has grown from.
  package let seeds: [SeedsRow.Seed]
  package let rounds: Int
  /// Tasks that a person has read.
  package let reviewed: Int
  /// The models of the tasks, who wrote most first.
  package let authors: [Author]
  /// In the order of the rounds.
  package let yields: [Yield]
  /// Those of the rounds that are there.
  package var manifests: [RoundManifest]
  package let nights: [NightRow]
}

extension CorpusAccount {
  /// - Throws: `GrowError` if there is no corpus or its ledger is none, `StorageError` for files.
  package init(of corpus: CorpusDirectory) throws {
    let reading = try CorpusReading(corpus)
    let state = reading.state
    guard let description = try corpus.description() else { throw GrowError.noCorpus(at: corpus) }
    let fold = LedgerFold(reading.events)
    tasks = TaskFile.tasks(of: state)
    (language, seed) = (description.language, description.seed)
    seeds = fold.seeds?.seeds ?? []
    rounds = fold.rounds.count
    reviewed = tasks.count { state.reviews[$0.id] != nil }
    authors = Self.authors(of: tasks, Self.names(in: reading.events))
    yields = Self.yields(of: state)
    manifests = RoundManifest.last(of: corpus)
    nights = NightRow.all(of: corpus)
  }

  /// Instructions that were read from what models wrote.
  package var instructions: Int { yields.reduce(0) { $0 + $1.instructions } }

  /// Instructions that are kept and are no tasks yet.
  package var waiting: Int { yields.reduce(0) { $0 + $1.waiting } }

  /// What became no task, by the rule that decided it, the most frequent first.
  package var dropped: [(rule: RuleName, count: Int)] {
    RuleName.allCases.map { rule in (rule, yields.reduce(0) { $0 + ($1.dropped[rule] ?? 0) }) }
      .filter { $0.1 > 0 }
      .sorted { $0.1 > $1.1 }
  }

  static func yields(of state: CorpusState) -> [Yield] {
    var yields: [Int: Yield] = [:]
    for item in state.items {
      let round = item.row.round
      var yield = yields[round] ?? Yield(round: round)
      yield.instructions += 1
      if let verdict = state.verdict(on: item) {
        yield.dropped[verdict.rule, default: 0] += 1
      } else if state.isTask(item) {
        yield.tasks += 1
      } else {
        yield.waiting += 1
      }
      yields[round] = yield
    }
    return yields.values.sorted { $0.round < $1.round }
  }

  private static func names(in events: [LedgerEvent]) -> [String: String] {
    var names: [String: String] = [:]
    for case .run(let row) in events {
      for value in [row.model, row.answerModel, row.judge] {
        guard let model = try? value?.decoded(as: ModelIdentity.self) else { continue }
        // A path or an address is nobody else's business.
        let isPlace = model.name.hasPrefix("/") || model.name.contains("://")
        let last = model.name.split(separator: "/").last.map(String.init)
        names[model.fingerprint] = isPlace ? last ?? "" : model.name
        // Rows name which of several it was.
        for member in model.members ?? [] { names[member] = member }
      }
    }
    return names
  }

  static func authors(
    of tasks: [InstructionTask], _ names: [String: String]
  ) -> [Author] {
    var authors: [Author] = []
    func count(_ fingerprint: String, _ change: (inout Author) -> Void) {
      let place = authors.firstIndex { $0.fingerprint == fingerprint } ?? authors.count
      if place == authors.count {
        authors.append(
          Author(
            fingerprint: fingerprint, name: names[fingerprint] ?? String(fingerprint.prefix(12))))
      }
      change(&authors[place])
    }
    for task in tasks {
      guard let author = task.provenance?["model"]?.string else { continue }
      count(author) { $0.tasks += 1 }
      let answerer = task.provenance?["answerModel"]?.string ?? author
      count(answerer) { $0.answers += task.instances.count }
    }
    return authors.enumerated().sorted {
      (-$0.element.answers, $0.offset) < (-$1.element.answers, $1.offset)
    }.map(\.element)
  }
}
