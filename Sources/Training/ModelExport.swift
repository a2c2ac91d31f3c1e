import Foundation
import Storage
import TensorFiles

/// Writes the result of a run: a Hugging Face directory, or a PEFT adapter.
package enum ModelExport {
  /// Where the model is that an adapter belongs to.
  package enum AdapterBase {
    /// In a folder of its own, whose path is given.
    case folder(String)
    /// Nowhere as Hugging Face's libraries read it: it is written beside, to the path that is given.
    case written((String) throws -> Void)
  }

  /// Writes the folder `final`, whole or not at all.
  ///
  /// - Parameters:
  ///   - type: bf16 or f32; an adapter is f32 always.
  ///   - adapted: What an adapter belongs to.
  ///   - manifest: For the model card; gets the result.
  /// - Throws: `StorageError`, `TensorFileError`; what `adapted` throws.
  package static func write(
    _ finetuner: Finetuner, of base: BaseModel, _ adapted: AdapterBase, as type: TensorType,
    to folder: RunFolder, _ manifest: inout RunManifest
  ) throws {
    if FileManager.default.fileExists(atPath: folder.finalPath) {
      try AtomicFolder.remove(folder.finalPath)
    }
    var described = manifest
    func card(_ path: String) throws -> [UInt8] {
      let fingerprint = try ContentHash.hex(ofFile: path)
      described.result = result(of: finetuner, fingerprint: fingerprint)
      return Array(ModelCard.text(of: described).utf8)
    }
    switch manifest.configuration.method {
    case .full:
      var weights = ""
      try HuggingFaceExport.write(
        base.configuration, tokens: base.tokenIDs, base.files, as: type, to: folder.finalPath,
        weights: { path in
          weights = path
          try finetuner.writeBest(as: type, to: path)
        },
        more: { ["README.md": try card(weights)] })
    case .lora:
      try AtomicFolder.make(folder.finalPath) { final in
        try writeAdapter(finetuner, manifest, adapted, to: final, in: folder)
        try AtomicFile.write(
          card(final + "/" + AdapterDirectory.weightsName), to: final + "/README.md")
      }
    }
    manifest = described
  }

  private static func writeAdapter(
    _ finetuner: Finetuner, _ manifest: RunManifest, _ adapted: AdapterBase, to final: String,
    in folder: RunFolder
  ) throws {
    // Whole paths: other programs look for them from anywhere.
    let base: URL
    switch adapted {
    case .folder(let path): base = URL(fileURLWithPath: path)
    case .written(let write):
      try write(final + "/" + AdapterDirectory.baseName)
      base = URL(fileURLWithPath: folder.finalPath + "/" + AdapterDirectory.baseName)
    }
    try AdapterExport.write(manifest.configuration.lora, base: base.standardized.path, to: final) {
      path in
      try finetuner.writeBest(as: .f32, to: path)
    }
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
