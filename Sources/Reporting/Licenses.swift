/// The licences of what a data set is made of.
package struct Licenses: Equatable, Sendable {
  /// That of the seeds; nil if nobody said.
  package var seeds: String?
  /// That of tasks taken in from elsewhere; nil if nobody said.
  package var imported: String?
  /// Those of what models write, by the model's name or fingerprint.
  package var models: [String: String]
  /// That of models of which the table says nothing: of those that make up tasks, and those that
  /// only answer.
  package var author: String?
  package var answerer: String?

  package init(
    seeds: String? = nil, imported: String? = nil, models: [String: String] = [:],
    author: String? = nil, answerer: String? = nil
  ) {
    self.seeds = seeds
    self.imported = imported
    self.models = models
    self.author = author
    self.answerer = answerer
  }

  /// Names that the Hugging Face Hub knows; `other` stands for the rest.
  package static let known = [
    "apache-2.0", "mit", "cc0-1.0", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0",
    "cc-by-sa-4.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "openrail", "bigscience-openrail-m", "bigcode-openrail-m",
    "creativeml-openrail-m", "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "gemma",
    "gpl-2.0", "gpl-3.0", "agpl-3.0", "lgpl-3.0", "bsd", "bsd-2-clause", "bsd-3-clause", "mpl-2.0",
    "odc-by", "odbl", "pddl", "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0",
    "afl-3.0", "artistic-2.0", "epl-2.0", "gfdl", "isc", "ms-pl", "unlicense", "wtfpl", "zlib",
    "other",
  ]

  /// The licence that the table gives for what a model writes.
  package func named(_ name: String, _ fingerprint: String) -> String? {
    models[fingerprint] ?? models[name]
  }
}
