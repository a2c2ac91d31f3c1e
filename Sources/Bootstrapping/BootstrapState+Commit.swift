import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus

extension BootstrapState {
  /// What the commit of a wave adds to the ledger and changes in the corpus.
  package struct Commit: Sendable {
    /// The rows of the wave, the committing one last.
    package var events: [LedgerEvent]
    /// Tasks that were finished and taken by the round.
    package var taken: [String]
    /// Tasks that were finished beyond what the round takes.
    package var surplus: [String]
  }

  /// Commits the oldest wave in flight.
  ///
  /// - Parameter answers: One row for each of its requests.
  /// - Throws: `GrowError.missingAnswer` if one is missing; `EncodingError` for a number that is
  ///   none.
  package mutating func commit(_ answers: [RequestKey: CompletionRow]) throws -> Commit {
    guard let wave = inFlight.first else { return Commit(events: [], taken: [], surplus: []) }
    let replies = try wave.asks.map { ask in
      guard let row = answers[ask.key] else {
        throw GrowError.missingAnswer(stage: ask.key.stage, request: ask.key.number)
      }
      return Reply(ask: ask, row: row)
    }
    inFlight.removeFirst()
    for reply in replies {
      funnel.answered(
        reply.ask.key.stage, promptTokens: reply.row.promptTokens, tokens: reply.row.tokens)
    }
    calibrate(replies)
    let known = corpus.items.count
    let candidates = try ranked(replies, of: wave) + read(replies, of: wave)
    for row in candidates { corpus.receive(.candidate(row)) }
    corpus.decide()
    countInstructions(from: known)
    let settledNow = settle(replies, from: known)
    return close(wave, replies, candidates, settledNow)
  }

  private mutating func close(
    _ wave: Wave, _ replies: [Reply], _ candidates: [CandidateRow], _ finished: [String]
  ) -> Commit {
    let room = max(0, configuration.tasks - taken)
    let takenNow = Array(finished.prefix(room))
    let surplus = Array(finished.dropFirst(room))
    taken += takenNow.count
    funnel.surplus += surplus.count
    for id in takenNow {
      guard let item = corpus.item(id) else { continue }
      takenByKind[item.evidence.kind, default: 0] += 1
      show(item)
    }
    // What waits for the judge may still come to something.
    if !finished.isEmpty {
      emptyWaves = 0
      lastFruitful = wave.number
    } else if !open.contains(where: isJudgeable) {
      emptyWaves += 1
    }
    let end = WaveRow(
      round: context.round, wave: wave.number, completions: replies.count,
      candidates: candidates.count, surplus: surplus)
    corpus.receive(.wave(end))
    let rows =
      replies.map { LedgerEvent.completion($0.row) } + candidates.map { .candidate($0) }
    return Commit(events: rows + [.wave(end)], taken: takenNow, surplus: surplus)
  }

  /// Counts what the rules said about new instructions.
  private mutating func countInstructions(from known: Int) {
    for item in corpus.items[known...] {
      funnel.instructions += 1
      if let verdict = item.verdict {
        funnel.droppedInstruction(verdict.rule)
      } else {
        funnel.instructionsKept += 1
      }
      funnel.count(item.evidence.kind) { count in
        count.answered += 1
        if item.verdict == nil { count.kept += 1 }
      }
    }
  }

  /// Sees which instructions are at their end.
  ///
  /// - Returns: Those with an instance, in the order of the requests that finished them.
  private mutating func settle(_ replies: [Reply], from known: Int) -> [String] {
    open += corpus.items[known...].filter { $0.verdict == nil }.map(\.id)
    var touched: [String] = []
    for reply in replies {
      guard let id = reply.ask.purpose.item, busy.remove(id) != nil else { continue }
      touched.append(id)
    }
    touched += corpus.items[known...].filter { $0.verdict == nil }.map(\.id)
    var finished: [String] = []
    for id in touched {
      guard let item = corpus.item(id) else { continue }
      if let decision = corpus.instances(of: item) {
        if !judgeable(decision, of: item).isEmpty { continue }
        let verdict = objection(to: decision, of: id)
        markSettled(item, isFinished: verdict == nil)
        let found = decision.found.filter { !answersOnly || $0.row.round == context.round }
        funnel.instances += found.count
        for found in found {
          if let verdict = found.verdict { funnel.droppedInstance(verdict.rule) }
        }
        if let verdict {
          funnel.droppedItem(verdict.rule)
        } else if !corpus.surplus.contains(id) {
          // What an earlier round had left over waits for the next to take it.
          finished.append(id)
        }
      } else if case .deadEnd(let rule) = step(for: item) {
        markSettled(item, isFinished: false)
        funnel.droppedItem(rule)
      }
    }
    open.removeAll { settled.contains($0) }
    return finished
  }

  /// Why what was found for an item is not taken; nil if it is. An earlier answer that stays where
  /// a new one is not taken does not count as found.
  func objection(to decision: InstanceDecision, of id: String) -> Verdict? {
    if let verdict = decision.verdict { return verdict }
    let before = answersBefore?[id] ?? []
    if decision.kept.contains(where: { !before.contains($0.row.id) }) { return nil }
    if !decision.waiting.isEmpty { return Verdict(.judge, .drop, "no score") }
    let new = decision.found.filter { !before.contains($0.row.id) }.compactMap(\.verdict)
    // The last are those of this round.
    return new.last { $0.rule != .notChosen } ?? new.last
      ?? Verdict(.notChosen, .drop, "no other answer")
  }

  private func isJudgeable(_ id: String) -> Bool {
    guard let item = corpus.item(id), let decision = corpus.instances(of: item) else {
      return false
    }
    return !judgeable(decision, of: item).isEmpty
  }

  private mutating func markSettled(_ item: CorpusState.Item, isFinished: Bool) {
    settled.insert(item.id)
    funnel.itemsSettled += 1
    if isFinished { funnel.tasksFinished += 1 }
    funnel.count(item.evidence.kind) { count in
      count.settled += 1
      if isFinished { count.finished += 1 }
    }
  }

  /// Learns from calibration what the examples of each question suggest without a task.
  private mutating func calibrate(_ replies: [Reply]) {
    for stage in [Stage.classification, .inputNeed] {
      let scores = replies.filter { $0.ask.purpose.calibrates == stage }
      guard !scores.isEmpty else { continue }
      let sum = scores.reduce(0) { sum, reply in
        sum + (reply.ask.purpose.yes ? 1 : -1) * (reply.row.logProbability ?? 0)
      }
      calibration[stage] = sum / Double(scores.count / 2)
    }
  }
}

extension BootstrapState {
  /// A request with its answer.
  struct Reply {
    var ask: Ask
    var row: CompletionRow

    var text: String { row.text ?? "" }
    var finish: String { row.finish ?? FinishReason.stop.rawValue }
    var finishReason: FinishReason { FinishReason(rawValue: finish) ?? .stop }

    /// Mean log-probability of a token; nil where the model did not tell.
    var meanLogProbability: Double? {
      guard let sum = row.logProbability, row.scoredTokens > 0 else { return nil }
      return sum / Double(row.scoredTokens)
    }
  }
}
