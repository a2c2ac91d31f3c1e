import ArgumentParser
import Kernels
import LocalModels
import Projects
import Storage

/// Which model runs, and on what.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model: 'smollm2', a GGUF file, a Hugging Face directory or an adapter's (default: smollm2).",
      valueName: "name or path"))
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
  func reference(in project: Project) throws -> ModelReference {
    try Self.reference(model, in: project)
  }

  /// The model that a flag, or else the project, or else the default names.
  static func reference(_ flag: String?, in project: Project) throws -> ModelReference {
    if let flag { return try ModelReference(flag) }
    guard let setting = project.file.text("model") else { return .embedded }
    let isName = setting == ModelReference.embeddedName
    return try ModelReference(
      isName ? setting : project.path(setting), namedBy: "\(ProjectFile.name): \"model\"")
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

  /// Loads the model. More threads than cores would only wait for each other: they are not started.
  func session(in project: Project) throws -> ModelSession {
    var engine = engine(project.file)
    try engine.validate()
    engine.threads = min(engine.threads, EngineConfiguration().threads)
    return try ModelSession(reference(in: project), engine)
  }
}

extension PrecisionChoice: ExpressibleByArgument {}

extension ByteCount: ExpressibleByArgument {
  /// A size as `ByteCount` reads it.
  public init?(argument: String) { self.init(argument) }
}
