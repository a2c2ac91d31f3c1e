import Foundation
import Prompts
import TestSupport
import Testing

@Suite struct PromptSetTests {
  @Test func `the built-in prompts are complete and valid`() throws {
    let set = try PromptSet.builtIn()
    #expect(set.files.map(\.name) == PromptSet.names)
    #expect(set.words.blacklist.contains("go to"))
    #expect(set.instructionList.stopStrings == ["\n\n", "\n16", "16.", "16 ."])
    #expect(set.classification.stopStrings == ["\n", "Task"])
    #expect(set.inputFirst.stopStrings == ["Example 6", "Task:"])
    #expect(set.outputFirst.stopStrings == ["Example 6", "Task:"])
  }

  @Test func `written prompts are read back the same`() throws {
    let folder = try TemporaryDirectory()
    let set = try PromptSet.builtIn()
    try set.write(to: folder.path + "/prompts")
    let read = try PromptSet.read(folder.path + "/prompts")
    #expect(read.differences(from: set).isEmpty)
    #expect(read.hash == set.hash)
  }

  @Test func `a changed file is named and changes the hash`() throws {
    let folder = try TemporaryDirectory()
    let set = try PromptSet.builtIn()
    let file = try #require(set.files.first { $0.name == "classification" })
    let german = file.text.replacing("[yes]\nYes", with: "[yes]\nJa")
    #expect(german != file.text)
    try folder.write(german, to: "classification.txt")
    let read = try PromptSet.read(folder.path)
    #expect(read.differences(from: set) == ["classification"])
    #expect(read.hash != set.hash)
    #expect(read.classification.isYes(" ja ", strictly: true))
    #expect(!read.classification.isYes("Yes", strictly: true))
  }

  @Test func `folders that hold no prompts are refused`() throws {
    let folder = try TemporaryDirectory()
    #expect(throws: (any Error).self) { _ = try PromptSet.read(folder.path + "/none") }
    try folder.write("[a]\n", to: "clasification.txt")
    let error = #expect(throws: PromptError.self) { _ = try PromptSet.read(folder.path) }
    #expect(error?.description.contains("'clasification.txt' is no prompt") == true)
  }

  @Test func `a list may be of another language by its file alone`() throws {
    var files = try PromptSet.builtIn().files.filter { $0.name != "words" }
    let words = try #require(try PromptSet.builtIn().files.first { $0.name == "words" })
    let changed = words.text.replacing("(graph|graphs)", with: "(Bild|Bilder) malen")
    files.append(try PromptFile(name: "words", text: changed))
    let set = try PromptSet(files: files)
    #expect(set.words.blacklist.contains("Bilder malen"))
    #expect(set.words.blacklist.contains("Bild malen"))
    #expect(!set.words.blacklist.contains("graph"))
  }
}
