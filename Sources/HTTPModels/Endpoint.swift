import Storage

/// One server that answers, and how it is to be asked.
package struct Endpoint: Sendable {
  /// Which of the two ways of asking.
  package enum API: String, CaseIterable, Sendable, Codable {
    /// `/completions`: text is continued as it stands.
    case completions
    /// `/chat/completions`: a conversation is answered.
    case chat

    /// Where it is below the base address.
    package var path: String { self == .chat ? "chat/completions" : "completions" }
  }

  package var url: EndpointURL
  /// The model's name there; asked for where it is nil.
  package var modelName: String?
  package var key: APIKey?
  /// Found out where it is nil.
  package var api: API?
  /// Requests in flight at most; at least 1.
  package var maxConcurrency = 64
  /// Sends the key although others can read it on its way.
  package var allowsOpenKey = false
  /// Fields that are added to every request, over ours.
  package var extraBody: [String: JSONValue] = [:]

  package init(_ url: EndpointURL) {
    self.url = url
  }
}

/// How patient the asking is.
package struct EndpointPatience: Equatable, Sendable {
  /// For one answer, from sending to its last byte.
  package var request = Duration.seconds(300)
  /// For one request with all its attempts, refusals for being too many left out of `attempts`.
  package var overall = Duration.seconds(1800)
  /// How often a request that fails is sent at most; at least 1.
  package var attempts = 8
  /// How long no endpoint may answer anything before the run ends.
  package var outage = Duration.seconds(300)
  /// The first wait after a failure; the next is twice as long, and each is jittered.
  package var firstWait = Duration.milliseconds(500)
  package var longestWait = Duration.seconds(60)

  package init() {}

  /// The wait after so many troubles in a row, from 1: twice as long each time.
  func wait(after troubles: Int) -> Duration {
    min(longestWait, firstWait * (1 << min(max(0, troubles - 1), 20)))
  }
}

extension [Endpoint] {
  /// How many requests may be underway at all of them together.
  var places: Int { reduce(0) { $0 + $1.maxConcurrency } }
}
