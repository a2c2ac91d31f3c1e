import Filtering
import Randomness
import Storage
import TaskCorpus

/// A person's way through some tasks of a corpus.
///
/// Takes no lock while the person reads: a review changes no row of the ledger.
package struct ReviewSession {
  /// A task to be read.
  package struct Page: Sendable {
    package let id: String
    package let round: Int
    package let instruction: String
    /// Inputs with outputs.
    package let instances: [Parse.Instance]
    fileprivate let instanceIDs: [String]
  }

  /// The tasks to read, in drawn order; those that have a review already are not among them.
  package let pages: [Page]
  private let corpus: CorpusDirectory
  private var file: ReviewFile

  /// Draws tasks.
  ///
  /// - Parameters:
  ///   - count: How many are drawn, reviewed ones included, so that the same call goes on where it
  ///     was left.
  ///   - seed: Equal seeds draw equal tasks of one corpus.
  /// - Throws: `GrowError.corpus` if there is no corpus, `StorageError` for files.
  package init(of corpus: CorpusDirectory, count: Int, seed: UInt64) throws {
    self.corpus = corpus
    let state = try CorpusReading(corpus).state
    file = try ReviewFile(reading: corpus.reviewsPath)
    // What a review rejected stays in the draw, or the draw would change with every review.
    var unreviewed = state
    unreviewed.reviews = [:]
    let tasks = unreviewed.items.filter(unreviewed.isTask)
    var generator = RandomStream(seed: seed).stream("review").generator()
    let reviewed = file.reviews
    pages = generator.sample(count, of: tasks).filter { reviewed[$0.id] == nil }.map { item in
      let instances = unreviewed.exported(item)
      return Page(
        id: item.id, round: item.row.round, instruction: item.instruction,
        instances: instances.map(\.instance), instanceIDs: instances.map(\.id))
    }
  }

  /// Writes down what the person said of a page.
  ///
  /// - Throws: `StorageError` if the disk is full or refuses.
  package mutating func record(
    _ page: Page, instructionIsSensible: Bool, inputFits: Bool, outputIsRight: Bool,
    isRejected: Bool, edit: Review.Edit? = nil
  ) throws {
    try file.append(
      Review(
        id: page.id, instances: page.instanceIDs, instructionIsSensible: instructionIsSensible,
        inputFits: inputFits, outputIsRight: outputIsRight, isRejected: isRejected, edit: edit))
  }

  /// Writes the tasks as they are after the reviews.
  ///
  /// - Parameter notice: Told what was damaged and is put right.
  /// - Throws: `StorageError.lockHeld` if a run writes to the corpus; it writes them itself, with
  ///   its next tasks or at its end.
  package func finish(notice: (String) -> Void = { _ in }) throws {
    let store = try CorpusStore(existing: corpus)
    for repair in store.repairs { notice(repair) }
    try store.writeTasks(of: store.corpusState())
  }
}
