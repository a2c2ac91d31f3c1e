import LanguageModels
import Prompts
import Testing

@Suite struct JudgePromptTests {
  @Test(arguments: [
    ("Score: 4", 4), ("5", 5), (" 3\n\nBecause it is short.", 3), ("**Score:** 2/5", 2),
    ("score:[1]", 1), ("First I thought Score: 1, but then: Score: 4.", 4), ("Score: 4.", 4),
    ("Score: 4.5", nil), ("Score: 42", nil), ("Score: 0", nil), ("Score: 6", nil), ("", nil),
    ("It is good.", nil), ("Score: four", nil), ("Score: \u{0663}", nil), ("Score:", nil),
    ("5 reasons why this is bad: first", nil), ("1. The answer is right.", nil),
    ("Score: 5/10", nil), ("Score: 5 stars out of 10", nil), ("Score: 5%", nil),
    ("Score: 3-4", nil), ("Score: 1e9", nil), ("{\"score\": 5}", 5), ("<score>4</score>", 4),
    ("Score: \"2\"", 2), ("Score: 4 out of 5", 4), ("Score: 4 / 5", 4), ("2 plus 2 is 4", nil),
    ("Score: 4\n\nI would keep the score low.", 4), ("3/5", 3), ("4.", 4), ("7 of 10", nil),
    ("Score: 3,5", nil), ("Score: 5, as it is right", 5),
  ])
  func `a score is a whole number from 1 to 5`(completion: String, score: Int?) throws {
    #expect(try PromptSet.builtIn().judge.score(in: completion) == score)
  }

  @Test func `what is judged stands in the prompt, with its input if it has one`() throws {
    let judge = try PromptSet.builtIn().judge
    let prompt = judge.prompt(
      instruction: "Name a river.", input: "", output: "The {input} Rhine.", form: .chat)
    guard case .chat(let turns, let open) = prompt else { return #expect(Bool(false)) }
    #expect(turns.map(\.role) == [.system, .user] && open == ChatTurn(.assistant, ""))
    let text = turns[1].content
    #expect(text.contains("Name a river.") && text.contains("The {input} Rhine."))
    #expect(!text.contains("Input:"))
    let plain = judge.prompt(
      instruction: "Summarize.", input: "A long text.", output: "Short.", form: .completion)
    guard case .completion(let text) = plain else { return #expect(Bool(false)) }
    #expect(text.contains("Input:\nA long text.") && text.hasSuffix("Score:"))
    #expect(judge.stopStrings(.completion) == ["\n"] && judge.stopStrings(.chat).isEmpty)
  }

  @Test func `the judge's prompt has a version of its own`() throws {
    let files = try PromptSet.builtIn().files.map { file in
      file.name == "judge" ? try PromptFile(name: "judge", text: file.text + "# other\n") : file
    }
    let (set, builtIn) = (try PromptSet(files: files), try PromptSet.builtIn())
    #expect(set.hash == builtIn.hash && set.judge.hash != builtIn.judge.hash)
  }
}
