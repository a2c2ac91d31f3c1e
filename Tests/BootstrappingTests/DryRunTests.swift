import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Synchronization
import TaskCorpus
import Testing

@Suite struct DryRunTests {
  @Test func `every stage is shown, nothing is asked and nothing is written`() throws {
    var rehearsal = try Rehearsal()
    rehearsal.seeds += [Self.colours]
    let requests = try DryRun.requests(of: rehearsal.grower(Self.mute(.everything)))
    let stages = requests.map { "\($0.stage.rawValue) \($0.kind.rawValue)" }
    #expect(
      Set(stages) == [
        "instruction open", "instruction input", "instruction label", "ranking open",
        "ranking input", "ranking label", "answer open", "answer input", "labelled-input label",
        "label label",
      ])
    // After examples, and as the answer to a request; and which of the two a label fits.
    #expect(stages.count { $0 == "labelled-input label" } == 2)
    #expect(stages.count { $0 == "label label" } == 2 && stages.count == Set(stages).count + 2)
    #expect(requests.allSatisfy { ($0.scored == nil) == ($0.limit != nil) && !$0.prompt.isEmpty })
    let instructions = requests.filter { $0.stage == .instruction }
    #expect(instructions.reduce(0) { $0 + $1.count } == 16)
    let answer = try #require(requests.first { $0.stage == .answer && $0.kind == .input })
    #expect(answer.prompt.contains("Summarize the following letter."))
    #expect(answer.prompt.contains("Dear Ann, I am well."))
    #expect(answer.count == rehearsal.configuration.answers.samples)
    #expect(!FileManager.default.fileExists(atPath: rehearsal.corpus.path))
  }

  @Test func `a model that only writes is shown its own stages`() throws {
    var rehearsal = try Rehearsal()
    rehearsal.seeds += [Self.colours]
    var writer = ModelCapabilities.everything
    (writer.scores, writer.chats, writer.continuesAnyTurn) = (false, false, false)
    let requests = try DryRun.requests(of: rehearsal.grower(Self.mute(writer)))
    let stages = Set(requests.map(\.stage))
    #expect(stages.contains(.classification) && stages.contains(.inputNeed))
    #expect(stages.contains(.input) && stages.contains(.answer))
    #expect(requests.allSatisfy { $0.scored == nil })
  }

  @Test func `a small round and questions by likelihood hide no stage`() throws {
    var rehearsal = try Rehearsal()
    rehearsal.seeds += [Self.colours]
    rehearsal.configuration.tasks = 1
    rehearsal.configuration.classification.method = .likelihood
    rehearsal.configuration.inputNeed.method = .likelihood
    let stages = try DryRun.requests(of: rehearsal.grower(Self.mute(.everything))).map(\.stage)
    #expect(
      Set(stages).isSuperset(of: [
        .instruction, .calibration, .ranking, .classification, .inputNeed, .labelledInput, .label,
        .answer,
      ]))
  }

  @Test func `the prompts for new instructions are those that the round then asks`() async throws {
    let rehearsal = try Rehearsal()
    let shown = try DryRun.requests(of: rehearsal.grower(Rehearsal.model()))
      .filter { $0.stage == .instruction }
    let asked = Mutex<Set<String>>([])
    let model = Rehearsal.model { request in
      _ = asked.withLock { $0.insert(request.prompt.readable) }
    }
    _ = try await rehearsal.grower(model).run()
    #expect(shown.count == 3)
    for request in shown { #expect(asked.withLock { $0.contains(request.prompt) }) }
  }

  private static let colours = InstructionTask(
    id: "s9", instruction: "Say whether the colour is warm or cold.",
    instances: [
      TaskInstance(input: "red", output: "warm"), TaskInstance(input: "blue", output: "cold"),
    ], isClassification: true)

  /// A model that takes any question for a failure.
  private static func mute(_ capabilities: ModelCapabilities) -> ScriptedModel {
    ScriptedModel(
      capabilities: capabilities,
      logProbability: { _ in
        Issue.record("a likelihood was asked for")
        return 0
      },
      reply: { _ in
        Issue.record("a text was asked for")
        return ScriptedModel.Reply("")
      })
  }
}

@Suite struct GrowForecastTests {
  @Test func `a forecast goes by the last rounds of the same model`() async throws {
    let rehearsal = try Rehearsal()
    let model = Rehearsal.model()
    let first = GrowForecast(for: 100, of: rehearsal.corpus, models: ModelRoles(model.identity))
    #expect(first.rounds == [] && first.seconds == nil && first.promptTokens == 428_400)
    let outcome = try await rehearsal.grower(model).run(rounds: 2)
    let forecast = GrowForecast(for: 24, of: rehearsal.corpus, models: ModelRoles(model.identity))
    #expect(forecast.rounds == [1, 2] && outcome.tasks == 12)
    #expect(forecast.promptTokens == Double(2 * outcome.promptTokens))
    #expect(forecast.tokens == Double(2 * outcome.tokens))
    let other = ModelIdentity(name: "other", fingerprint: "x", precision: "")
    #expect(GrowForecast(for: 24, of: rehearsal.corpus, models: ModelRoles(other)).rounds == [])
  }

  @Test func `limits allow a share of what is wanted`() throws {
    let corpus = CorpusDirectory("/nowhere")
    let model = ModelIdentity(name: "m", fingerprint: "m", precision: "")
    let forecast = GrowForecast(for: 1000, of: corpus, models: ModelRoles(model))
    var limits = SpendingLimits()
    let now = Date(timeIntervalSince1970: 0)
    #expect(forecast.affordable(limits, now: now) == nil)
    limits.tokens = 513_600
    #expect(forecast.affordable(limits, now: now) == 100)
    (limits.priceIn, limits.priceOut, limits.cost) = (1, 10, 1.281)
    #expect(abs(forecast.cost(limits) - 12.804) < 1e-9)
    limits.tokens = nil
    #expect(forecast.affordable(limits, now: now) == 100)
    // Nothing is known of the time of a first round.
    limits.cost = nil
    limits.end = (now, .deadline)
    #expect(forecast.affordable(limits, now: now) == nil)
  }
}
