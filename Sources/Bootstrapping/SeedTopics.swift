import Prompts
import TaskCorpus

/// The words of a seed that say what it is about.
package struct SeedTopics: Sendable {
  package let seed: String
  package let phrases: [String]

  /// Finds runs of one to three words that are no fillers and do not begin a sentence, in lower
  /// case; nil if there are none.
  init?(_ task: InstructionTask, fillers: Set<String>) {
    var found: [String] = []
    for text in [task.instruction, task.firstInput] {
      for phrase in Self.phrases(in: text, fillers) where !found.contains(phrase) {
        found.append(phrase)
      }
    }
    guard !found.isEmpty else { return nil }
    seed = task.id
    phrases = found
  }

  private static func phrases(in text: String, _ fillers: Set<String>) -> [String] {
    var phrases: [String] = []
    var run: [String] = []
    func close() {
      let phrase = run.joined(separator: " ")
      if (1...3).contains(run.count), phrase.count >= 4 { phrases.append(phrase) }
      run = []
    }
    var beginsSentence = true
    for piece in text.split(whereSeparator: \.isWhitespace) {
      let word = piece.drop { !$0.isLetter }.prefix { $0.isLetter || $0 == "-" || $0 == "'" }
      let isTopic = word.count > 2 && !beginsSentence && !fillers.contains(word.lowercased())
      if word.startIndex != piece.startIndex || !isTopic { close() }
      if isTopic { run.append(word.lowercased()) }
      if word.endIndex != piece.endIndex { close() }
      beginsSentence = piece.last.map { ".!?:".contains($0) } ?? false
    }
    close()
    return phrases
  }
}

/// The words of the seeds, by which one sees whether an instruction is of their world.
struct SeedVocabulary: Sendable {
  private let fillers: Set<String>
  private var stems: Set<Substring> = []

  init(_ seeds: [InstructionTask], fillers: Set<String>) {
    self.fillers = fillers
    for seed in seeds {
      for text in [seed.instruction] + seed.instances.flatMap({ [$0.input, $0.output] }) {
        stems.formUnion(stems(of: text))
      }
    }
  }

  /// Of the words of a text that are no fillers, the share that the seeds have, by their first
  /// five letters; 0 if it has none.
  func share(of text: String) -> Double {
    let found = stems(of: text)
    return found.isEmpty ? 0 : Double(found.count { stems.contains($0) }) / Double(found.count)
  }

  private func stems(of text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter }
      .filter { $0.count > 3 && !fillers.contains(String($0)) }
      .map { $0.prefix(5) }
  }
}

/// A noun of a seed, by the word before it.
package struct SeedNoun: Hashable, Sendable {
  package let seed: String
  package let word: String

  /// The nouns of all seeds, each once, in the order of the seeds.
  static func all(in seeds: [InstructionTask], _ prompt: OpenerPrompt) -> [SeedNoun] {
    var nouns: [SeedNoun] = []
    var seen: Set<String> = []
    for seed in seeds {
      let words = seed.instruction.split(whereSeparator: \.isWhitespace)
      for (before, piece) in zip(words, words.dropFirst())
      where prompt.beforeNouns.contains(before.lowercased()) {
        let word = String(piece.prefix(while: \.isLetter))
        let isNoun =
          word.count >= 4 && word == word.lowercased() && !prompt.fillers.contains(word)
          && !prompt.notNounEndings.contains(where: word.hasSuffix)
        if isNoun, seen.insert(word).inserted { nouns.append(SeedNoun(seed: seed.id, word: word)) }
      }
    }
    return nouns
  }
}
