/// Every rule with its parameters: data that decides, together with a ledger, what a corpus holds.
///
/// Lists of words come from the prompt files of the language when a configuration is resolved.
package struct RuleSet: Codable, Equatable, Sendable {
  /// How long an instruction is.
  package var length = Bounds(severity: .drop, unit: .words, minimum: 4, maximum: 35)
  /// Words that name what a model of text cannot do; whole words, in any case.
  package var blacklist = Words(severity: .drop)
  /// How an instruction must not begin.
  package var beginning = Words(severity: .drop)
  package var firstCharacter = FirstCharacter()
  /// How a text begins that is no task.
  package var voice = Words(severity: .drop)
  /// Instructions of more than one line.
  package var lines = Switch(severity: .drop)
  package var ending = Ending()
  package var reference = Reference()
  package var markup = Markup()
  /// Texts that were cut at the limit of tokens.
  package var truncated = Switch(severity: .drop)
  package var repetition = Repetition()
  package var likelihood = Likelihood()
  package var novelty = Novelty()

  /// How long an output is.
  package var outputLength = Bounds(severity: .drop, unit: .words, minimum: 1, maximum: 300)
  /// How long an input is that is not empty.
  package var inputLength = Bounds(severity: .drop, unit: .words, minimum: 1, maximum: 250)
  /// Inputs that are their own outputs.
  package var same = Switch(severity: .drop)
  /// Inputs and outputs that end with a colon.
  package var colon = Switch(severity: .drop)
  /// Outputs that repeat the instruction; ROUGE-L F above the limit.
  package var echo = Overlap(severity: .drop, maximum: 0.7)
  /// Outputs that repeat the input; ROUGE-L F above the limit.
  package var copiedInput = Overlap(severity: .drop, maximum: 0.85)
  /// Texts that repeat what the prompt showed; ROUGE-L F above the limit.
  package var copiedPrompt = Overlap(severity: .drop, maximum: 0.7)
  /// What an output says that refuses.
  package var refusal = Words(severity: .drop)
  /// Outputs with a place to fill in, such as `[Name]`.
  package var placeholder = Switch(severity: .drop)
  package var unfinished = Unfinished()
  package var doubt = Doubt()
  /// Labels that are none of the task's, or that the model would not choose.
  package var label = Switch(severity: .drop)
  /// Two outputs for one input drop every instance of the task.
  package var conflict = Switch(severity: .drop)
  /// How many different labels the instances of a classification task have at least.
  package var labels = Minimum(severity: .drop, minimum: 2)
  package var choice = InstanceChoice()

  package init() {}
}

extension RuleSet {
  /// What a length is counted in.
  package enum Unit: String, Codable, Sendable {
    case words, characters
  }

  /// A rule without parameters.
  package struct Switch: Codable, Equatable, Sendable {
    package var severity: Severity
  }

  /// A rule about a length.
  package struct Bounds: Codable, Equatable, Sendable {
    package var severity: Severity
    package var unit: Unit
    /// The shortest that passes.
    package var minimum: Int
    /// The longest that passes.
    package var maximum: Int
  }

  /// A rule about words or phrases.
  package struct Words: Codable, Equatable, Sendable {
    package var severity: Severity
    package var words: [String] = []
  }

  /// A rule about an overlap of two texts.
  package struct Overlap: Codable, Equatable, Sendable {
    package var severity: Severity
    /// The highest ROUGE-L F that passes, 0 to 1.
    package var maximum: Double
  }

  /// A rule about a count.
  package struct Minimum: Codable, Equatable, Sendable {
    package var severity: Severity
    package var minimum: Int
  }

  /// What an instruction begins with.
  package struct FirstCharacter: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// Letters and digits of other scripts than ASCII pass.
    package var allowsOtherScripts = true
    /// Symbols outside of ASCII's punctuation pass; only letters and digits do otherwise.
    package var allowsSymbols = false
  }

  /// What an instruction ends with.
  package struct Ending: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    package var endings = [".", "?", "!", "。", "？", "！"]
    /// What an instruction with an input may end with besides.
    package var endingsBeforeInput = [":", "："]
  }

  /// How an instruction points at a text.
  package struct Reference: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// Phrases that an instruction without input must not have.
    package var missing: [String] = []
    /// Phrases of which an instruction that comes with an input must have one.
    package var required: [String] = []
  }

  /// Characters that belong to code or to a form to fill in.
  package struct Markup: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    package var characters = "[]{}<>`"
  }

  /// How an output ends that breaks off.
  package struct Unfinished: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// An output of more words than this ends with one of `endings`.
    package var words = 12
    package var endings = [".", "!", "?", ")", "\"", "'", "`", ";", "]", "”", "。", "！", "？", "」"]
  }

  /// How unlikely an output may be under the model that wrote it.
  package struct Doubt: Codable, Equatable, Sendable {
    package var severity = Severity.off
    /// The lowest mean log-probability of a token that passes, in nats.
    package var minimum = -1.0
  }

  /// What counts as a loop.
  package struct Repetition: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// How often one run of three words may stand in a text.
    package var maximumRuns = 3
    /// The share of different words of a text of 20 words or more, at least; 0 to 1.
    package var minimumDistinct = 0.45
    /// How often one line of three words or more may stand in a text.
    package var maximumLines = 1
  }

  /// How likely an instruction is under the model that wrote it.
  package struct Likelihood: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// Of the candidates of one wave that pass the other rules, the best this share of all
    /// candidates of that wave go on, rounded up; 0 to 1.
    package var keep = 0.25
  }

  /// How near an instruction may be to what was kept before.
  package struct Novelty: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The highest ROUGE-L F that passes, 0 to 1; the original's value.
    package var maximum = 0.7
  }

  /// Which of several valid instances a task keeps.
  package struct InstanceChoice: Codable, Equatable, Sendable {
    package enum Method: String, Codable, Sendable {
      /// For each input the output with the highest mean log-probability.
      case likelihood
      /// For each input the output that is nearest to the other outputs, by mean ROUGE-L.
      case agreement
      /// For each input the output with the highest sum of both.
      case both
      /// Every instance.
      case all
    }

    package var method = Method.both
    /// How many instances a task keeps at most, drawn at random above that; the original's value.
    package var maximum = 5
  }
}
