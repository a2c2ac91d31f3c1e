import ArgumentParser
import Foundation
import LanguageModels
import Projects

/// What a run may spend, and when it has enough.
struct LimitOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Tasks of the corpus that are enough, over all rounds; then it ends with 0.")
  var target: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens of prompts and answers, at most.", valueName: "tokens"))
  var tokenBudget: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What it may cost, by the prices, at most.", valueName: "amount"))
  var maxCost: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What a million tokens of prompts cost (default: 0).", valueName: "amount"))
  var priceIn: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What a million tokens of answers cost (default: 0).", valueName: "amount"))
  var priceOut: Double?

  @Option(parsing: .unconditional, help: "Minutes that it may take.")
  var maxMinutes: Double?

  @Option(
    help: ArgumentHelp(
      "When it has to be over, today or tomorrow, in local time, such as 06:00.", valueName: "time")
  )
  var deadline: String?

  func validate() throws {
    if let target, target < 1 { throw ValidationError("--target: \(target); expected 1 or more") }
    if let tokenBudget, tokenBudget < 1 {
      throw ValidationError("--token-budget: \(tokenBudget); expected 1 or more")
    }
    let amounts = [
      ("max-cost", maxCost), ("price-in", priceIn), ("price-out", priceOut),
      ("max-minutes", maxMinutes),
    ]
    for (name, amount) in amounts {
      guard let amount, !(amount >= 0 && amount <= 1e9) else { continue }
      throw ValidationError("--\(name): \(amount); expected 0 to 1000000000")
    }
    if let deadline, Self.timeOfDay(deadline) == nil {
      throw ValidationError("--deadline: '\(deadline)'; expected a time such as 06:00")
    }
  }

  /// The limits that flags, or else the project, name.
  ///
  /// - Throws: `EarlyEnd` for a cost without prices.
  func limits(in project: Project, now: Date = Date()) throws -> SpendingLimits {
    let file = project.file
    var limits = SpendingLimits()
    limits.tokens = tokenBudget ?? file.integer("tokenBudget")
    limits.cost = maxCost ?? file.number("maxCost")
    limits.priceIn = priceIn ?? file.number("priceIn") ?? 0
    limits.priceOut = priceOut ?? file.number("priceOut") ?? 0
    guard limits.cost == nil || limits.priceIn + limits.priceOut > 0 else {
      throw EarlyEnd(
        code: .misused,
        message: maxCost == nil
          ? "error: selfinstruct.json: maxCost: no price is known; expected priceIn and priceOut"
          : "error: --max-cost: no price is known; expected --price-in and --price-out")
    }
    if let minutes = maxMinutes ?? file.number("maxMinutes") {
      limits.end = (now.addingTimeInterval(60 * minutes), .minutes)
    }
    if let text = deadline ?? file.text("deadline"), let date = Self.next(text, after: now),
      limits.end.map({ date < $0.date }) != false
    {
      limits.end = (date, .deadline)
    }
    return limits
  }

  /// The next time that the clock on the wall shows a time of day.
  static func next(_ text: String, after now: Date, in calendar: Calendar = .current) -> Date? {
    timeOfDay(text).flatMap {
      calendar.nextDate(after: now, matching: $0, matchingPolicy: .nextTime)
    }
  }

  private static func timeOfDay(_ text: String) -> DateComponents? {
    guard Setting.Kind.isTimeOfDay(text) else { return nil }
    let parts = text.split(separator: ":")
    return DateComponents(hour: Int(parts[0]), minute: Int(parts[1]))
  }
}
