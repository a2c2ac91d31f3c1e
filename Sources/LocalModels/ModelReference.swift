import Foundation
import TensorFiles

/// Which model a user means.
package enum ModelReference: Hashable, Sendable {
  /// The model that comes with the program, by name.
  case embedded
  /// A GGUF file.
  case gguf(path: String)
  /// A Hugging Face directory.
  case directory(path: String)

  /// The embedded model's name.
  package static let embeddedName = "smollm2"
  /// What its recorded fingerprint is: the SHA-256 of its file.
  package static let embeddedFingerprint =
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
  /// The licence that it is published under, as the Hugging Face Hub names it.
  package static let embeddedLicense = "apache-2.0"
  /// The embedded model's file, in the model cache.
  package static let embeddedFile = "SmolLM2-135M-Instruct.Q4_1.gguf"

  /// Reads what a user wrote: the embedded model's name, a GGUF file or a directory.
  /// - Parameter place: Where the user wrote it.
  /// - Throws: `LocalModelError.noSuchModel`, `.runFolder`.
  package init(_ text: String, namedBy place: String = "--model") throws(LocalModelError) {
    let type =
      try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: text).resolvingSymlinksInPath().path)[.type] as? FileAttributeType
    switch (text, type) {
    case (Self.embeddedName, _): self = .embedded
    case (_, nil), ("", _): throw .noSuchModel(text, namedBy: place)
    case (_, .typeDirectory):
      func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: text + "/" + name)
      }
      if has("run.json"), !has("config.json"), !has(AdapterDirectory.configName) {
        throw .runFolder(text, namedBy: place)
      }
      self = .directory(path: text)
    default: self = .gguf(path: text)
    }
  }

  /// Where the model's files are.
  package var path: String {
    switch self {
    case .embedded: Self.cacheFolder + "/" + Self.embeddedFile
    case .gguf(let path), .directory(let path): path
    }
  }

  /// A name a person would recognise.
  package var name: String {
    switch self {
    case .embedded: Self.embeddedName
    case .directory(let path) where isResult:
      "finetuned-" + URL(filePath: path).deletingLastPathComponent().lastPathComponent
    case .gguf(let path), .directory(let path):
      URL(filePath: path).deletingPathExtension().lastPathComponent
    }
  }

  /// Whether it is the result in the folder of a training run, whose own name says nothing.
  private var isResult: Bool {
    let url = URL(filePath: path)
    return url.lastPathComponent == "final"
      && FileManager.default.fileExists(
        atPath: url.deletingLastPathComponent().appending(path: "run.json").path)
  }

  /// What the model is called where models are published; nil for one that a path names.
  package var hubName: String? { self == .embedded ? "HuggingFaceTB/SmolLM2-135M-Instruct" : nil }

  /// Where fetched models are kept: `SELFINSTRUCT_MODEL_CACHE`, else under the user's cache folder.
  static var cacheFolder: String {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["SELFINSTRUCT_MODEL_CACHE"], !folder.isEmpty { return folder }
    let caches =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? NSHomeDirectory() + "/.cache"
    return caches + "/selfinstruct/models"
  }
}
