import Foundation
import LanguageModels
import Storage

/// What came of sending a request once.
enum AttemptOutcome: Sendable {
  case answered(CompletionAnswer)
  /// Refused for being one too many; the wait is what the server asks for.
  case busy(reason: String, wait: Duration?)
  /// Nothing whole came back; another time it may. Late is what did not come in time.
  case broken(reason: String, isLate: Bool = false)
  /// The endpoint refuses a field, or something else of just this request; maybe it can be asked
  /// otherwise.
  case rejected(Refusal)
  /// The endpoint refuses everything.
  case barred(EndpointError)

  /// What an endpoint says against a request.
  struct Refusal: Sendable, CustomStringConvertible {
    let status: Int
    let body: String
    /// The names of the fields that were sent.
    let sent: Set<String>

    var description: String { "HTTP \(status)" + (body.isEmpty ? "" : " '\(body)'") }
  }

  /// Judges what a server answered.
  ///
  /// - Parameter sent: The names of the fields of the request.
  static func of(
    _ reply: HTTPReply, to request: GenerationRequest, sent: Set<String>, _ url: EndpointURL,
    _ path: String, now: Date = Date()
  ) -> AttemptOutcome {
    if 200..<300 ~= reply.status {
      do throws(CompletionAnswer.Problem) {
        return .answered(try CompletionAnswer(reply.body, to: request))
      } catch {
        return .broken(reason: error.found)
      }
    }
    let body = Self.shown(reply.body)
    let refusal = Refusal(status: reply.status, body: body, sent: sent)
    let reason = refusal.description
    switch reply.status {
    case 429 where String(decoding: reply.body, as: UTF8.self).contains("insufficient_quota"):
      return .barred(.refused(url: url.text, path: path, status: 402, body: body))
    case 429, 503, 529:
      return .busy(reason: reason, wait: wait(reply.headers["retry-after"], now: now))
    case 408, 409, 425, 500...: return .broken(reason: reason)
    case 300..<400, 401, 402, 403, 404, 405:
      return .barred(.refused(url: url.text, path: path, status: reply.status, body: body))
    default: return .rejected(refusal)
    }
  }

  /// Judges that no whole answer came.
  static func of(_ failure: TransportFailure, _ url: EndpointURL) -> AttemptOutcome {
    if case .untrusted(let reason) = failure {
      return .barred(.unreachable(url: url.text, attempts: 1, seconds: 0, last: reason))
    }
    if case .timedOut = failure { return .broken(reason: failure.description, isLate: true) }
    return .broken(reason: failure.description)
  }

  /// What a body says, or its beginning, in one line, as errors show it.
  static func shown(_ body: [UInt8]) -> String {
    let told = (try? JSONValue(parsing: body)).flatMap { value in
      value["error"]?["message"]?.string ?? value["error"]?.string ?? value["message"]?.string
        ?? value["detail"]?.string
    }
    let text = told ?? String(decoding: body.prefix(2000), as: UTF8.self)
    let line = text.map { $0.isWhitespace || $0.isNewline ? " " : $0 }
      .filter { !$0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
    let words = String(line).split(separator: " ").joined(separator: " ")
    return words.count > 300 ? words.prefix(300) + "..." : words
  }

  /// Seconds, or the date that HTTP writes; nil for anything else.
  static func wait(_ text: String?, now: Date) -> Duration? {
    guard let text = text?.trimmingCharacters(in: .whitespaces) else { return nil }
    if let seconds = Double(text), seconds.isFinite, seconds >= 0 {
      return .seconds(min(seconds, 24 * 3600))
    }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    guard let date = format.date(from: text) else { return nil }
    return .seconds(min(max(0, date.timeIntervalSince(now)), 24 * 3600))
  }
}
