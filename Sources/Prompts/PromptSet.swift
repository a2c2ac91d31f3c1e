import Foundation
import Storage

/// All prompts of a project, read from the files that people edit.
package struct PromptSet: Hashable, Sendable {
  /// The files behind the prompts, sorted by name.
  package let files: [PromptFile]
  package let words: PromptWords
  package let instructionList: InstructionListPrompt
  package let opener: OpenerPrompt
  package let classification: QuestionPrompt
  package let inputNeed: QuestionPrompt
  package let inputFirst: InputFirstPrompt
  package let outputFirst: OutputFirstPrompt
  package let input: InputPrompt
  package let labels: LabelsPrompt
  package let labelledInput: LabelledInputPrompt
  package let answer: AnswerPrompt
  package let judge: JudgePrompt

  /// What the files of a set are called, without `.txt`, sorted.
  package static let names = [
    "answer", "classification", "input", "input-first", "input-need", "instruction-list", "judge",
    "labelled-input", "labels", "opener", "output-first", "words",
  ]

  /// Makes a set of files, one of each name.
  ///
  /// - Throws: `PromptError` naming the first file and section that is wrong.
  package init(files: [PromptFile], from folder: String = "the built-in prompts")
    throws(PromptError)
  {
    func file(_ name: String) throws(PromptError) -> PromptFile {
      guard let file = files.first(where: { $0.name == name }) else {
        throw .missingFile(folder: folder, file: name + ".txt")
      }
      return file
    }
    for file in files where !Self.names.contains(file.name) {
      throw .unknownFile(
        folder: folder, file: file.name + ".txt", expected: Self.names.map { $0 + ".txt" })
    }
    self.files = files.sorted { $0.name < $1.name }
    words = try PromptWords(file("words"))
    instructionList = try InstructionListPrompt(file("instruction-list"))
    opener = try OpenerPrompt(file("opener"))
    classification = try QuestionPrompt(file("classification"))
    inputNeed = try QuestionPrompt(file("input-need"))
    inputFirst = try InputFirstPrompt(file("input-first"))
    outputFirst = try OutputFirstPrompt(file("output-first"))
    input = try InputPrompt(file("input"))
    labels = try LabelsPrompt(file("labels"))
    labelledInput = try LabelledInputPrompt(file("labelled-input"))
    answer = try AnswerPrompt(file("answer"))
    judge = try JudgePrompt(file("judge"))
  }

  /// The prompts that come with the program, in English.
  ///
  /// - Throws: `PromptError` if the program itself is wrong; a test reads them all.
  package static func builtIn() throws(PromptError) -> PromptSet { try builtInSet.get() }

  private static let builtInSet = Result<PromptSet, PromptError> { () throws(PromptError) in
    var files: [PromptFile] = []
    for (name, text) in BuiltInPrompts.files {
      files.append(try PromptFile(name: name, text: text))
    }
    return try PromptSet(files: files)
  }

  /// Reads the `.txt` files of a folder; a prompt without a file there is the built-in one.
  ///
  /// - Throws: `StorageError` for a folder or file that cannot be read, `PromptError` for what is
  ///   wrong in one.
  package static func read(_ folder: String) throws -> PromptSet {
    let manager = FileManager.default
    guard manager.fileExists(atPath: folder) else { throw StorageError.missing(path: folder) }
    guard let entries = try? manager.contentsOfDirectory(atPath: folder) else {
      throw StorageError.wrongKind(path: folder, is: "a file", expected: "a directory of prompts")
    }
    var files: [PromptFile] = []
    for entry in entries.sorted() {
      guard entry.hasSuffix(".txt"), !entry.hasPrefix(".") else { continue }
      let path = folder + "/" + entry
      var text = ""
      var reader = try LineReader(path)
      while let line = try reader.next() { text += try line.text() + "\n" }
      files.append(try PromptFile(name: String(entry.dropLast(4)), text: text, in: folder))
    }
    for file in try builtIn().files where !files.contains(where: { $0.name == file.name }) {
      files.append(file)
    }
    return try PromptSet(files: files, from: folder)
  }

  /// Writes every file into a folder, which is made if needed; files of these names are replaced.
  ///
  /// - Throws: `StorageError` if the folder cannot be made or written.
  package func write(to folder: String) throws {
    try OpenFile.makeFolder(folder)
    for file in files {
      try AtomicFile.write(file.text, to: folder + "/" + file.name + ".txt")
    }
  }

  /// The names of the files that say something else than another set's.
  package func differences(from other: PromptSet) -> [String] {
    files.filter { file in !other.files.contains(file) }.map(\.name)
  }

  /// A hash over names and texts of all files that are asked with in every round: the version of
  /// the prompts. The judge's has a version of its own, as most rounds have no judge.
  package var hash: String {
    var hash = ContentHash()
    for file in files where file.name != "judge" {
      hash.update(Array("\(file.name)\n\(file.text.utf8.count)\n\(file.text)".utf8))
    }
    return hash.hex
  }

  /// The hash of each file's text by name, in the order of the files.
  package var hashes: [(name: String, hash: String)] {
    files.map { ($0.name, $0.hash) }
  }
}
