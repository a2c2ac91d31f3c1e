import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Prompts
import Storage
import Synchronization
import TaskCorpus
import TestSupport
import Testing

/// The original method as its requests and decisions show it, against what its publication says.
@Suite struct PaperPresetTests {
  /// Requests in the order they were asked, by the beginning of what they are for.
  private static func requests(
    reply: @escaping @Sendable (GenerationRequest) -> ScriptedModel.Reply
  ) async throws -> (requests: [GenerationRequest], rehearsal: Rehearsal) {
    var rehearsal = try Rehearsal()
    rehearsal.configuration = GrowConfiguration(.paper)
    rehearsal.configuration.tasks = 3
    let seen = Mutex<[GenerationRequest]>([])
    let model = ScriptedModel { request in
      seen.withLock { $0.append(request) }
      return reply(request)
    }
    _ = try await rehearsal.grower(model).run()
    return (seen.withLock { $0 }, rehearsal)
  }

  private static func reply(to request: GenerationRequest) -> ScriptedModel.Reply {
    let text = request.prompt.text
    if request.maxNewTokens == 1024 {
      return ScriptedModel.Reply(
        """
         Tell me about the Bees of France
        10. Sing.
        11. Describe a picture of a harbour
        12. Is the weather Fine or Foul today?
        13. Write a program that counts
        14. Name five trees of the north:
        """)
    }
    if request.maxNewTokens == 3 {
      return ScriptedModel.Reply(text.contains("weather fine or foul today?\nIs") ? " Yes" : " No")
    }
    if text.hasSuffix("Task: Is the weather fine or foul today?\n") {
      return ScriptedModel.Reply("Class label: fine\nSun all day\nClass label: foul\nRain")
    }
    return ScriptedModel.Reply("Example 1\nInput: a\nOutput: b\nExample 2\nInput: a\nOutput: b")
  }

  @Test func `sampling counts and decoding are the original's`() async throws {
    let (requests, _) = try await Self.requests(reply: Self.reply)
    let lists = requests.filter { $0.maxNewTokens == 1024 }
    #expect(lists.count % 5 == 0)
    for request in lists {
      #expect(request.sampling.temperature == 0.7)
      #expect(request.sampling.topP == 0.5)
      #expect(request.sampling.presencePenalty == 2)
      #expect(request.sampling.frequencyPenalty == 0)
      #expect(request.stopStrings == ["\n\n", "\n16", "16.", "16 ."])
      let lines = request.prompt.text.split(separator: "\n")
      #expect(lines.count == 10)
      #expect(lines.last == "9.")
      #expect(lines[8].hasPrefix("8. "))
    }
    let questions = requests.filter { $0.maxNewTokens == 3 }
    #expect(!questions.isEmpty)
    for request in questions {
      #expect(request.sampling.temperature == 0)
      #expect(request.sampling.presencePenalty == 0)
      #expect(request.stopStrings == ["\n", "Task"])
    }
    let instances = requests.filter { [300, 350].contains($0.maxNewTokens) }
    for request in instances {
      #expect(request.sampling.temperature == 0)
      #expect(request.sampling.presencePenalty == 1.5)
      #expect(request.stopStrings == ["Example 6", "Task:"])
      // One classification task lowers the limit of its batch of five.
      #expect(request.maxNewTokens == 300)
    }
  }

  @Test func `items are parsed, written small and judged as by the original`() async throws {
    let (_, rehearsal) = try await Self.requests(reply: Self.reply)
    let events = try Ledger.read(rehearsal.corpus.ledgerPath).events
    var state = CorpusState(rules: try #require(LedgerFold(events).rules).rules.decoded())
    for event in events { state.receive(event) }
    let first = Array(state.items.prefix(6))
    #expect(
      first.map(\.instruction) == [
        "Tell me about the bees of france", "Sing.", "Describe a picture of a harbour",
        "Is the weather fine or foul today?", "Write a program that counts",
        "Name five trees of the north:",
      ])
    #expect(
      first.map { $0.verdict?.rule } == [nil, .length, .blacklist, nil, .beginning, nil])
    // The second prompt's items are those of the first again.
    #expect(state.items[6].verdict?.rule == .novelty)
  }

  @Test func `instances of a task are those that the original keeps`() async throws {
    let (_, rehearsal) = try await Self.requests(reply: Self.reply)
    let tasks = try JSONLines.read(rehearsal.corpus.tasksPath).map { line in
      try InstructionTask(json: try line.json())
    }
    let label = try #require(tasks.first { $0.isClassification == true })
    #expect(label.instances.map(\.output) == ["fine", "foul"])
    #expect(label.instances.map(\.input) == ["Sun all day", "Rain"])
    // What is said twice counts once.
    let other = try #require(tasks.first { $0.isClassification == false })
    #expect(other.instances.map(\.output) == ["b"])
  }
}

extension Prompt {
  /// The text to go on with; empty for a conversation.
  var text: String {
    if case .completion(let text) = self { text } else { "" }
  }
}
