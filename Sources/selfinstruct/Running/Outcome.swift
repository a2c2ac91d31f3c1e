import ArgumentParser
import HTTPModels
import LocalModels
import Storage

/// How a run ended that did not simply finish.
struct Outcome {
  /// The exit codes, of which 0 says that what was asked is done.
  enum Code: Int32 {
    case done = 0
    case failed = 1
    case misused = 2
    /// By a limit or a signal, with everything committed.
    case stopped = 3
    case locked = 4
    /// Nothing more is being accepted.
    case collapsed = 5
  }

  let code: Code
  /// What there is to say; help and versions go to stdout, all else to stderr.
  let message: String

  /// Reads an error of any module.
  init(of error: any Error) {
    switch error {
    case let early as EarlyEnd:
      code = early.code
      message = early.message
    case StorageError.lockHeld:
      code = .locked
      message = "error: \(error)"
    case LocalModelError.badSetting, LocalModelError.noSuchModel, LocalModelError.runFolder,
      EndpointError.badURL:
      code = .misused
      message = "error: \(error)"
    default:
      switch SelfInstruct.exitCode(for: error) {
      case .success:
        code = .done
        message = SelfInstruct.fullMessage(for: error)
      case .validationFailure:
        code = .misused
        message = Self.shortened(SelfInstruct.fullMessage(for: error))
      default:
        code = .failed
        message = "error: \(SelfInstruct.message(for: error))"
      }
    }
  }

  /// Prints the message and gives the exit code.
  func report() -> Int32 {
    guard code == .done else {
      if !message.isEmpty { Console.note(message) }
      return code.rawValue
    }
    do {
      try Console.result(message)
      return code.rawValue
    } catch {
      return Outcome(of: error).report()
    }
  }

  /// The library's sentence in our form, and where to read more; without the whole usage.
  private static func shortened(_ message: String) -> String {
    let lines = message.split(separator: "\n")
    let prefixes = ["Usage:", "Help:", "See "]
    let sentence = lines.prefix { line in
      !prefixes.contains { line.drop { $0 == " " }.hasPrefix($0) }
    }
    var text = sentence.joined(separator: "\n")
    if text.hasPrefix("Error: ") { text = "error: " + text.dropFirst(7) }
    let more = lines.last { $0.contains("--help") }?.split(separator: "'")
    if let more, more.count > 1 { text += "\n  help: \(more[1])" }
    return text
  }
}

/// A run that ended before all was done, but not by a mistake.
struct EarlyEnd: Error {
  let code: Outcome.Code
  let message: String

  /// Stopped by a signal, with so many answers written, in the order of the requests.
  static func stopped(written: Int, of requests: Int) -> EarlyEnd {
    EarlyEnd(
      code: .stopped,
      message:
        "stopped; the first \(written) of \(requests) answers are written, the others are not kept")
  }

  /// Nobody reads the results any more, as after `| head`; there is nobody to be told.
  static let unread = EarlyEnd(code: .stopped, message: "")
}
