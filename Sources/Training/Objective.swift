import Transformer

/// The multitask objective with the auxiliary language-model loss (Radford et al., 2018, equation 5).
///
///     L = L_sft + lambda L_lm
///     L_sft = -(1 / answers) sum log p(answer token | what stands before it)
///     L_lm  = -(1 / tokens) sum log p(token | what stands before it)
///
/// in nats a token. Both sums run over all documents of an optimizer step, each divided once by its
/// own count, so that the numbers do not depend on how the step is cut into batches.
package struct Objective: Codable, Hashable, Sendable {
  /// The weight of the language-model loss; 0 leaves it out.
  package var lambda = 0.0

  package init(lambda: Double = 0) {
    self.lambda = lambda
  }

  /// Sums over documents, to be divided once.
  package struct Sums: Hashable, Sendable {
    /// Negative log-probabilities, in nats.
    package var losses = LossPair(supervised: 0.0, language: 0.0)
    package var counts = LossPair(supervised: 0, language: 0)

    package init() {}

    package static func += (sums: inout Sums, more: Sums) {
      sums.losses.supervised += more.losses.supervised
      sums.losses.language += more.losses.language
      sums.counts.supervised += more.counts.supervised
      sums.counts.language += more.counts.language
    }

    /// Nats a token; nil where no token counts.
    package var supervised: Double? { Self.mean(losses.supervised, counts.supervised) }
    package var language: Double? { Self.mean(losses.language, counts.language) }

    private static func mean(_ sum: Double, _ count: Int) -> Double? {
      count == 0 ? nil : sum / Double(count)
    }
  }

  /// The whole loss of sums; a term without tokens is none.
  package func loss(_ sums: Sums) -> Double {
    (sums.supervised ?? 0) + lambda * (sums.language ?? 0)
  }

  /// Documents as a batch, each target with the derivative of the loss by its log-probability.
  ///
  /// Where lambda is 0 the tokens of texts are looked at all the same: both terms are shown.
  ///
  /// - Parameters:
  ///   - step: The counts of the whole optimizer step that the documents are a part of.
  ///   - keys: What dropout draws from, one for each document.
  package func batch(
    of documents: [TrainingDocument], in step: LossPair<Int>, keys: [UInt64]
  ) -> TrainingBatch {
    let answer = -1 / Double(max(1, step.supervised))
    let text = -lambda / Double(max(1, step.language))
    var batch = TrainingBatch()
    for (document, key) in zip(documents, keys) {
      var targets: [TrainingBatch.Target] = []
      for row in 0..<max(0, document.tokens.count - 1) {
        let isAnswer = document.answers[row + 1]
        guard isAnswer || document.isText else { continue }
        let coefficient = (isAnswer ? answer : 0) + (document.isText ? text : 0)
        targets.append(
          TrainingBatch.Target(
            row: row, token: document.tokens[row + 1], coefficient: Float(coefficient)))
      }
      batch.append(document.tokens, targets: targets, key: key)
    }
    return batch
  }

  /// The sums of documents whose targets' log-probabilities are known, in the order of `batch(of:)`.
  package func sums(
    of documents: [TrainingDocument], _ batch: TrainingBatch, _ logProbabilities: [Double]
  ) -> Sums {
    var sums = Sums()
    var document = 0
    for (target, logProbability) in zip(batch.targets, logProbabilities) {
      while !batch.documents[document].contains(target.row) { document += 1 }
      let place = target.row - batch.documents[document].lowerBound + 1
      if documents[document].answers[place] {
        sums.losses.supervised -= logProbability
        sums.counts.supervised += 1
      }
      if documents[document].isText {
        sums.losses.language -= logProbability
        sums.counts.language += 1
      }
    }
    return sums
  }
}
