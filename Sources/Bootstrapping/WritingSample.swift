import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus

/// New instructions that a model writes from the seeds alone, to be held against those of another one;
/// writes nothing.
package enum WritingSample {
  /// An instruction, the number of the request that it answers, and whether the rules accept it.
  package typealias Instruction = (request: Int, text: String, isAccepted: Bool)

  /// Asks so many requests of the instruction stage, with the prompts and draws of a first round.
  ///
  /// The same seeds, settings and count make the same prompts, whatever the model.
  ///
  /// - Throws: Whatever the model fails with.
  package static func write(_ grower: Grower, requests: Int) async throws -> [Instruction] {
    try grower.checkSeeds()
    var configuration = grower.configuration
    configuration.waves.requests = requests
    configuration.waves.inFlight = 1
    configuration.tasks = max(configuration.tasks, requests + 1)
    // Rules that hold instructions against each other's likelihood keep a share of any model's.
    configuration.instructions.ranking = .generation
    configuration.rules.likelihood.severity = .off
    configuration.rules.doubt.severity = .off
    var corpus = CorpusState(
      rules: configuration.rules, pool: InstructionPool(tokenizer: .unicode))
    corpus.receive(.seeds(grower.seedsRow))
    let context = GrowContext(
      configuration: configuration, prompts: grower.prompts, seeds: grower.seeds,
      models: grower.models.map(ModelProfile.init), round: 1)
    var state = BootstrapState(context, corpus: corpus, taken: [])
    guard var wave = state.nextWave() else { return [] }
    // What examples suggest to a model decides about instances, not about instructions.
    wave.asks.removeAll { $0.key.stage != .instruction }
    state.inFlight = [wave]
    _ = try state.commit(try await grower.answers(to: wave, round: 1))
    return state.corpus.items.compactMap { item in
      guard item.row.stage == Stage.instruction.rawValue, item.row.request < requests else {
        return nil
      }
      return (item.row.request, item.instruction, item.checks.dropping == nil)
    }
  }
}
