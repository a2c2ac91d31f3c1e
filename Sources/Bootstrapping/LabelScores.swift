import Foundation

/// How well a task's labels fit its inputs, seen from both sides.
///
///     d(label | input) = softmax over labels of log p(label | task, input) - log p(label | task, nothing)
///     c(label | input) = softmax over labels of log p(input | task, label)
///     P(label | input) = (c + d) / 2
struct LabelScores {
  private var base: [String: (sum: Double, count: Int)] = [:]
  private var scores: [String: [String: Double]] = [:]
  private var channel: [String: [String: Double]] = [:]
  /// The labels in the order they were asked for.
  private var labels: [String] = []

  init(_ replies: [BootstrapState.Reply]) {
    for reply in replies {
      let purpose = reply.ask.purpose
      let score = reply.row.logProbability ?? 0
      if !labels.contains(purpose.label) { labels.append(purpose.label) }
      if purpose.scoresInput {
        channel[purpose.input, default: [:]][purpose.label] = score
      } else if purpose.isContentFree {
        let (sum, count) = base[purpose.label, default: (0, 0)]
        base[purpose.label] = (sum + score, count + 1)
      } else {
        scores[purpose.input, default: [:]][purpose.label] = score
      }
    }
  }

  /// The calibrated probability of a label; nil if the input was not asked about.
  func probability(of label: String, after input: String) -> Double? {
    guard let scores = scores[input], scores[label] != nil else { return nil }
    func odds(_ label: String) -> Double {
      let (sum, count) = base[label, default: (0, 1)]
      return (scores[label] ?? 0) - sum / Double(count)
    }
    let direct = share(of: label, odds)
    guard let inputs = channel[input], inputs[label] != nil else { return direct }
    return (direct + share(of: label) { inputs[$0] ?? -.infinity }) / 2
  }

  /// The softmax of scores over the labels, at one of them.
  private func share(of label: String, _ score: (String) -> Double) -> Double {
    // Summed in the order of the labels, so that equal scores give equal bits.
    let highest = labels.map(score).max() ?? 0
    let total = labels.reduce(0) { $0 + exp(score($1) - highest) }
    return exp(score(label) - highest) / total
  }
}
