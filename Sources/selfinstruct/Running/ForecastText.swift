import Bootstrapping
import Foundation
import LanguageModels
import Storage

/// What tasks will take, in words.
enum ForecastText {
  static func line(_ forecast: GrowForecast, _ limits: SpendingLimits, now: Date = Date()) -> String
  {
    var parts = [
      "\(about(forecast.promptTokens)) tokens of prompts", "\(about(forecast.tokens)) of answers",
    ]
    if let seconds = forecast.seconds { parts.append(GrowReport.duration(seconds)) }
    let cost = forecast.cost(limits)
    if cost > 0 { parts.append("cost \(SpendingMeter.money(cost))") }
    var line =
      "forecast: \(GrowReport.tasks(forecast.tasks)) take\(forecast.tasks == 1 ? "s" : "") about \(parts.joined(separator: ", ")), "
      + basis(forecast)
    if let count = forecast.affordable(limits, now: now) {
      line += "; the limits allow about \(count) of them"
    }
    return line
  }

  static func json(_ forecast: GrowForecast, _ limits: SpendingLimits, now: Date = Date())
    -> JSONValue
  {
    [
      "tasks": .int(forecast.tasks), "promptTokens": .int(whole(forecast.promptTokens)),
      "tokens": .int(whole(forecast.tokens)), "cost": .double(forecast.cost(limits)),
      "seconds": forecast.seconds.map { .int(whole($0)) } ?? .null,
      "affordable": forecast.affordable(limits, now: now).map(JSONValue.int) ?? .null,
      "rounds": .array(forecast.rounds.map(JSONValue.int)),
    ]
  }

  private static func basis(_ forecast: GrowForecast) -> String {
    guard let first = forecast.rounds.first, let last = forecast.rounds.last else {
      return "as the embedded model does; a stronger one drops less"
    }
    return first == last ? "as round \(first) did" : "as rounds \(first) to \(last) did"
  }

  /// A number with two digits that say something, as no forecast is better than that.
  private static func about(_ number: Double) -> String {
    let step = pow(10, max(0, log10(max(1, number)).rounded(.down) - 1))
    return whole((number / step).rounded() * step)
      .formatted(.number.locale(Locale(identifier: "en_US")))
  }

  private static func whole(_ number: Double) -> Int { Int(min(max(0, number), 1e15).rounded()) }
}
