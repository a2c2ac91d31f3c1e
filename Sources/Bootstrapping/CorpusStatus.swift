import Foundation
import Storage
import TaskCorpus

/// A corpus at a glance: read from tasks, manifests and nights, never from the whole ledger.
package struct CorpusStatus: Sendable {
  /// What would be done next.
  package enum NextStep: Equatable, Sendable {
    /// There is no corpus yet.
    case begin
    /// A round has so many of its tasks.
    case finishRound(Int, RoundWork, tasks: Int, target: Int)
    /// The last round or night accepted nothing more.
    case mendYield
    /// The disk is nearly full.
    case makeRoom
    case growOrTrain
  }

  package let corpus: CorpusDirectory
  package private(set) var tasks = 0
  /// Of its rounds, in their order.
  package private(set) var manifests: [RoundManifest] = []
  /// The paths of manifests that cannot be read.
  package private(set) var damaged: [String] = []
  /// Tokens over all rounds.
  package private(set) var promptTokens = 0
  package private(set) var tokens = 0
  package private(set) var seconds = 0.0
  package let nights: [NightRow]
  /// Answers that are kept for waves that are not finished.
  package private(set) var waiting = 0
  /// Bytes of the corpus without its models, and what is free where it is.
  package private(set) var bytes = 0
  package private(set) var freeBytes: Int?
  package private(set) var nextStep = NextStep.begin

  /// So many bytes should be free for a night.
  private static let leastRoom = 200 << 20

  /// - Throws: `StorageError` for files that cannot be read.
  package init(of corpus: CorpusDirectory) throws {
    self.corpus = corpus
    nights = NightRow.all(of: corpus)
    guard corpus.hasLedger else { return }
    tasks = try Self.lines(corpus.tasksPath)
    waiting = try Self.lines(corpus.journalPath)
    manifests = RoundManifest.last(of: corpus)
    damaged = RoundManifest.unreadable(of: corpus)
    for manifest in manifests {
      promptTokens += manifest.promptTokens
      tokens += manifest.tokens
      seconds += manifest.totalSeconds
    }
    let files = [corpus.ledgerPath, corpus.tasksPath, corpus.journalPath, corpus.reviewsPath]
    bytes = files.reduce(0) { $0 + Self.size($1) }
    let system = try? FileManager.default.attributesOfFileSystem(forPath: corpus.path)
    freeBytes = (system?[.systemFreeSize] as? NSNumber)?.intValue
    nextStep = afterwards
  }

  private var afterwards: NextStep {
    if let freeBytes, freeBytes < Self.leastRoom { return .makeRoom }
    if nights.last?.ending == "collapsed" { return .mendYield }
    if let open = manifests.last, open.status == .unfinished {
      return .finishRound(
        open.round, open.work ?? .newTasks, tasks: open.tasks, target: open.target)
    }
    return .growOrTrain
  }

  /// Tasks for a hundred instructions over some nights; nil if they read none.
  package static func yield(_ nights: some Collection<NightRow>) -> Double? {
    let instructions = nights.reduce(0) { $0 + max(0, $1.instructions) }
    guard instructions > 0 else { return nil }
    return 100 * Double(nights.reduce(0) { $0 + $1.added }) / Double(instructions)
  }

  private static func lines(_ path: String) throws -> Int {
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    let file = try OpenFile(path, for: .reading)
    var count = 0
    while true {
      let block = try file.read(1 << 20)
      count += block.count { $0 == UInt8(ascii: "\n") }
      if block.count < 1 << 20 { return count }
    }
  }

  private static func size(_ path: String) -> Int {
    let facts = try? FileManager.default.attributesOfItem(atPath: path)
    return (facts?[.size] as? NSNumber)?.intValue ?? 0
  }
}
