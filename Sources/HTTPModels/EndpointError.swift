import Storage

/// What can be wrong with an endpoint, each case holding the facts of one sentence.
package enum EndpointError: Error, Equatable, Sendable {
  /// What should be an address is none.
  case badURL(String, namedBy: String, expected: String)
  /// What should be a key is none.
  case badKey(place: String, is: String)
  /// A key would go where others can read it.
  case openKey(url: String)
  /// It did not answer as often as it was asked.
  case unreachable(url: String, attempts: Int, seconds: Int, last: String)
  /// It refused what no repetition changes.
  case refused(url: String, path: String, status: Int, body: String)
  /// It serves no model, or several of which none is named, or not the one that is named.
  case model(url: String, named: String?, served: [String])
  /// It answers neither way of asking.
  case noAPI(url: String, chat: String, completions: String)
  /// It cannot do what is asked of it.
  case unable(url: String, what: String)
}

/// The flags that say more about an endpoint, for errors.
package struct EndpointFlags: Sendable {
  package var name = "--model-name"
  /// Where its key is put.
  package var key = "\(APIKey.usualVariable), or name its file with --api-key-file"

  package init() {}
}

extension EndpointError: CustomStringConvertible {
  package var description: String { text(EndpointFlags()) }

  /// The sentence a user reads: `where: what is; what should be`.
  package func text(_ flags: EndpointFlags) -> String {
    switch self {
    case .badURL(let text, let place, let expected):
      "\(place): \(quoted(text)) is no address of an endpoint; expected \(expected)"
    case .badKey(let place, let found):
      "\(place): the key is \(found); expected one word"
    case .openKey(let url):
      "\(url): plain http carries the key for all to read; expected https\n"
        + "  help: with --insecure it is sent all the same"
    case .unreachable(let url, let attempts, let seconds, let last):
      "\(url): "
        + (attempts == 1
          ? "no answer, \(last)"
          : "no answer in \(attempts) attempts and \(seconds) s, "
            + "the last time \(last)")
        + "; expected an endpoint that answers\n"
        + "  help: what was answered is kept; the same command goes on when it is back"
    case .refused(let url, let path, let status, let body):
      "\(url): HTTP \(status) for \(path), \(quoted(body)); expected an answer"
        + Self.help(for: status, flags)
    case .model(let url, let named, let served):
      Self.text(url, named, served, flags)
    case .noAPI(let url, let chat, let completions):
      "\(url): neither /chat/completions (\(chat)) nor /completions (\(completions)) answers; "
        + "expected one of them\n"
        + "  help: the address mostly ends in /v1, as http://localhost:8000/v1"
    case .unable(let url, let what):
      "\(url): an endpoint cannot \(what); expected a model of this machine for that"
    }
  }

  private static func help(for status: Int, _ flags: EndpointFlags) -> String {
    switch status {
    case 401, 403: "\n  help: put the key into \(flags.key)"
    case 402: "\n  help: the account has nothing left to spend; what was answered is kept"
    case 404: "\n  help: the address mostly ends in /v1, as http://localhost:8000/v1"
    default: ""
    }
  }

  private static func text(
    _ url: String, _ named: String?, _ served: [String], _ flags: EndpointFlags
  ) -> String {
    let list = served.prefix(20).map { quoted($0) }.joined(separator: ", ")
    let more = served.count > 20 ? " and \(served.count - 20) more" : ""
    if let named {
      let help = served.first.map { "\n  help: \(flags.name) \($0)" } ?? ""
      return "\(url): serves \(list)\(more); expected \(quoted(named))\(help)"
    }
    if served.isEmpty {
      return "\(url): lists no models; expected the name of one\n  help: name it with \(flags.name)"
    }
    return "\(url): serves \(served.count) models (\(list)\(more)); expected one to be named\n"
      + "  help: \(flags.name) \(served[0])"
  }
}
