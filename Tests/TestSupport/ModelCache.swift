import Foundation
import Testing

/// The embedded model's file, for tests that need the real model.
///
/// `Scripts/test` fetches it first. Where it is missing such tests are skipped, except under
/// `CI=true` or `SELFINSTRUCT_REQUIRE_MODEL=1`: there they run, and fail saying what is missing.
package enum ModelCache {
  /// Where the embedded model is kept: `SELFINSTRUCT_MODEL_CACHE` when set, otherwise
  /// `selfinstruct/models` in the user's cache.
  package static var embeddedModelPath: String {
    directory + "/SmolLM2-135M-Instruct.Q4_1.gguf"
  }

  /// The embedded model's file.
  /// - Throws: `ModelCacheError.missing` when it is not there.
  package static func embeddedModel() throws -> String {
    guard isPresent else { throw ModelCacheError.missing(path: embeddedModelPath) }
    return embeddedModelPath
  }

  static var isPresent: Bool { FileManager.default.fileExists(atPath: embeddedModelPath) }

  static var isRequired: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["CI"] == "true" || environment["SELFINSTRUCT_REQUIRE_MODEL"] == "1"
  }

  private static var directory: String {
    let environment = ProcessInfo.processInfo.environment
    if let directory = environment["SELFINSTRUCT_MODEL_CACHE"], !directory.isEmpty {
      return directory
    }
    var cache = environment["XDG_CACHE_HOME"] ?? ""
    if cache.isEmpty {
      cache = FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
      cache += cache.hasSuffix("/") ? ".cache" : "/.cache"
    }
    return cache + "/selfinstruct/models"
  }
}

/// Why a test cannot have the model it needs.
package enum ModelCacheError: Error, CustomStringConvertible {
  case missing(path: String)

  package var description: String {
    switch self {
    case .missing(let path):
      "\(path): no such file; expected the embedded model\n  help: run Scripts/fetch-model"
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs the test where the embedded model has been fetched, and wherever it is required.
  package static var needsEmbeddedModel: Self {
    .enabled(
      if: ModelCache.isPresent || ModelCache.isRequired,
      "the embedded model is not there; run Scripts/fetch-model")
  }
}
