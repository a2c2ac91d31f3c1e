import Foundation
import Storage

/// The folder of one training run: where its files are.
///
///     run.json         what is trained on what, and what came of it
///     progress.jsonl   a row a step, a row an evaluation
///     data/            the prepared texts, while the run goes on
///     checkpoint-N/    the state after step N, while the run goes on
///     best/            the weights, or the adapter, with the lowest held-out loss so far, meanwhile
///     final/           the model in Hugging Face's form, or the adapter in PEFT's
package struct RunFolder: Hashable, Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  package var manifestPath: String { path + "/run.json" }
  package var progressPath: String { path + "/progress.jsonl" }
  package var dataPath: String { path + "/data" }
  package var bestPath: String { path + "/best" }
  package var finalPath: String { path + "/final" }
  package var lockPath: String { path + "/.lock" }

  package func checkpointPath(ofStep step: Int) -> String { path + "/checkpoint-\(step)" }

  /// The steps of which there are checkpoints, ascending.
  package var checkpoints: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      name.hasPrefix("checkpoint-") ? Int(name.dropFirst(11)) : nil
    }.sorted()
  }

  /// Whether there is a manifest, from which everything else follows.
  package var hasRun: Bool { FileManager.default.fileExists(atPath: manifestPath) }

  /// Whether it is not there yet, or holds nothing but a lock.
  var isUnused: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.allSatisfy { $0 == ".lock" }
  }

  /// Removes what a call that was killed left half-written.
  package func removePartials() throws(StorageError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(".partial") {
      try AtomicFolder.remove(path + "/" + name)
    }
  }

  /// Removes what only an unfinished run needs.
  package func removeWork() throws(StorageError) {
    try removePartials()
    for step in checkpoints { try AtomicFolder.remove(checkpointPath(ofStep: step)) }
    try AtomicFolder.remove(bestPath)
    try AtomicFolder.remove(dataPath)
  }

  /// Bytes of `progress.jsonl`; 0 if it is not there.
  func progressBytes() throws(StorageError) -> Int {
    let facts = try? FileManager.default.attributesOfItem(atPath: progressPath)
    return (facts?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// Bytes that are free on the disk of the folder; nil if the system does not say.
  package var freeBytes: Int? {
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (facts?[.systemFreeSize] as? NSNumber)?.intValue
  }
}
