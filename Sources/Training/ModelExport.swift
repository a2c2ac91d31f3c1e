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
    try AtomicFolder.make(folder.finalPath) { path in
      let weights = path + "/model.safetensors"
      try finetuner.writeBest(as: type, to: weights)
      described.result = result(of: finetuner, fingerprint: try ContentHash.hex(ofFile: weights))
      let config = try base.configuration.huggingFace(
        type: type == .bf16 ? "bfloat16" : "float32", tokens: base.tokenIDs)
      try AtomicFile.write(config.encodedPretty(), to: path + "/config.json")
      for (name, bytes) in base.files.sorted(by: { $0.key < $1.key }) {
        try AtomicFile.write(bytes, to: path + "/" + name)
      }
      try AtomicFile.write(ModelCard.text(of: described), to: path + "/README.md")
    }
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
