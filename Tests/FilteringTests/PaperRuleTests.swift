import Filtering
import Testing

/// The original's decisions on instructions, worked out by hand from its published rules.
@Suite struct PaperRuleTests {
  @Test(
    arguments: [
      ("Name three rivers.", RuleName.length), ("Name three european rivers.", nil),
      (Array(repeating: "word", count: 150).joined(separator: " "), nil),
      (Array(repeating: "word", count: 151).joined(separator: " "), .length),
      ("Describe a picture of bees", .blacklist), ("Describe a picturesque old village", nil),
      ("Explain what a map-maker does", .blacklist), ("Say where people Go To rest", .blacklist),
      ("Draw a cat and a dog", .blacklist), ("Write a program that sorts", .beginning),
      ("Write programs that sort a list", nil), ("(a) name some rivers", .firstCharacter),
      ("Écris un petit poème", .firstCharacter), ("5 rivers of europe, named", nil),
      ("No full stop is needed here", nil), ("I am a question with no end", nil),
    ] as [(String, RuleName?)])
  func `an instruction is judged as by the original`(text: String, rule: RuleName?) {
    var rules = RuleSet.paper
    rules.blacklist.words = [
      "image", "images", "graph", "graphs", "picture", "pictures", "file", "files", "map", "maps",
      "draw", "plot", "go to",
    ]
    rules.beginning.words = ["Write a program"]
    let evidence = InstructionEvidence(finish: "stop", logProbability: -1, group: 1)
    #expect(rules.checks(instruction: text, evidence).dropping?.rule == rule)
  }
}
