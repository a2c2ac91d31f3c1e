import TaskCorpus

/// Every rule with its parameters: data that decides, together with a ledger, what a corpus holds.
///
/// Lists of words come from the prompt files of the language when a configuration is resolved.
package struct RuleSet: Codable, Equatable, Sendable {
  /// How long an instruction is.
  package var length = Bounds(severity: .drop, unit: .words, minimum: 4, maximum: 35)
  /// Words that name what a model of text cannot do; whole words, in any case.
  package var blacklist = Words(severity: .drop)
  /// Besides, words that do not go well with an input.
  package var blacklistWithInput = Words(severity: .drop)
  /// How an instruction must not begin.
  package var beginning = Words(severity: .drop)
  package var firstCharacter = FirstCharacter()
  /// How the first word of an instruction does not end.
  package var firstWord = Words(severity: .drop)
  /// How a text begins that is no task; not for instructions with an input.
  package var voice = Words(severity: .drop)
  package var chat = Chat()
  package var numbers = Numbers()
  /// Instructions without input of whose words the seeds have none.
  package var relevance = Switch(severity: .drop)
  /// How many sentences an instruction has at most.
  package var sentences = Maximum(severity: .drop, maximum: 1)
  /// Instructions of more than one line.
  package var lines = Switch(severity: .drop)
  package var ending = Ending()
  package var reference = Reference()
  package var markup = Markup()
  package var language = ForeignLanguage()
  package var secret = Secret()
  package var contamination = Contamination()
  /// Texts that were cut at the limit of tokens.
  package var truncated = Switch(severity: .drop)
  package var repetition = Repetition()
  package var likelihood = Likelihood()
  package var novelty = Novelty()
  package var opening = Opening()
  /// Classification tasks with the labels of another one, and inputs that begin with the same
  /// three words as another one's.
  package var variety = Switch(severity: .drop)

  /// How long an output is that goes with an input.
  package var outputLength = Bounds(severity: .drop, unit: .words, minimum: 1, maximum: 300)
  /// How long an output is that answers an instruction alone. Short ones of small models are empty
  /// talk: of the first hundred tasks read by hand 2 of 16 answers below 25 words were right, and
  /// 20 of 46 above.
  package var answerLength = Bounds(severity: .drop, unit: .words, minimum: 20, maximum: 300)
  /// How long an input is that is not empty.
  package var inputLength = Bounds(severity: .drop, unit: .words, minimum: 8, maximum: 250)
  /// Instructions that came without the input they were asked for with; where this does not drop
  /// them, an input is asked for on its own.
  package var missingInput = Switch(severity: .drop)
  package var inputForm = InputForm()
  package var labelInput = LabelInput()
  /// Inputs that are their own outputs.
  package var same = Switch(severity: .drop)
  /// Inputs and outputs that end with a colon.
  package var colon = Switch(severity: .drop)
  /// Outputs that repeat the instruction; ROUGE-L F above the limit.
  package var echo = Overlap(severity: .drop, maximum: 0.7)
  /// Outputs that repeat the input; ROUGE-L F above the limit.
  package var copiedInput = Overlap(severity: .drop, maximum: 0.8)
  /// Texts that repeat what the prompt showed; ROUGE-L F above the limit.
  package var copiedPrompt = Overlap(severity: .drop, maximum: 0.7)
  /// What an output says that refuses.
  package var refusal = Words(severity: .drop)
  /// Outputs with a place to fill in, such as `[Name]`.
  package var placeholder = Switch(severity: .drop)
  package var unfinished = Unfinished()
  /// How an output about an input does not begin.
  package var preface = Words(severity: .drop)
  package var label = Label()
  /// Two outputs for one input drop every instance of the task.
  package var conflict = Switch(severity: .drop)
  /// How many different labels the instances of a classification task have at least.
  package var labels = Minimum(severity: .drop, minimum: 2)
  package var doubt = Doubt()
  package var judge = Judge()
  package var choice = InstanceChoice()

  package init() {}
}

extension RuleSet {
  /// A share of a count, rounded up.
  ///
  /// A product that is a whole number on paper may be a rounding above it: 0.07 of 100 is 7. A hair
  /// less than the product is what is rounded up.
  static func count(_ share: Double, of count: Int) -> Int {
    Int((Double(count) * share * (1 - 1e-12)).rounded(.up))
  }

  /// A rule without parameters.
  package struct Switch: Codable, Equatable, Sendable {
    package var severity: Severity
  }

  /// A rule about a length.
  package struct Bounds: Codable, Equatable, Sendable {
    package var severity: Severity
    package var unit: Language.LengthUnit
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

  /// A rule about a count that must not be passed.
  package struct Maximum: Codable, Equatable, Sendable {
    package var severity: Severity
    package var maximum: Int
  }

  /// A rule about a count that must be reached.
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
    /// Besides, characters that no instruction holds but those with labels in it.
    package var inInstructions = "\""
  }

