import Foundation
import Storage
import Training

/// What is known of the models that were trained on a corpus.
package struct TrainingAccount: Sendable {
  /// One run.
  package struct Run: Sendable {
    package let number: Int
    package let manifest: RunManifest
    /// The mean loss of the answers of a step, and of what is held out, by step.
    package let losses: [(step: Int, loss: Double)]
    package let heldOut: [(step: Int, loss: Double)]
    package let isPromoted: Bool
  }

  package let runs: [Run]

  /// Reads the runs of a folder; what cannot be read is left out, as a report is no judge of it.
  package init(of models: ModelsFolder) {
    let promoted = models.promoted
    runs = models.runs.compactMap { number in
      let folder = models.run(number)
      guard let manifest = try? RunManifest(reading: folder) else { return nil }
      let rows = Self.rows(of: folder.progressPath)
      return Run(
        number: number, manifest: manifest, losses: Self.curve(rows, ["loss_sft", "loss"]),
        heldOut: Self.curve(rows, ["eval_loss_sft", "eval_loss"]), isPromoted: number == promoted)
    }
  }

  package init(runs: [Run]) { self.runs = runs }

  private static func rows(of path: String) -> [JSONValue] {
    guard FileManager.default.fileExists(atPath: path), var reader = try? LineReader(path) else {
      return []
    }
    var rows: [JSONValue] = []
    while let line = try? reader.next() {
      if let row = try? line.json() { rows.append(row) }
    }
    return rows
  }

  /// The first of some fields that a row has, by step.
  private static func curve(
    _ rows: [JSONValue], _ names: [String]
  ) -> [(step: Int, loss: Double)] {
    rows.compactMap { row in
      guard let step = row["step"]?.int,
        let loss = names.lazy.compactMap({ row[$0]?.double }).first
      else { return nil }
      return (step, loss)
    }
  }
}
