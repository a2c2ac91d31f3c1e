import Prompts
import TaskCorpus

/// The words of a seed that say what it is about.
package struct SeedTopics: Sendable {
  package let seed: String
  package let phrases: [String]

  /// Finds runs of one to three words that are no fillers and do not begin a sentence; nil if
  /// there are none.
  init?(_ task: InstructionTask, fillers: Set<String>) {
    var phrases: [String] = []
    var run: [Substring] = []
    func close() {
      let phrase = run.joined(separator: " ")
      if (1...3).contains(run.count), phrase.count >= 4, !phrases.contains(phrase) {
        phrases.append(phrase)
      }
      run = []
    }
    var beginsSentence = true
    for piece in task.instruction.split(whereSeparator: \.isWhitespace) {
      let word = piece.drop { !$0.isLetter }.prefix { $0.isLetter || $0 == "-" || $0 == "'" }
      let isTopic = word.count > 2 && !beginsSentence && !fillers.contains(word.lowercased())
      if isTopic, piece.first?.isLetter == true { run.append(word) } else { close() }
      if word.endIndex != piece.endIndex { close() }
      beginsSentence = piece.last.map { ".!?:".contains($0) } ?? false
    }
    close()
    guard !phrases.isEmpty else { return nil }
    seed = task.id
    self.phrases = phrases
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
        let isNoun = word.count >= 4 && word == word.lowercased() && !prompt.fillers.contains(word)
        if isNoun, seen.insert(word).inserted { nouns.append(SeedNoun(seed: seed.id, word: word)) }
      }
    }
    return nouns
  }
}
