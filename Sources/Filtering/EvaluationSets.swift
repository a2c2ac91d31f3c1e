import Storage
import TaskCorpus
import TextMetrics

/// Texts that a model will be tested with, and that training must not show it.
package struct EvaluationSets: Sendable {
  /// Where the texts come from and what they are compared by.
  package struct Configuration: Codable, Equatable, Sendable {
    /// JSON lines, or one JSON array of objects.
    package var files: [String] = []
    /// The fields that are read, of those that a row has: strings, or arrays of them.
    package var fields = ["instruction", "question", "prompt", "input"]
    /// How many words a run has that counts as copied; of a shorter text, all of it. 8 is what
    /// reports on instruction data use; with fewer, set phrases count.
    package var ngram = 8

    package init() {}
  }

  /// A file and how many texts of it are compared.
  package struct Source: Codable, Equatable, Sendable {
    package var path: String
    package var texts: Int
  }

  package let sources: [Source]
  /// A hash of the texts with their places, and of what decides how they are compared.
  package let hash: String
  /// File and line of each text.
  private let places: [String]
  private var pool: SimilarityPool
  private var grams: NGramIndex

  /// Texts of fewer words are like too many others to say anything, on either side; they are left
  /// out.
  private static let fewestWords = 4

  /// Reads the sets.
  ///
  /// - Parameter resolve: Where a file of the configuration is; the configuration's own path stands
  ///   in what is recorded.
  /// - Throws: `StorageError` for the first file that cannot be read or has nothing to compare with,
  ///   and the first row that has none of the fields or no text in one.
  package init(
    reading configuration: Configuration, resolve: (String) -> String = { $0 }
  ) throws(StorageError) {
    // Their own words, whatever a corpus compares by: sets may be in any language.
    var pool = SimilarityPool(tokenizer: .unicode)
    var grams = NGramIndex(length: configuration.ngram)
    var places: [String] = []
    var sources: [Source] = []
    var hash = ContentHash()
    hash.update("\(configuration.ngram)\n".utf8)
    for file in configuration.files {
      let texts = try EvaluationFile.texts(of: resolve(file), fields: configuration.fields)
      let before = places.count
      for (line, text) in texts {
        let tokens = pool.tokens(of: text)
        guard tokens.count >= Self.fewestWords else { continue }
        places.append("\(file):\(line)")
        pool.insert(tokens)
        grams.insert(tokens)
        hash.update("\(file):\(line) \(JSONValue.string(text).encodedLine())\n".utf8)
      }
      if places.count == before {
        throw .malformedFile(
          path: resolve(file), is: "has no text of \(Self.fewestWords) words or more",
          expected: "at least 1")
      }
      sources.append(Source(path: file, texts: places.count - before))
    }
    (self.pool, self.grams, self.places, self.sources) = (pool, grams, places, sources)
    self.hash = hash.hex
  }

  /// What a task has in common with the sets; nil if nothing is worth recording.
  ///
  /// The prompt side, instruction and input alone and together, is compared by ROUGE-L; that and
  /// the output by runs of words.
  package mutating func overlap(
    instruction: String, instances: [Parse.Instance]
  ) -> EvaluationOverlap? {
    var overlap = overlap(prompt: instruction)
    for instance in instances {
      overlap = overlap.united(with: self.overlap(of: instance, instruction: instruction))
    }
    return overlap == EvaluationOverlap() ? nil : overlap
  }

  /// What a row of a ledger adds to what was found for its instruction before.
  ///
  /// - Parameter instruction: The instruction that the row belongs to; nil if the row is one.
  package mutating func overlap(
    of row: CandidateRow, instruction: String?
  ) -> EvaluationOverlap? {
    let overlap: EvaluationOverlap
    if let instruction {
      if let instance = row.parsed(as: Parse.Instance.self) {
        overlap = self.overlap(of: instance, instruction: instruction)
      } else if let input = row.parsed(as: Parse.Input.self)?.input {
        overlap = self.overlap(ofInput: input, instruction: instruction)
      } else {
        return nil
      }
    } else {
      guard let parse = row.parsed(as: Parse.Instruction.self) else { return nil }
      overlap = self.overlap(prompt: parse.instruction)
        .united(with: self.overlap(ofInput: parse.input ?? "", instruction: parse.instruction))
    }
    return overlap == EvaluationOverlap() ? nil : overlap
  }

  private mutating func overlap(
    of instance: Parse.Instance, instruction: String
  ) -> EvaluationOverlap {
    overlap(ofInput: instance.input, instruction: instruction)
      .united(with: EvaluationOverlap(covered: covered(by: pool.tokens(of: instance.output))))
  }

  private mutating func overlap(
    ofInput input: String, instruction: String
  ) -> EvaluationOverlap {
    if input.isEmpty { return EvaluationOverlap() }
    return overlap(prompt: input).united(with: overlap(prompt: instruction + "\n" + input))
  }

  private mutating func overlap(prompt: String) -> EvaluationOverlap {
    let tokens = pool.tokens(of: prompt)
    guard tokens.count >= Self.fewestWords else { return EvaluationOverlap() }
    let nearest = pool.match(of: tokens, above: EvaluationOverlap.lowestRecorded)
    return EvaluationOverlap(
      nearest: nearest.map { .init(text: places[$0.index], score: $0.f) },
      covered: covered(by: tokens))
  }

  private func covered(by tokens: [Int32]) -> EvaluationOverlap.Match? {
    grams.mostCovered(by: tokens).map { .init(text: places[$0.index], score: $0.share) }
  }
}

/// A file of evaluation texts.
enum EvaluationFile {
  /// The texts of each row, with the row's line.
  ///
  /// - Throws: `StorageError` for what cannot be read, by line.
  static func texts(
    of path: String, fields: [String]
  ) throws(StorageError) -> [(line: Int, text: String)] {
    var texts: [(line: Int, text: String)] = []
    try JSONRows.forEach(in: path) { row, line throws(JSONProblem) in
      texts += try Self.texts(of: row, fields).map { (line: line, text: $0) }
    }
    return texts
  }

  private static func texts(
    of row: JSONValue, _ fields: [String]
  ) throws(JSONProblem) -> [String] {
    guard let object = row.object else {
      throw JSONProblem(found: "the row is \(row.kind)", expected: "an object")
    }
    let values = fields.compactMap { name in object[name].map { (name: name, value: $0) } }
    if values.isEmpty {
      let names = fields.map(quoted).joined(separator: ", ")
      throw JSONProblem(
        found: "the row has none of the fields \(names)",
        expected: "one of them, or the names of others in the settings")
    }
    var texts: [String] = []
    for (name, value) in values where value != .null {
      let parts = value.array ?? [value]
      let strings = parts.compactMap(\.string)
      guard strings.count == parts.count else {
        throw JSONProblem(
          found: "'\(name)' is \(value.kind)", expected: "a string, or an array of strings")
      }
      texts += strings
    }
    return texts
  }
}
