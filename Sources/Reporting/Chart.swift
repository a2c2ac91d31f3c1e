/// A plot as SVG: axes in round steps, labelled, and marks with their values as titles.
struct Chart {
  /// Some points that belong together.
  struct Series {
    var name: String
    var points: [(x: Double, y: Double)]
    /// Whether they are joined by a line.
    var isLine = true
  }

  /// What a person who cannot see it is told.
  var summary: String
  var xLabel: String
  var yLabel: String
  var width = 560.0
  var height = 260.0

  private var left: Double { 64 }
  private var bottom: Double { 44 }
  private var top: Double { 12 }
  private var plotWidth: Double { width - left - 12 }
  private var plotHeight: Double { height - top - bottom }

  /// A bar for each bin of equal width.
  func histogram(_ counts: [Int], from low: Double, to high: Double) -> String {
    let ticks = Self.ticks(from: 0, to: Double(max(1, counts.max() ?? 1)), isWhole: true)
    let most = ticks.last ?? 1
    let step = plotWidth / Double(max(1, counts.count))
    let bin = (high - low) / Double(max(1, counts.count))
    let bars = counts.enumerated().filter { $0.element > 0 }.map { index, count -> String in
      let tall = plotHeight * Double(count) / most
      let from = low + bin * Double(index)
      let label = "\(Shown.number(from)) to \(Shown.number(from + bin)): \(Shown.count(count))"
      return rectangle(
        left + step * Double(index) + 0.5, top + plotHeight - tall, max(1, step - 1), tall, label)
    }
    return svg(
      xTicks: Self.ticks(from: low, to: high), from: low, to: high, yTicks: ticks,
      upTo: most, marks: bars.joined())
  }

  /// Lines or points over a common scale.
  ///
  /// - Parameter xTicks: Places with texts; those of the numbers if nil.
  func lines(_ series: [Series], xTicks: [(x: Double, text: String)]? = nil) -> String {
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = points.first else { return "" }
    let xs = points.reduce((first.x, first.x)) { (min($0.0, $1.x), max($0.1, $1.x)) }
    let (low, high) = xs.0 == xs.1 ? (xs.0 - 1, xs.1 + 1) : xs
    let ticks = Self.ticks(from: 0, to: points.map(\.y).max() ?? 1)
    let most = ticks.last ?? 1
    func place(_ point: (x: Double, y: Double)) -> (Double, Double) {
      (left + plotWidth * (point.x - low) / (high - low), top + plotHeight * (1 - point.y / most))
    }
    var marks = ""
    for (index, one) in series.enumerated() {
      let places = one.points.filter { $0.x.isFinite && $0.y.isFinite }.map(place)
      if one.isLine, places.count > 1 {
        let path = places.map { "\(Self.short($0.0)),\(Self.short($0.1))" }.joined(separator: " ")
        marks += "<polyline class=\"line c\(index % 6)\" points=\"\(path)\"/>"
      }
      guard !one.isLine || places.count <= 60 else { continue }
      for (point, at) in zip(one.points, places) {
        let label = "\(one.name): \(Shown.number(point.y, places: 4))"
        marks +=
          "<circle class=\"c\(index % 6)\" cx=\"\(Self.short(at.0))\" cy=\"\(Self.short(at.1))\" r=\"3.5\">"
          + "<title>\(HTML.text(label))</title></circle>"
      }
    }
    return svg(
      xTicks: xTicks?.map(\.x) ?? Self.ticks(from: low, to: high), from: low, to: high,
      yTicks: ticks, upTo: most, marks: marks, xTexts: xTicks?.map(\.text))
  }

  /// A bar to the right for each name.
  static func bars(
    _ rows: [(name: String, count: Int, isGood: Bool)], summary: String
  ) -> String {
    let most = Double(max(1, rows.map(\.count).max() ?? 1))
    let (height, left, width) = (22.0, 150.0, 560.0)
    let marks = rows.enumerated().map { index, row -> String in
      let y = Double(index) * height
      let long = (width - left - 70) * Double(row.count) / most
      return "<text class=\"name\" x=\"\(left - 8)\" y=\"\(y + 15)\">\(HTML.text(row.name))</text>"
        + "<rect class=\"\(row.isGood ? "good" : "bar")\" x=\"\(left)\" y=\"\(y + 3)\" width=\"\(short(max(1, long)))\" height=\"16\"/>"
        + "<text x=\"\(short(left + long + 6))\" y=\"\(y + 15)\">\(Shown.count(row.count))</text>"
    }
    return open(width, height * Double(rows.count), summary) + marks.joined() + "</svg>"
  }

  // MARK: Parts

  private func svg(
    xTicks: [Double], from low: Double, to high: Double, yTicks: [Double], upTo most: Double,
    marks: String, xTexts: [String]? = nil
  ) -> String {
    var parts = Self.open(width, height, summary)
    for tick in yTicks {
      let y = Self.short(top + plotHeight * (1 - tick / most))
      parts +=
        "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + plotWidth)\" y1=\"\(y)\" y2=\"\(y)\"/>"
        + "<text class=\"name\" x=\"\(left - 6)\" y=\"\(y)\" dy=\"4\">\(Shown.number(tick, places: 4))</text>"
    }
    for (index, tick) in xTicks.enumerated() where high > low && tick <= high {
      let text = xTexts.map { $0[index] } ?? Shown.number(tick)
      // A long label at the edge moves in, so that all of it is seen.
      let edge = width - Double(text.count) * Self.halfLetter
      let x = Self.short(min(left + plotWidth * (tick - low) / (high - low), edge))
      parts +=
        "<text class=\"middle\" x=\"\(x)\" y=\"\(top + plotHeight + 16)\">\(HTML.text(text))</text>"
    }
    parts += marks
    parts +=
      "<text class=\"middle axis\" x=\"\(left + plotWidth / 2)\" y=\"\(height - 8)\">\(HTML.text(xLabel))</text>"
      + "<text class=\"middle axis\" transform=\"translate(12 \(top + plotHeight / 2)) rotate(-90)\">\(HTML.text(yLabel))</text>"
    return parts + "</svg>"
  }

  private func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ label: String
  ) -> String {
    "<rect class=\"bar\" x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" width=\"\(Self.short(width))\" "
      + "height=\"\(Self.short(height))\"><title>\(HTML.text(label))</title></rect>"
  }

  static func open(_ width: Double, _ height: Double, _ summary: String) -> String {
    "<svg viewBox=\"0 0 \(short(width)) \(short(max(1, height)))\" role=\"img\" aria-label=\"\(HTML.text(summary))\">"
  }

  /// Half of a letter's width in a label, about.
  private static let halfLetter = 3.7

  static func short(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  /// About five round numbers that reach over a range.
  static func ticks(from low: Double, to high: Double, isWhole: Bool = false) -> [Double] {
    guard high > low, (high - low).isFinite else { return [low, low + 1] }
    var step = 1.0
    let rough = (high - low) / 5
    while step > rough { step /= 10 }
    while step * 10 <= rough { step *= 10 }
    step *= [1, 2, 5, 10].first { $0 * step >= rough } ?? 10
    if isWhole { step = max(1, step.rounded()) }
    let first = (low / step).rounded(.up)
    let last = low == 0 ? (high / step).rounded(.up) : (high / step + 1e-9).rounded(.down)
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }
}
