import TaskCorpus

/// Which language a project is in, and whether its model knows it.
package enum ProjectLanguage {
  /// The language that was named, or the one of the seeds; English if they do not tell.
  ///
  /// - Throws: `ProjectError.noLanguage` if what was named is no code.
  package static func of(_ seeds: SeedFile, named: String?) throws(ProjectError) -> Language {
    if let named {
      let isCode = named.utf8.count == 2 && named.allSatisfy { $0.isASCII && $0.isLowercase }
      guard isCode else { throw .noLanguage(named) }
      return Language(named)
    }
    let texts = seeds.tasks.flatMap { task in
      [task.instruction] + task.instances.flatMap { [$0.input, $0.output] }
    }
    return LanguageDetector.guess(texts)?.language ?? .english
  }

  /// Refuses a language that the model's metadata does not name; a model that names none may know
  /// any.
  ///
  /// - Throws: `ProjectError.foreignLanguage`.
  package static func check(
    _ language: Language, of seeds: SeedFile, model: String, languages: [String]
  ) throws(ProjectError) {
    guard !languages.isEmpty, !languages.contains(language.code) else { return }
    throw .foreignLanguage(
      seeds: seeds.path, language: language.code, model: model, languages: languages)
  }
}
