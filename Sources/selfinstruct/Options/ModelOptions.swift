import ArgumentParser
import Bootstrapping
import HTTPModels
import Kernels
import LanguageModels
import LocalModels
import Projects
import Storage

/// Which model runs, and on what.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The model: 'smollm2', a GGUF file, a Hugging Face directory or an adapter's; where text is \
      asked for, also an endpoint such as http://localhost:8000/v1 (default: smollm2).
      """, valueName: "name, path or address"))
  var model: String?

  @Option(
    parsing: .unconditional,
    help: "Processor cores to use (default: all); results do not depend on it.")
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: "Texts in flight at once (default: 64); results do not depend on it."
  )
  var concurrency: Int?

  @Option(
    help: ArgumentHelp(
      "Memory for keys and values, such as 500M (default: 4G); results do not depend on it.",
      valueName: "size"))
  var kvMemory: ByteCount?

  @Option(help: "What products are computed in: auto, bf16 or f32 (default: auto).")
  var precision: PrecisionChoice?

  @Option(help: ArgumentHelp("Write statistics as JSON to a file.", valueName: "file"))
  var stats: String?

  func validate() throws {
    guard stats != "" else { throw ValidationError("--stats: is empty; expected a path") }
    do {
      try engine(.empty).validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// The model that flags, or else the project, name.
  ///
  /// - Parameter isRoleThere: Whether another model is at an endpoint.
  func choice(
    _ endpoints: EndpointOptions, isRoleThere: Bool = false, in project: Project
  ) throws -> ModelChoice {
    let named = try endpoints.endpoints(
      model, concurrency: concurrency, isRoleThere: isRoleThere, in: project)
    if let named {
      return .endpoints(named, endpoints.patience(project.file))
    }
    return .local(try Self.reference(model, in: project))
  }

  /// The model of this machine that a flag, or else the project, or else the default names; where
  /// the project names an endpoint, the embedded one.
  ///
  /// - Throws: `EarlyEnd` for a flag that names an endpoint.
  static func reference(_ flag: String?, in project: Project) throws -> ModelReference {
    if let flag {
      if EndpointURL.isMeant(by: flag) {
        throw EarlyEnd(
          code: .misused,
          message:
            "error: --model: \(quoted(flag)) is an endpoint; expected a model of this machine")
      }
      return try ModelReference(flag)
    }
    guard let setting = project.file.text("model"), !EndpointURL.isMeant(by: setting) else {
      return .embedded
    }
    return try ModelReference(
      inProject: setting, project, namedBy: "\(ProjectFile.name): \"model\"", isFlag: false)
  }

  /// How the engine runs: flags, or else the project, or else the defaults.
  func engine(_ file: ProjectFile) -> EngineConfiguration {
    var engine = EngineConfiguration()
    engine.threads = threads ?? file.integer("threads") ?? engine.threads
    engine.concurrency = concurrency ?? file.integer("concurrency") ?? engine.concurrency
    let memory = file.text("kvMemory").flatMap { ByteCount($0) }
    engine.kvMemory = kvMemory ?? memory ?? engine.kvMemory
    let setting = file.text("precision").flatMap(PrecisionChoice.init)
    engine.precision = precision ?? setting ?? engine.precision
    return engine
  }

  /// Loads the model, or connects with its endpoints.
  func session(
    _ choice: ModelChoice, in project: Project
  ) async throws -> ModelSession {
    switch choice {
    case .local(let reference): try local(reference, in: project).session
    case .endpoints(let endpoints, let patience):
      try await ModelSession.connecting(endpoints, patience)
    }
  }

  /// Loads or connects with each model; one of this machine that has two roles only once.
  func sessions(
    _ choices: ModelRoles<ModelChoice>, in project: Project
  ) async throws -> (roles: ModelRoles<ModelSession>, all: [ModelSession]) {
    var all: [(choice: ModelChoice, session: ModelSession)] = []
    func session(_ choice: ModelChoice) async throws -> ModelSession {
      if let known = all.first(where: { $0.choice.isSameModel(as: choice) }) {
        return known.session
      }
      let new = try await self.session(choice, in: project)
      all.append((choice, new))
      return new
    }
    func session(_ choice: ModelChoice?, _ role: ModelRole) async throws -> ModelSession? {
      guard let choice else { return nil }
      do {
        return try await session(choice)
      } catch let error as EndpointError {
        throw EarlyEnd(code: .failed, message: "error: \(error.text(role.flags))")
      }
    }
    let author = try await session(choices.author)
    let answerer = try await session(choices.answerer, .answerer)
    let judge = try await session(choices.judge, .judge)
    return (ModelRoles(author, answerer: answerer, judge: judge), all.map(\.session))
  }

  /// The same, ended by the first signal.
  func interruptibleSessions(
    _ choices: ModelRoles<ModelChoice>, in project: Project
  ) async throws -> (roles: ModelRoles<ModelSession>, all: [ModelSession]) {
    do {
      return try await Interruption.cancelling {
        let sessions = try await sessions(choices, in: project)
        // Loading a model of this machine does not notice.
        try Task.checkCancellation()
        return sessions
      }
    } catch is CancellationError {
      throw EarlyEnd(code: .stopped, message: "stopped before anything was asked")
    }
  }

  /// What a model can do, without asking it anything: an endpoint is taken for one that chats
  /// unless told otherwise.
  func unasked(_ choice: ModelChoice, in project: Project) throws -> any LanguageModel {
    switch choice {
    case .local(let reference): return try local(reference, in: project).model
    case .endpoints(let endpoints, _):
      return UnaskedModel(
        capabilities: HTTPModel.capabilities(by: endpoints.first?.api ?? .chat),
        identity: HTTPModel.identity(of: endpoints))
    }
  }

  /// Loads a model of this machine.
  func local(
    _ reference: ModelReference, in project: Project
  ) throws -> (session: ModelSession, model: LocalModel) {
    let engine = engine(project.file)
    try engine.validate()
    return try ModelSession.loading(reference, engine.onCores)
  }
}

/// What a user means by a model.
enum ModelChoice: Sendable {
  case local(ModelReference)
  case endpoints([Endpoint], EndpointPatience)

  /// Whether both are one model of this machine.
  func isSameModel(as other: ModelChoice) -> Bool {
    guard case .local(let own) = self, case .local(let others) = other else { return false }
    return own == others
  }
}

extension PrecisionChoice: ExpressibleByArgument {}

extension ByteCount: ExpressibleByArgument {
  /// A size as `ByteCount` reads it.
  public init?(argument: String) { self.init(argument) }
}
