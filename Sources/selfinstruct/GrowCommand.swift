import ArgumentParser
import Bootstrapping
import LanguageModels
import Projects
import Storage

/// `selfinstruct grow`: let the model make up new tasks.
struct GrowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grow",
    abstract: "Let the model make up new tasks, round by round.",
    discussion: """
      A round ends with exactly the number of tasks asked for, each with an instance or more. What \
      was interrupted goes on where it was with the same command; an unfinished round counts as \
      the first and keeps the settings it was opened with, until it is full or --close-round ends \
      it. Same seed, same corpus, whatever the number of threads.

      With --finetune a model learns from the whole corpus and the seeds after each round. It is held \
      against the one before by tasks that are never trained on or shown: it takes its place \
      (generated/main/models/promoted) if the held-out loss is lower with 95 % confidence and nothing \
      else is worse by more than a margin ("gate" in selfinstruct.json), and where it is --model that \
      is trained, writes the next round. A last round that was grown or imported without --finetune \
      is trained on first, and counts. A round \
      trains in one pass (--epochs), the embedded model at a rate of 2e-4. What was decided and why \
      stands in the round's manifest and in 'selfinstruct report'.
      """)

  @Option(
    parsing: .unconditional,
    help:
      "Rounds to make, an unfinished one included; 0 only completes what is kept and has no instances (default: 1)."
  )
  var rounds: Int?

  @Option(parsing: .unconditional, help: "New tasks of a round (default: 100).")
  var tasks: Int?

  @Option(parsing: .unconditional, help: "What all chance is drawn from (default: 42).")
  var seed: UInt64?

  @Option(
    help: "'default' for small instruct models, 'paper' for Self-Instruct (2022) as published.")
  var preset: GrowConfiguration.Preset?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Show each stage on so many real prompts and write nothing.", valueName: "count"))
  var preview: Int?

  @Flag(
    help: """
      Show what each stage would ask, with seeds standing for the model's answers, and what the run \
      would take; asks the model nothing and writes nothing.
      """)
  var dryRun = false

  @Flag(help: "End an unfinished round with the tasks it has.")
  var closeRound = false

  @Flag(
    help: """
      Run unattended: add a line to the corpus's nightly.jsonl, and end with 0 when a limit that was \
      planned stopped it.
      """)
  var night = false

  @Flag(
    help: """
      Ask for nothing new, but for other answers to the tasks there are, where another model than \
      --answer-model (else --model) has answered; the old ones stay in the ledger.
      """)
  var answersOnly = false

  @Flag(help: "Write a summary (with --preview, the steps) as JSON.")
  var json = false

  @OptionGroup(title: "Corpus") var corpus: CorpusOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Endpoint") var endpoint: EndpointOptions
  @OptionGroup(title: "Other models") var roles: RoleOptions
  @OptionGroup(title: "Rounds that train") var improvement: ImprovementOptions
  @OptionGroup(title: "Training, with --finetune") var training: TrainingOptions

  func validate() throws {
    if let rounds, rounds < 0 {
      throw ValidationError("--rounds: \(rounds); expected 0 or more")
    }
    if rounds == 0, limits.target != nil {
      throw ValidationError("--target: --rounds 0 makes nothing new; expected one of them")
    }
    if rounds == 0, tasks != nil {
      throw ValidationError("--tasks: --rounds 0 makes nothing new; expected one of them")
    }
    try validateTraining()
    let wishes = [
      ("--finetune", improvement.finetune), ("--rounds", rounds != nil), ("--tasks", tasks != nil),
      ("--target", limits.target != nil),
      ("--preview", preview != nil), ("--close-round", closeRound),
    ].filter(\.1).map(\.0)
    if answersOnly, let wish = wishes.first {
      throw ValidationError("\(wish): --answers-only makes nothing new; expected one of them")
    }
    if let tasks, tasks < 1 { throw ValidationError("--tasks: \(tasks); expected 1 or more") }
    if let preview, !(1...1000 ~= preview) {
      throw ValidationError("--preview: \(preview); expected 1 to 1000")
    }
    if rounds == 0, dryRun {
      throw ValidationError("--dry-run: --rounds 0 makes nothing new; expected one of them")
    }
    let ways = [
      ("--preview", preview != nil), ("--dry-run", dryRun), ("--close-round", closeRound),
      ("--night", night),
    ].filter(\.1).map(\.0)
    guard ways.count < 2 else {
      throw ValidationError(
        "grow: \(ways[0]) and \(ways[1]) are given; expected one of them, or none")
    }
  }

  /// Training is for rounds that make something new.
  private func validateTraining() throws {
    if improvement.finetune, rounds == 0 {
      throw ValidationError("--finetune: --rounds 0 makes nothing new; expected one of them")
    }
    guard !improvement.finetune, let key = training.settings.keys.min() else { return }
    let flag = TrainingOptions.flagName(key)
    throw ValidationError("--\(flag): goes with --finetune; expected both")
  }

  func run() async throws {
    let project = try Project()
    if closeRound { return try GrowRun.closeRound(corpus.directory(in: project), asJSON: json) }
    let plan = try plan(in: project)
    if dryRun { return try showRequests(of: plan, in: project) }
    if let improving = plan.improving, preview == nil {
      return try await ImprovementRun(
        setup: improving, choices: plan.choices, account: plan.account, asJSON: json,
        isNight: night, stats: model.stats
      ) { try await sessions($0, plan.account, in: project) }
      .run(rounds: plan.rounds, target: limits.target)
    }
    try await grow(plan, in: project)
  }

  /// What flags and project ask for, read and checked before a model is loaded.
  private struct Plan {
    var setup: GrowSetup
    var choices: ModelRoles<ModelChoice>
    var account: SpendingAccount
    var rounds: Int
    /// Nil where nothing is trained.
    var improving: ImprovementSetup?
  }

  private func plan(in project: Project) throws -> Plan {
    let setup = try GrowSetup(corpus, flags: flags, in: project)
    Console.warn(setup.seedFindings)
    let choices = try roles.choices(model, endpoint, in: project)
    try setup.checkLanguage(of: choices.author)
    let account = SpendingAccount(try limits.limits(in: project))
    // A target is what rounds lead to, however many it takes.
    let usual = limits.target == nil ? project.file.integer("rounds") ?? 1 : .max
    let improving =
      improvement.finetune
      ? try ImprovementSetup(
        improvement, training: training.settings, setup, author: choices.author,
        engine: model.engine(project.file), in: project) : nil
    return Plan(
      setup: improving?.grow ?? setup, choices: choices, account: account,
      rounds: rounds ?? usual, improving: improving)
  }

  private func showRequests(of plan: Plan, in project: Project) throws {
    let models = try plan.choices.map { try model.unasked($0, in: project) }
    try GrowRun(
      grower: plan.setup.grower(models), account: plan.account, asJSON: json, isNight: false
    )
    .dryRun(rounds: plan.rounds, target: limits.target, answersOnly: answersOnly)
    if let improving = plan.improving { Console.note("note: \(improving.plan)") }
  }

  private func grow(_ plan: Plan, in project: Project) async throws {
    let account = plan.account
    let (roles, all) = try await GrowRun.noting(
      isNight: night, of: plan.setup.corpus, account, json
    ) {
      try await sessions(
        plan.improving?.writers(plan.choices) ?? plan.choices, account, in: project)
    }
    let run = GrowRun(
      grower: plan.setup.grower(roles.map { $0.metered(account) as any LanguageModel }),
      account: account, asJSON: json, isNight: night)
    try await ModelSession.reporting(on: all, to: model.stats) {
      if let preview { return try await run.preview(preview) }
      try await run.grow(
        rounds: plan.rounds, target: limits.target, answersOnly: answersOnly)
    }
  }

  /// Makes models ready.
  private func sessions(
    _ choices: ModelRoles<ModelChoice>, _ account: SpendingAccount, in project: Project
  ) async throws -> ModelSession.Ready {
    if preview == nil { try GrowRun.requireFree(corpus.directory(in: project)) }
    return try await GrowRun.inTime(account.limits) {
      try await model.interruptibleSessions(choices, in: project)
    }
  }

  /// The settings that flags give.
  private var flags: [String: JSONValue] {
    var flags: [String: JSONValue] = [:]
    flags["tasks"] = tasks.map(JSONValue.int)
    flags["seed"] = seed.map { JSONValue(seed: $0) }
    flags["preset"] = preset.map { .string($0.rawValue) }
    return flags
  }
}

extension GrowConfiguration.Preset: ExpressibleByArgument {}
