import Filtering
import Foundation
import Storage
import TaskCorpus

/// What closed rounds have left for the next, as a file: a cache, read instead of the ledger before
/// its place, and of no use once anything it follows from has changed.
///
/// A line about all, one for each kept instruction, one for each task with the line that the corpus
/// exports after it, one for each open instruction, and one that says that it is whole.
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
  }

  fileprivate struct OpenItem: Codable {
    /// The how-manieth instruction it is; no other line has it.
    var openPlace: Int
    var row: CandidateRow
    var objections: [Verdict]
    var neighbour: InstructionPool.Neighbour?
    var followers: [CandidateRow]
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
    var open: [CorpusState.Item] = []
    while let line = try reader.next() {
      let row = try line.json()
      if let fields = row.array, fields.count == 2 {
        guard let id = fields[0].string, let text = fields[1].string else { return nil }
        kept.append(ClosedRounds.Kept(id: id, text: text))
      } else if let fields = row.array {
        guard var task = Self.task(fields, kept) else { return nil }
        if fields[3].bool == true { task.exported = try reader.next()?.bytes }
        tasks.append(task)
      } else if row["openPlace"] != nil {
        open.append(try line.decoded(row, as: OpenItem.self).item)
      } else {
        guard row["isWhole"]?.bool == true else { return nil }
        let rounds = ClosedRounds(
          kept: kept, tasks: tasks, open: open,
          surplus: Set(header.place.surplus), instructions: header.instructions,
          candidates: header.place.candidates, seedsHash: header.place.seeds.hash)
        return try ClosedRoundsFile(rounds, at: header.place, of: corpus)
      }
    }
    return nil
  }

  /// A task's line: place, which of the kept instructions it is, kind, whether a line of the export
  /// follows; and where it is none of the kept ones its id and text.
  ///
  /// By hand, as there are very many.
  private static func task(
    _ fields: [JSONValue], _ kept: [ClosedRounds.Kept]
  ) -> ClosedRounds.Task? {
    guard fields.count == 4 || fields.count == 6, let place = fields[0].int else { return nil }
    let known = fields[1].int.flatMap { kept.indices.contains($0) ? kept[$0] : nil }
    guard let id = known?.id ?? fields.dropFirst(4).first?.string,
      let text = known?.text ?? fields.dropFirst(5).first?.string
    else { return nil }
    return ClosedRounds.Task(
      place: place, id: id, instruction: text,
      kind: fields[2].string.flatMap(InstructionKind.init), exported: nil)
  }

  private static func line(of task: ClosedRounds.Task, kept: Int?) -> String {
    var fields: [JSONValue] = [
      .int(task.place), kept.map(JSONValue.int) ?? .null,
      task.kind.map { .string($0.rawValue) } ?? .null, .bool(task.exported != nil),
    ]
    if kept == nil { fields += [.string(task.id), .string(task.instruction)] }
    return JSONValue.array(fields).encodedLine()
  }

  /// Writes the file.
  ///
  /// - Throws: `StorageError` if the disk is full or refuses.
  func write(to corpus: CorpusDirectory, program: String) throws {
    let header = Header(
      format: Self.format, program: program, place: place, reviews: reviews,
      instructions: rounds.instructions)
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
      add(Self.line(of: task, kept: kept).utf8)
      if let exported = task.exported { add(exported) }
    }
    for item in rounds.open { add(try JSONLines.encodedLine(OpenItem(item)).utf8) }
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
    openPlace = item.place
    row = item.row
    objections = item.checks.compactMap(\.verdict)
    neighbour = item.neighbour
    followers = item.followers
  }

  fileprivate var item: CorpusState.Item {
    CorpusState.Item(
      place: openPlace, row: row, objections: objections, neighbour: neighbour, followers: followers
    )
  }
}
