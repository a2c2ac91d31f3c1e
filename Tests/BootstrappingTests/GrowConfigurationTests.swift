import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Prompts
import Storage
import TaskCorpus
import Testing

@Suite struct GrowConfigurationTests {
  @Test(arguments: GrowConfiguration.Preset.allCases)
  func `a preset is valid and survives being written`(preset: GrowConfiguration.Preset) throws {
    let configuration = GrowConfiguration(preset)
    #expect(configuration.validate().isEmpty)
    let read: GrowConfiguration = try JSONValue(encoding: configuration).decoded()
    #expect(read == configuration)
  }

  @Test func `all problems are reported at once`() {
    var configuration = GrowConfiguration()
    configuration.tasks = 0
    configuration.waves.inFlight = 3
    configuration.instructions.inputShare = 0.5
    configuration.instructions.labelShare = 0.75
    configuration.answers.sampling.temperature = -.infinity
    configuration.rules.novelty.maximum = 1.5
    #expect(
      configuration.validate() == [
        "tasks: is 0; expected at least 1",
        "waves.inFlight: is 3; expected 1 to 2",
        "instructions.inputShare + labelShare: is 1.25; expected 0 to 1",
        "answers.temperature: is -inf; expected 0 or more",
        "rules.novelty.maximum: is 1.5; expected 0 to 1",
      ])
  }

  @Test func `a model without conversations is asked for lists, but for what was asked expressly`()
  {
    var configuration = GrowConfiguration()
    configuration.instructions.sampling.temperature = 0.9
    configuration.waves.requests = 7
    configuration.classification.maxNewTokens = 9
    let writer = ModelCapabilities(
      scores: false, choosesAmong: false, completes: true, chats: false, continuesAnyTurn: false,
      languages: [], contextLength: 0)
    let paper = GrowConfiguration(.paper)
    let free = configuration.adapted(to: ModelRoles(writer), given: [])
    #expect(free.instructions.sampling == paper.instructions.sampling)
    #expect(free.instructions.method == .list && !free.instructions.lowercases)
    #expect(free.classification == paper.classification && free.waves.requests == 5)
    let given = configuration.adapted(
      to: ModelRoles(writer),
      given: [
        "instructions.sampling.temperature", "waves.requests", "classification.maxNewTokens",
      ])
    #expect(given.instructions.sampling.temperature == 0.9 && given.waves.requests == 7)
    #expect(given.instructions.sampling.topP == paper.instructions.sampling.topP)
    #expect(given.instructions.method == .list && given.classification.maxNewTokens == 9)
    #expect(
      configuration.adapted(to: ModelRoles(writer), given: ["instructions.method"]).waves.requests
        == 7)
  }

  @Test func `lists of words come from the prompt files unless they are given`() throws {
    var configuration = GrowConfiguration()
    configuration.rules.beginning.words = ["Please"]
    let resolved = configuration.resolved(for: .english, prompts: try PromptSet.builtIn())
    #expect(resolved.rules.beginning.words == ["Please"])
    #expect(resolved.rules.blacklist.words.contains("images"))
    #expect(resolved.rules.length.unit == .words)
  }

  @Test func `a language without spaces is measured in characters`() throws {
    let resolved = GrowConfiguration().resolved(
      for: Language("zh"), prompts: try PromptSet.builtIn())
    #expect(resolved.rules.length.unit == .characters)
    #expect(resolved.rules.length.minimum == 8)
  }
}