  /// How an output ends that breaks off.
  package struct Unfinished: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// An output of more words than this ends with one of `endings`.
    package var words = 12
    package var endings = [".", "!", "?", ")", "\"", "'", "`", ";", "]", "”", "。", "！", "？", "」"]
  }

  /// How sure the model is of the answers to a task.
  package struct Doubt: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// Of the tasks of a kind that one wave finishes, the share that the model is surest of and
    /// that stays, rounded up; 0 to 1. Sure is a high sum of mean log-probability and agreement of
    /// the answer, for labels a high probability of each.
    package var keep = 1.0
    /// The lowest sum that passes for an answer without input, and for one with an input. Without
    /// input agreement says little: empty talk agrees with itself.
    package var minimum = -1.0
    package var minimumWithInput = -0.1
  }

  /// The scores that a judge gives, from 1 to 5; what no judge was to be asked about passes.
  package struct Judge: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The lowest score that passes.
    package var minimum = 3
  }

  /// What speaks to or of an assistant, in an instruction without input.
  package struct Chat: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    package var words: [String] = []
    /// Beginnings that are not looked at.
    package var exceptions: [String] = []
    /// Words that an instruction does not end with.
    package var lastWords: [String] = []
  }

  /// Sums and figures in an instruction without input, of which small models make nonsense: two
  /// numbers, one of three digits or more, or any of these.
  package struct Numbers: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    package var words: [String] = []
    package var characters = "$%=+*;"
  }

  /// How often instructions may begin alike.
  package struct Opening: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// How many first words count.
    package var words = 2
    /// How many instructions of a round may begin with the same ones.
    package var maximum = 3
  }

  /// What makes an input no text.
  package struct InputForm: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// How an input does not begin.
    package var beginnings: [String] = []
    /// What no line of it begins with, before a colon.
    package var fields: [String] = []
    /// What it does not say.
    package var phrases: [String] = []
  }

  /// What an input for a label is like.
  package struct LabelInput: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The fewest characters that pass.
    package var minimumCharacters = 4
    /// What it does not say, besides the labels themselves.
    package var words: [String] = []
    /// How it does not begin.
    package var beginnings: [String] = []
  }

  /// Which labels are right.
  package struct Label: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The calibrated probability of one of two labels that passes, at least, 0 to 1; 0.05 less
    /// where there are more labels.
    package var minimum = 0.55
  }

  /// Instructions in another language than the corpus.
  package struct ForeignLanguage: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The languages that pass, ISO 639-1; with none nothing is foreign.
    package var languages: [String] = []
    /// How many known words, letters or characters a guess needs at least.
    package var minimumEvidence = 4.0
    /// The share of them that speaks for the other language, at least; 0 to 1.
    package var minimumShare = 0.8
  }

  /// What a data set should not give away, in instructions, inputs and outputs. In what a small
  /// model makes up it is mostly invented, so it is marked and not dropped.
  package struct Secret: Codable, Equatable, Sendable {
    package var severity = Severity.flag
    /// Addresses of the web.
    package var urls = true
    /// Addresses of mail.
    package var emails = true
    /// Keys of services, tokens, and long runs of letters and digits that look like one.
    package var keys = true
  }

  /// What a task may have in common with a text of the evaluation sets.
  package struct Contamination: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The highest ROUGE-L F of instruction or input that passes, 0.4 to 1; novelty's value in the
    /// original.
    package var maximum = 0.7
    /// The highest share of a text's words that may stand in the task in runs, 0 to 1. Half of a
    /// text is what reports on instruction data call contaminated.
    package var maximumCoverage = 0.5
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
    /// How many words of an instruction may be repetitions, besides a quarter of it.
    package var maximumRepeats = 2
  }

  /// How likely an instruction is under the model that wrote it.
  package struct Likelihood: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// Of the candidates of one wave that pass the other rules, the share that goes on, rounded
    /// up; 0 to 1: of those without input, with input, and with labels.
    package var keep = 0.18
    package var keepWithInput = 0.2
    package var keepWithLabels = 0.12
    /// What counts beside the log-probability: the share of an instruction's words that the seeds
    /// have too, times this many nats.
    package var relevance = 0.0
  }

  /// How near an instruction may be to what was kept before.
  package struct Novelty: Codable, Equatable, Sendable {
    package var severity = Severity.drop
    /// The highest ROUGE-L F that passes, 0 to 1; the original's value is 0.7.
    package var maximum = 0.55
    /// The same for classification tasks, which are worded alike and differ in their labels.
    package var maximumWithLabels = 0.6

    /// What passes for a kind of task.
    package func maximum(for kind: InstructionKind) -> Double {
      kind == .label ? maximumWithLabels : maximum
    }
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
