import Filtering
import Foundation
import Storage
import TaskCorpus

/// What closed rounds have left for the next, as a file: a cache, read instead of the ledger before
/// its place, and of no use once anything it follows from has changed.
///
/// A line about all, one for each kept instruction, one for each task with the line that the corpus
/// exports after it, and one that says that it is whole.
struct ClosedRoundsFile {
  let place: LedgerPlace
  let rounds: ClosedRounds
  /// A hash of the reviews that the tasks were exported by.
  let reviews: String

  /// The form of the file, and of the decisions it holds: another one is not read.
  private static let format = 1

  private struct Header: Codable {
    var format: Int
    var program: String
    var place: LedgerPlace
    var reviews: String
    var instructions: Int
    var open: [OpenItem]
  }

  fileprivate struct OpenItem: Codable {
    var place: Int
    var row: CandidateRow
    var objections: [Verdict]
    var neighbour: InstructionPool.Neighbour?
    var followers: [CandidateRow]
  }

  private struct TaskLine: Codable {
    var place: Int
    /// Which of the kept instructions it is; nil with the two after it where it is none of them.
    var kept: Int?
    var id: String?
    var instruction: String?
    var kind: InstructionKind?
    var isExported: Bool
  }

  init(_ rounds: ClosedRounds, at place: LedgerPlace, of corpus: CorpusDirectory) throws {
    self.rounds = rounds
    self.place = place
    reviews = Self.reviewsHash(of: corpus)
  }

  /// What the file of a corpus says; nil if there is none that fits ledger, reviews and program.
  init?(of corpus: CorpusDirectory, program: String) {
    guard FileManager.default.fileExists(atPath: corpus.closedRoundsPath),
      let file = try? Self.read(corpus, program)
    else { return nil }
    self = file
  }

  private static func read(
    _ corpus: CorpusDirectory, _ program: String
  ) throws -> ClosedRoundsFile? {
    var reader = try LineReader(corpus.closedRoundsPath)
    guard let first = try reader.next() else { return nil }
    let header = try first.decoded(as: Header.self)
    let reviews = reviewsHash(of: corpus)
    guard header.format == format, header.program == program, header.reviews == reviews,
      header.place.fits(corpus.ledgerPath)
    else { return nil }
    var kept: [ClosedRounds.Kept] = []
    var tasks: [ClosedRounds.Task] = []
    while let line = try reader.next() {
      let row = try line.json()
      if let pair = row.array, pair.count == 2, let id = pair[0].string, let text = pair[1].string {
        kept.append(ClosedRounds.Kept(id: id, text: text))
      } else if row["isWhole"]?.bool == true {
        let rounds = ClosedRounds(
          kept: kept, tasks: tasks, open: header.open.map(\.item),
          surplus: Set(header.place.surplus), instructions: header.instructions,
          candidates: header.place.candidates, seedsHash: header.place.seeds.hash)
        return try ClosedRoundsFile(rounds, at: header.place, of: corpus)
      } else {
        let task = try line.decoded(row, as: TaskLine.self)
        let exported = task.isExported ? try reader.next()?.bytes : nil
        let known = task.kept.flatMap { kept.indices.contains($0) ? kept[$0] : nil }
        guard let id = known?.id ?? task.id, let text = known?.text ?? task.instruction else {
          return nil
        }
        tasks.append(
          ClosedRounds.Task(
            place: task.place, id: id, instruction: text, kind: task.kind, exported: exported))
      }
    }
    return nil
  }

  /// Writes the file.
  ///
  /// - Throws: `StorageError` if the disk is full or refuses.
  func write(to corpus: CorpusDirectory, program: String) throws {
    let header = Header(
      format: Self.format, program: program, place: place, reviews: reviews,
      instructions: rounds.instructions, open: rounds.open.map(OpenItem.init))
    var bytes = Array(try JSONLines.encodedLine(header).utf8)
    func add(_ line: some Sequence<UInt8>) {
      bytes.append(UInt8(ascii: "\n"))
      bytes += line
    }
    var keptPlaces: [String: Int] = [:]
    for (index, entry) in rounds.kept.enumerated() {
      keptPlaces[entry.id] = index
      add(JSONValue.array([.string(entry.id), .string(entry.text)]).encodedLine().utf8)
    }
    for task in rounds.tasks {
      // Seeds may have the ids of tasks, and people may write tasks anew.
      let kept = keptPlaces[task.id].flatMap {
        rounds.kept[$0].text == task.instruction ? $0 : nil
      }
      let line = TaskLine(
        place: task.place, kept: kept, id: kept == nil ? task.id : nil,
        instruction: kept == nil ? task.instruction : nil, kind: task.kind,
        isExported: task.exported != nil)
      add(try JSONLines.encodedLine(line).utf8)
      if let exported = task.exported { add(exported) }
    }
    add(Array(#"{"isWhole":true}"#.utf8) + [UInt8(ascii: "\n")])
    try OpenFile.makeFolder(corpus.cachePath)
    try AtomicFile.write(bytes, to: corpus.closedRoundsPath)
  }

  /// A hash of what people said of tasks; empty if they said nothing.
  static func reviewsHash(of corpus: CorpusDirectory) -> String {
    FileManager.default.contents(atPath: corpus.reviewsPath).map { ContentHash.hex(of: $0) } ?? ""
  }
}

extension ClosedRoundsFile.OpenItem {
  fileprivate init(_ item: CorpusState.Item) {
    place = item.place
    row = item.row
    objections = item.checks.compactMap(\.verdict)
    neighbour = item.neighbour
    followers = item.followers
  }

  fileprivate var item: CorpusState.Item {
    CorpusState.Item(
      place: place, row: row, objections: objections, neighbour: neighbour, followers: followers)
  }
}
