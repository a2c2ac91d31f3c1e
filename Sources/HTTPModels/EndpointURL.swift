import Foundation

/// The base address of an OpenAI-compatible endpoint, such as `http://localhost:8000/v1`.
package struct EndpointURL: Hashable, Sendable {
  /// The address as errors show it, without a slash at its end.
  package let text: String
  private let base: URL

  /// Reads what a user wrote.
  ///
  /// - Parameter place: Where the user wrote it, such as `--model`.
  /// - Throws: `EndpointError.badURL` for what is no address of a server, or holds a password, a
  ///   query or a fragment.
  package init(_ text: String, namedBy place: String = "--model") throws(EndpointError) {
    var trimmed = Substring(text)
    while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    guard let parts = URLComponents(string: String(trimmed)), let url = parts.url,
      ["http", "https"].contains(parts.scheme?.lowercased()), parts.host?.isEmpty == false
    else { throw .badURL(text, namedBy: place, expected: "one such as 'http://localhost:8000/v1'") }
    // What the address holds is shown and recorded, so it is no place for a secret.
    guard parts.user == nil, parts.password == nil else {
      throw .badURL(
        parts.host ?? "", namedBy: place,
        expected: "no user and password in it, but the key in SELFINSTRUCT_API_KEY")
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw .badURL(text, namedBy: place, expected: "an address without '?' and '#'")
    }
    self.text = String(trimmed)
    base = url
  }

  /// Whether a user means an endpoint by this, right or wrong.
  package static func isMeant(by text: String) -> Bool {
    let lowercased = text.lowercased()
    return lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://")
  }

  /// Scheme, host and port: who gets what is sent.
  package var origin: String {
    let scheme = base.scheme?.lowercased() ?? ""
    let port = base.port ?? (scheme == "https" ? 443 : 80)
    return "\(scheme)://\(host):\(port)"
  }

  /// The host alone, in lower case.
  package var host: String { base.host()?.lowercased() ?? "" }

  /// Whether what is sent there can be read on its way by others.
  package var isOpenToOthers: Bool {
    if base.scheme?.lowercased() == "https" { return false }
    let isLoopback =
      host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host == "[::1]"
      || host.hasPrefix("127.")
        && host.split(separator: ".").allSatisfy { part in
          part.allSatisfy { "0"..."9" ~= $0 } && UInt8(part) != nil
        }
    return !isLoopback
  }

  /// The address of something below the base.
  func appending(_ path: String) -> String {
    text + path
  }
}
