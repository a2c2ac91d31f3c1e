import Filtering
import Foundation
import Storage
import TaskCorpus

/// What closed rounds have left for the next, as a file: a cache, read instead of the ledger before
/// its place, and of no use once anything it follows from has changed.
///
/// A line about all, one for each kept instruction, one for each task with the line that the corpus
/// exports after it, one for each open instruction, and one with a hash of all of them.
struct ClosedRoundsFile {
  let place: LedgerPlace
  let rounds: ClosedRounds
  /// A hash of the reviews that the tasks were exported by.
  let reviews: String
  /// The tokenizer that instructions were compared by.
  let similarity: String

  /// The form of the file, and of the decisions it holds: another one is not read.
  private static let format = 2

  private struct Header: Codable {
    var format: Int
    var program: String
    var place: LedgerPlace
    var reviews: String
    var similarity: String
    var instructions: Int
  }

  fileprivate struct OpenItem: Codable {
    /// The how-manieth instruction it is; no other line has it.
    var openPlace: Int
    var row: CandidateRow
    var objections: [Verdict]
    var neighbour: InstructionPool.Neighbour?
    var followers: [CandidateRow]
    /// Why its instances are not taken.
    var instanceVerdict: Verdict?
  }

  init(place: LedgerPlace, rounds: ClosedRounds, reviews: String, similarity: String) {
    self.place = place
    self.rounds = rounds
    self.reviews = reviews
    self.similarity = similarity
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
    var hash = ContentHash()
    guard let first = try reader.next() else { return nil }
    hash.update(line: first)
    let header = try first.decoded(as: Header.self)
    let reviews = reviewsHash(of: corpus)
    guard header.format == format, header.program == program, header.reviews == reviews,
      header.similarity == (try corpus.description()?.similarity),
      header.place.fits(corpus.ledgerPath),
      (0...header.place.candidates).contains(header.instructions)
    else { return nil }
    var kept: [ClosedRounds.Kept] = []
    var tasks: [ClosedRounds.FinishedTask] = []
    var open: [ClosedRounds.OpenItem] = []
    while let line = try reader.next() {
      let row = try line.json()
      if let known = row["sha256"]?.string {
        guard known == hash.hex else { return nil }
        let rounds = ClosedRounds(
          kept: kept, tasks: tasks, open: open,
          surplus: Set(header.place.surplus), instructions: header.instructions,
          candidates: header.place.candidates, seedsHash: header.place.seeds.hash)
        return ClosedRoundsFile(
          place: header.place, rounds: rounds, reviews: header.reviews,
          similarity: header.similarity)
      }
      hash.update(line: line)
      if let fields = row.array, fields.count == 2 {
        guard let id = fields[0].string, let text = fields[1].string else { return nil }
        kept.append(ClosedRounds.Kept(id: id, text: text))
      } else if let fields = row.array {
        guard var task = Self.task(fields, kept) else { return nil }
        if fields[3].bool == true {
          guard let exported = try reader.next() else { return nil }
          hash.update(line: exported)
          task.exported = exported.bytes
        }
        tasks.append(task)
      } else {
        open.append(try line.decoded(row, as: OpenItem.self).open)
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
  ) -> ClosedRounds.FinishedTask? {
    guard fields.count == 4 || fields.count == 6, let place = fields[0].int else { return nil }
    let known = fields[1].int.flatMap { kept.indices.contains($0) ? kept[$0] : nil }
    guard let id = known?.id ?? fields.dropFirst(4).first?.string,
      let text = known?.text ?? fields.dropFirst(5).first?.string
    else { return nil }
    return ClosedRounds.FinishedTask(
      place: place, id: id, instruction: text,
      kind: fields[2].string.flatMap(InstructionKind.init), exported: nil)
  }

  private static func line(of task: ClosedRounds.FinishedTask, kept: Int?) -> String {
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
      similarity: similarity, instructions: rounds.instructions)
    var bytes: [UInt8] = []
    func add(_ line: some Sequence<UInt8>) {
      bytes += line
      bytes.append(UInt8(ascii: "\n"))
    }
    add(try JSONLines.encodedLine(header).utf8)
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
    add(Self.end(of: bytes))
    try OpenFile.makeFolder(corpus.cachePath)
    try AtomicFile.write(bytes, to: corpus.closedRoundsPath)
  }

  /// The line that ends a file.
  static func end(of bytes: [UInt8]) -> [UInt8] {
    Array(JSONValue.object(["sha256": .string(ContentHash.hex(of: bytes))]).encodedLine().utf8)
  }

  /// A hash of what people said of tasks; empty if they said nothing.
  static func reviewsHash(of corpus: CorpusDirectory) -> String {
    FileManager.default.contents(atPath: corpus.reviewsPath).map { ContentHash.hex(of: $0) } ?? ""
  }
}

extension ClosedRoundsFile.OpenItem {
  fileprivate init(_ open: ClosedRounds.OpenItem) {
    openPlace = open.item.place
    row = open.item.row
    objections = open.item.checks.compactMap(\.verdict)
    neighbour = open.item.neighbour
    followers = open.item.followers
    instanceVerdict = open.instanceVerdict
  }

  fileprivate var open: ClosedRounds.OpenItem {
    ClosedRounds.OpenItem(
      item: CorpusState.Item(
        place: openPlace, row: row, objections: objections, neighbour: neighbour,
        followers: followers),
      instanceVerdict: instanceVerdict)
  }
}

extension ContentHash {
  fileprivate mutating func update(line: TextLine) {
    update(line.bytes)
    update(CollectionOfOne(UInt8(ascii: "\n")))
  }
}
