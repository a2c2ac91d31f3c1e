import Foundation
import TextMetrics

/// The commonest roots of instructions in an inner ring, and the nouns that go with each around them,
/// as the paper of 2022 shows its own.
struct Sunburst {
  struct Root {
    var verb: String
    var count: Int
    /// The commonest nouns.
    var nouns: [(noun: String, count: Int)]
  }

  let roots: [Root]
  /// Instructions, different roots and different pairs of all of them.
  let total: Int
  let distinctVerbs: Int
  let distinctPairs: Int

  private static let shownRoots = 20
  private static let shownNouns = 4
  /// The smallest share of the circle that still has room for a word, in radians.
  private static let roomForText = 0.075

  init(_ instructions: [String]) {
    var nouns: [String: [String: Int]] = [:]
    var counts: [String: Int] = [:]
    for phrase in instructions.lazy.compactMap(RootPhrase.init) {
      counts[phrase.verb, default: 0] += 1
      if let noun = phrase.noun { nouns[phrase.verb, default: [:]][noun, default: 0] += 1 }
    }
    total = counts.values.reduce(0, +)
    distinctVerbs = counts.count
    distinctPairs = nouns.values.reduce(0) { $0 + $1.count }
    roots = Self.most(counts, Self.shownRoots).map { verb, count in
      Root(
        verb: verb, count: count,
        nouns: Self.most(nouns[verb] ?? [:], Self.shownNouns).map { ($0.0, $0.1) })
    }
  }

  /// The largest counts, equal ones in the order of the words.
  private static func most(_ counts: [String: Int], _ limit: Int) -> [(String, Int)] {
    Array(
      counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(limit).map { ($0, $1) })
  }

  /// The picture.
  var svg: String {
    let sum = roots.reduce(0) { $0 + $1.count }
    guard sum > 0 else { return "" }
    var parts = Chart.open(
      640, 640, "The \(roots.count) commonest roots of instructions and the nouns that go with them"
    )
    var angle = 0.0
    for (index, root) in roots.enumerated() {
      let wide = 2 * Double.pi * Double(root.count) / Double(sum)
      let color = "c\(index % 6)"
      parts += ring(
        from: angle, wide, 90, 200, color, "\(root.verb): \(Shown.count(root.count))", root.verb)
      var start = angle
      for (noun, count) in root.nouns {
        let part = wide * Double(count) / Double(root.count)
        parts += ring(
          from: start, part, 202, 312, color + " outer",
          "\(root.verb) \(noun): \(Shown.count(count))", noun)
        start += part
      }
      angle += wide
    }
    return parts + "</svg>"
  }

  /// A piece of a ring with its word along the radius.
  private func ring(
    from angle: Double, _ wide: Double, _ inner: Double, _ outer: Double, _ color: String,
    _ title: String, _ word: String
  ) -> String {
    // A whole circle has no beginning and no end.
    let end = angle + min(wide, 2 * Double.pi - 0.0001)
    func place(_ radius: Double, _ angle: Double) -> String {
      "\(Chart.short(320 + radius * sin(angle))) \(Chart.short(320 - radius * cos(angle)))"
    }
    let large = wide > Double.pi ? 1 : 0
    let path =
      "M\(place(inner, angle))A\(inner) \(inner) 0 \(large) 1 \(place(inner, end))"
      + "L\(place(outer, end))A\(outer) \(outer) 0 \(large) 0 \(place(outer, angle))Z"
    var parts =
      "<path class=\"slice \(color)\" d=\"\(path)\"><title>\(HTML.text(title))</title></path>"
    if wide > Self.roomForText {
      let middle = (angle + end) / 2
      let degrees = middle * 180 / .pi - 90
      let radius = (inner + outer) / 2
      let isUpright = (-90...90).contains(degrees)
      parts +=
        "<text class=\"middle\" dy=\"4\" transform=\"translate(\(place(radius, middle))) "
        + "rotate(\(Chart.short(isUpright ? degrees : degrees + 180)))\">\(HTML.text(String(word.prefix(16))))</text>"
    }
    return parts
  }
}
