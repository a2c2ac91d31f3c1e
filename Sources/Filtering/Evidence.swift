import Storage
import TaskCorpus

/// What is known about an instruction besides its text.
package struct InstructionEvidence: Codable, Equatable, Sendable {
  /// Why the completion ended: `stop` or `length`.
  package var finish: String
  /// Mean log-probability of a token under the generating model, in nats; nil if it does not tell.
  package var logProbability: Double?
  /// The same of the instruction in a bare user turn; nil if it was not scored so.
  package var userTurn: Double?
  /// The share of its words that the seeds have too, 0 to 1.
  package var relevance: Double
  /// The words that the instruction was made to begin with; empty if it was free.
  package var opener: String
  /// What the prompt said it is about; empty if nothing.
  package var topic: String
  /// What kind of task the prompt asked for.
  package var kind: InstructionKind
  /// Whether the task is classification, where that follows from what was asked for.
  package var isClassification: Bool?
  /// How many candidates of its kind the wave asked for.
  package var group: Int
  /// What was kept already and nearest when this was found, nearest first; as many as the original
  /// records.
  package var nearest: [InstructionPool.Neighbour]
  /// The mean ROUGE-L F with everything that was kept then; the original records it too.
  package var meanSimilarity: Double?
  /// What it and the input that came with it have in common with evaluation sets; nil if nothing.
  package var evaluation: EvaluationOverlap?

  package init(
    finish: String, logProbability: Double?, relevance: Double = 0, opener: String = "",
    topic: String = "", kind: InstructionKind = .open, isClassification: Bool? = nil, group: Int,
    nearest: [InstructionPool.Neighbour] = [], meanSimilarity: Double? = nil
  ) {
    self.finish = finish
    self.logProbability = logProbability
    self.relevance = relevance
    self.opener = opener
    self.topic = topic
    self.kind = kind
    self.isClassification = isClassification
    self.group = group
    self.nearest = nearest
    self.meanSimilarity = meanSimilarity
  }
}

/// What kind of task a prompt asks for.
package enum InstructionKind: String, Codable, CaseIterable, Hashable, Sendable {
  /// One that says everything itself, or any.
  case open
  /// One about a text that comes with it.
  case input
  /// One that is answered with one of a few labels.
  case label
}

/// What is known about an input or an instance besides its texts.
package struct InstanceEvidence: Codable, Equatable, Sendable {
  /// Why the completion ended: `stop` or `length`.
  package var finish: String
  /// Mean log-probability of a token under the generating model, in nats; nil if it does not tell.
  package var logProbability: Double?
  /// ROUGE-L F with the nearest text of the kind that the prompt showed; 0 if it showed none.
  package var shownOverlap: Double
  /// A draw uniform in [0, 1): of more instances than a task keeps, those with the lowest stay.
  package var draw: Double
  /// For a label: its calibrated probability among the task's labels.
  package var probability: Double?
  /// What input and output have in common with evaluation sets; nil if nothing.
  package var evaluation: EvaluationOverlap?
  /// Whether a judge is asked about it, or about the instance that it becomes, before that counts;
  /// nil if not.
  package var awaitsJudge: Bool?

  package init(
    finish: String, logProbability: Double?, shownOverlap: Double = 0, draw: Double = 0,
    probability: Double? = nil
  ) {
    self.finish = finish
    self.logProbability = logProbability
    self.shownOverlap = shownOverlap
    self.draw = draw
    self.probability = probability
  }
}

/// What was read from completions, by stage.
package enum Parse {
  /// A new instruction.
  package struct Instruction: Codable, Equatable, Sendable {
    package var instruction: String
    /// The text that the same completion gave for it; nil if it gave none.
    package var input: String?
    /// The labels that the instruction names; nil if it names none.
    package var labels: [String]?

    package init(_ instruction: String, input: String? = nil, labels: [String]? = nil) {
      self.instruction = instruction
      self.input = input
      self.labels = labels
    }
  }

  /// A yes or no about an instruction.
  package struct Answer: Codable, Equatable, Sendable {
    package var yes: Bool

    package init(_ yes: Bool) { self.yes = yes }
  }

  /// The labels of a classification task.
  package struct Labels: Codable, Equatable, Sendable {
    package var labels: [String]

    package init(_ labels: [String]) { self.labels = labels }
  }

  /// An input.
  package struct Input: Codable, Equatable, Sendable {
    package var input: String
    /// The label that it was made for.
    package var label: String?

    package init(_ input: String, label: String? = nil) {
      self.input = input
      self.label = label
    }
  }

  /// What a judge says of an instance.
  package struct Score: Codable, Equatable, Sendable {
    /// The instance's id.
    package var instance: String
    /// From 1 to 5; nil if it gave none.
    package var score: Int?

    package init(instance: String, score: Int?) {
      self.instance = instance
      self.score = score
    }
  }

  /// An input with its output.
  package struct Instance: Codable, Equatable, Sendable {
    package var input: String
    package var output: String

    package init(input: String, output: String) {
      self.input = input
      self.output = output
    }
  }
}

/// The stages of a pipeline, as they are named in ledgers.
package enum Stage: String, Codable, CaseIterable, Hashable, Sendable {
  case instruction
  /// Likelihood of an instruction in a bare user turn.
  case ranking
  /// What the examples alone suggest, for calibration.
  case calibration
  case classification
  case inputNeed = "input-need"
  case labels
  case input
  case labelledInput = "labelled-input"
  case label
  /// Inputs and outputs in one completion, the original's way.
  case instances
  case answer
  /// What another model thinks of an instance.
  case judge
}
