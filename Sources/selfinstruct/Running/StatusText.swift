import Bootstrapping
import Foundation
import Improvement
import LanguageModels
import Storage
import TaskCorpus
import Training

/// A corpus at a glance, as people or programs read it.
struct StatusText {
  private let status: CorpusStatus
  private let shown: [NightRow]

  init(_ status: CorpusStatus, nights: Int) {
    self.status = status
    shown = status.nights.suffix(nights)
  }

  var text: String {
    let rounds = status.manifests.count
    var lines = [
      "\(status.corpus.path): "
        + (status.nextStep == .begin
          ? "no corpus yet"
          : "\(GrowReport.tasks(status.tasks)) in \(rounds) round\(rounds == 1 ? "" : "s")")
    ]
    if rounds > 0 {
      lines += [
        "  tokens   \(grouped(status.promptTokens)) of prompts, \(grouped(status.tokens)) of answers",
        "  time     \(GrowReport.duration(status.seconds))",
        "  disk     \(size(status.bytes))"
          + (modelBytes > 0 ? ", models \(size(modelBytes))" : "")
          + (status.freeBytes.map { ", \(size($0)) free" } ?? ""),
      ]
    }
    do {
      if let number = try models.current() {
        lines.append("  model    \(models.run(number).path) is the current one")
      }
    } catch {
      lines.append("  model    \(models.promotedPath) names no model that is there")
    }
    lines += status.damaged.map { "  damaged  \($0) is no manifest of a round, and is left out" }
    if status.waiting > 0 {
      lines.append("  waiting  \(status.waiting) answers of waves that are not finished")
    }
    lines += decisions + nights
    if let failed = shown.last, failed.ending == "failed", let reason = failed.reason {
      let first = reason.split(separator: "\n").first.map(String.init) ?? reason
      lines += ["", "last night failed: \(first)"]
    }
    if let trend { lines += ["", "yield: \(trend)"] }
    return (lines + ["", "next: \(next)"]).joined(separator: "\n")
  }

  func json() throws -> JSONValue {
    [
      "corpus": .string(status.corpus.path), "tasks": .int(status.tasks),
      "rounds": .int(status.manifests.count), "promptTokens": .int(status.promptTokens),
      "tokens": .int(status.tokens), "seconds": .double(status.seconds),
      "waiting": .int(status.waiting), "bytes": .int(status.bytes),
      "modelBytes": .int(modelBytes),
      "models": .array(
        decided.suffix(3).map { round, record in
          [
            "round": .int(round), "run": .int(record.training.run),
            "promoted": .bool(record.decision.isPromoted),
            "reason": .string(record.decision.reason),
          ]
        }),
      "freeBytes": status.freeBytes.map(JSONValue.int) ?? .null,
      "nights": .array(try shown.map { try JSONValue(encoding: $0) }), "next": .string(next),
    ]
  }

  private var decided: [ImprovementText.Decision] {
    status.manifests.compactMap { manifest in
      manifest.improvementRecord.map { (manifest.round, $0) }
    }
  }

  /// What became of the models that the last rounds trained.
  private var decisions: [String] {
    let rows = decided.suffix(3).map { round, record in
      "  round \(round)  \(record.decision.isPromoted ? "promoted" : "rolled back"): "
        + String(record.decision.reason.map { $0.isASCIIControl ? " " : $0 })
    }
    let foreign = status.manifests.suffix(3).filter(\.isDecisionForeign).map {
      "  round \($0.round)  decided by another version, in a form that this one does not read"
    }
    let all = rows + foreign
    return all.isEmpty ? [] : ["", "models of the last rounds"] + all
  }

