import Improvement
import Training

/// Which models a corpus's own were trained from, by the fingerprints of their weights.
package struct ModelLineage: Sendable {
  private struct Child {
    let fingerprint: String
    let parent: String
    let license: String?
  }

  /// In the order in which they were trained.
  private let children: [Child]
  /// Runs of which it cannot be read where they come from.
  package let unreadable: [String]

  /// Reads the finished runs of a folder; what cannot be read is left out.
  ///
  /// - Parameter measured: What rounds measured: an adapter is known there by its own weights and those
  ///   that it belongs to.
  package init(of models: ModelsFolder, measured: [ImprovementRecord] = []) {
    unreadable = models.runs.map(models.run).filter { (try? RunManifest(reading: $0)) == nil }
      .map(\.path)
    children = models.runs.flatMap { number -> [Child] in
      guard let manifest = try? RunManifest(reading: models.run(number)),
        let fingerprint = manifest.result?.fingerprint
      else { return [] }
      let others = measured.filter { $0.training.run == number }.compactMap(\.after?.fingerprint)
      return ([fingerprint] + others.filter { $0 != fingerprint }).map {
        Child(
          fingerprint: $0, parent: manifest.base.fingerprint, license: manifest.base.license)
      }
    }
  }

  /// A model and all that come from it.
  package func descendants(of fingerprint: String) -> Set<String> {
    children.reduce(into: [fingerprint]) { known, child in
      if known.contains(child.parent) { known.insert(child.fingerprint) }
    }
  }

  /// Licences with those that trained models take over from the ones they come from.
  package func inherited(_ licenses: [String: String]) -> [String: String] {
    children.reduce(into: licenses) { known, child in
      let license = known[child.parent] ?? child.license
      if known[child.fingerprint] == nil { known[child.fingerprint] = license }
    }
  }
}
