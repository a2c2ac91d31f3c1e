import Foundation
import Storage
import TensorFiles

/// Writes the result of a run as a Hugging Face directory.
package enum ModelExport {
  /// Writes the folder `final`, whole or not at all.
  ///
  /// - Parameters:
  ///   - type: bf16 or f32.
  ///   - manifest: For the model card; gets the result.
  /// - Throws: `StorageError`, `TensorFileError`.
  package static func write(
    _ finetuner: Finetuner, of base: BaseModel, as type: TensorType, to folder: RunFolder,
    _ manifest: inout RunManifest
  ) throws {
    if FileManager.default.fileExists(atPath: folder.finalPath) {
      try AtomicFolder.remove(folder.finalPath)
    }
    var described = manifest
    var fingerprint = ""
    try HuggingFaceExport.write(
      base.configuration, tokens: base.tokenIDs, base.files, as: type, to: folder.finalPath,
      weights: { path in
        try finetuner.writeBest(as: type, to: path)
        fingerprint = try ContentHash.hex(ofFile: path)
      },
      more: {
        described.result = result(of: finetuner, fingerprint: fingerprint)
        return ["README.md": Array(ModelCard.text(of: described).utf8)]
      })
    manifest = described
  }

  private static func result(of finetuner: Finetuner, fingerprint: String) -> RunManifest.Result {
    let state = finetuner.state
    return RunManifest.Result(
      steps: state.step, tokens: state.tokens, seconds: state.seconds,
      skippedNotFinite: state.notFinite,
      skippedOutliers: state.outliers, heldOutLossBefore: state.first?.loss,
      heldOutLoss: state.best?.loss, bestStep: state.best?.step ?? state.step,
      endedEarly: finetuner.endedEarly, fingerprint: fingerprint)
  }
}