  private var nights: [String] {
    if shown.isEmpty { return [] }
    let head = ["night", "ended by", "tasks", "yield", "tokens", "cost", "time"]
    let rows = shown.map { night in
      [
        String(night.began.prefix(16)).replacing("T", with: " "),
        night.ending == "limited" ? night.reason ?? night.ending : night.ending,
        "+\(night.added)",
        CorpusStatus.yield([night]).map(percent) ?? "-",
        grouped(night.promptTokens + night.tokens),
        night.cost > 0 ? SpendingMeter.money(night.cost) : "-",
        GrowReport.duration(night.seconds),
      ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    return [""]
      + ([head] + rows).map { row in
        let cells = row.indices.map { column in
          let fill = String(repeating: " ", count: widths[column] - row[column].count)
          // Words begin alike, numbers end alike.
          return column < 2 ? row[column] + fill : fill + row[column]
        }
        return "  " + cells.joined(separator: "  ")
      }
  }

  /// The yield of the last nights beside that of as many before them.
  private var trend: String? {
    guard let now = CorpusStatus.yield(shown) else { return nil }
    let before = CorpusStatus.yield(status.nights.dropLast(shown.count).suffix(shown.count))
    let words = "\(percent(now)) of the instructions became tasks"
    return words + (before.map { ", \(percent($0)) in the nights before" } ?? "")
  }

  /// Who has the corpus; nil if nobody does.
  private var worker: String? {
    guard status.nextStep != .begin else { return nil }
    do {
      let lock = try status.corpus.lock()
      withExtendedLifetime(lock) {}
      return nil
    } catch {
      guard case .lockHeld(_, let holder) = error else { return nil }
      return holder
    }
  }

  private var models: ModelsFolder { ModelsFolder(status.corpus.path + "/models") }

  private var modelBytes: Int { models.bytes }

  /// A closed round whose model was begun and not decided about.
  private var undecided: Int? {
    guard let last = status.manifests.last, last.status != .unfinished,
      last.improvement == nil
    else { return nil }
    let isBegun = models.runs.last.map { number in
      (try? RunManifest(reading: models.run(number)))?.round == last.round
    }
    return isBegun == true ? last.round : nil
  }

  /// Whether the last round that is closed has trained a model.
  private var trains: Bool {
    status.manifests.last { $0.status != .unfinished }?.improvement != nil
  }

  private var next: String {
    if let worker { return "\(worker) is at work on it" }
    if let round = undecided {
      return "round \(round) is grown and its model is not decided about; the same "
        + "'selfinstruct grow --finetune' goes on with it"
    }
    return switch status.nextStep {
    case .begin: "'selfinstruct grow' begins"
    case .finishRound(let round, let work, let tasks, let target):
      "round \(round) has \(tasks) of \(target) tasks; 'selfinstruct grow"
        + (work == .answers
          ? " --answers-only" : " --tasks \(target)\(trains ? " --finetune" : "")")
        + "' goes on with it"
    case .mendYield:
      "the last night accepted nothing more; 'selfinstruct audit' tells what the rules drop and "
        + "which seeds bear fruit"
    case .makeRoom: "the disk is nearly full; make room before the next run"
    case .growOrTrain where trains:
      "'selfinstruct grow --finetune' makes more tasks and learns from them"
    case .growOrTrain:
      "'selfinstruct grow' makes more tasks, 'selfinstruct finetune' learns from those there are"
    }
  }

  private func percent(_ number: Double) -> String {
    String(format: "%.1f%%", number)
  }

  private func grouped(_ number: Int) -> String {
    number.formatted(.number.locale(Locale(identifier: "en_US")))
  }

  private func size(_ bytes: Int) -> String {
    let (unit, name) =
      bytes >= 1 << 30 ? (1 << 30, "GB") : bytes >= 1 << 20 ? (1 << 20, "MB") : (1 << 10, "KB")
    return String(format: "%.1f %@", Double(bytes) / Double(unit), name)
  }
}

extension Character {
  /// Whether it does something to a terminal: the reason stands in a file that may hold anything.
  fileprivate var isASCIIControl: Bool {
    unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
  }
}
