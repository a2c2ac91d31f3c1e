import Bootstrapping
import Storage
import TaskCorpus

/// Shows tasks on the terminal and takes down what a person says.
struct ReviewRun {
  private var session: ReviewSession
  private let corpus: String
  private var reviewed = 0
  private var rejected = 0

  init(session: ReviewSession, corpus: String) {
    self.session = session
    self.corpus = corpus
  }

  /// Goes through the pages until the last, `q` or the end of stdin.
  ///
  /// - Throws: `StorageError` if a review cannot be written.
  mutating func run() throws {
    if session.pages.isEmpty {
      try Console.result("\(corpus): every task of this draw has its review")
    } else {
      try Console.result(Self.help)
    }
    for (place, page) in session.pages.enumerated() {
      try Console.result("\n\(place + 1) of \(session.pages.count)  \(Self.text(of: page))")
      guard try review(page) else { break }
    }
    try finish()
  }

  /// Writes the tasks, also where an earlier call was cut off before it did.
  private func finish() throws {
    if reviewed > 0 {
      try Console.result(
        "\n\(reviewed) reviewed, \(rejected) of them rejected: \(corpus)/reviews.jsonl")
    }
    do {
      try session.finish { Console.note("note: \($0)") }
    } catch StorageError.lockHeld {
      Console.note("note: another run writes to the corpus; it writes the tasks by the reviews too")
    }
  }

  /// Takes lines until one says something of a page.
  ///
  /// - Returns: Whether the person goes on.
  private mutating func review(_ page: ReviewSession.Page) throws -> Bool {
    while true {
      Console.live("> ")
      guard let line = readLine() else { return false }
      let answer = Answer(line)
      switch answer {
      case .quit: return false
      case .skip: return true
      case .help: try Console.result(Self.help)
      case .unknown(let letter): Console.note("'\(letter)' is no answer here; '?' explains them")
      case .verdict(let letters):
        let edit = letters.contains("e") ? Self.edit(page) : nil
        try session.record(
          page, instructionIsSensible: !letters.contains("i"), inputFits: !letters.contains("n"),
          outputIsRight: !letters.contains("o"), isRejected: letters.contains("r"), edit: edit)
        reviewed += 1
        rejected += letters.contains("r") ? 1 : 0
        return true
      }
    }
  }

  /// Asks for new texts of the task and its first instance.
  ///
  /// - Returns: Nil if all stay as they are.
  private static func edit(_ page: ReviewSession.Page) -> Review.Edit? {
    func ask(_ name: String, _ old: String) -> String {
      Console.live("new \(name) (enter keeps it, '-' empties it, a JSON string has any text): ")
      guard let line = readLine(), !line.isEmpty else { return old }
      if line == "-" { return "" }
      return (try? JSONValue(parsing: line))?.string ?? line
    }
    let first = page.instances.first
    let old = Review.Edit(
      instruction: page.instruction, input: first?.input ?? "", output: first?.output ?? "")
    let new = Review.Edit(
      instruction: ask("instruction", old.instruction), input: ask("input", old.input),
      output: ask("output", old.output))
    return new == old ? nil : new
  }

  private static func text(of page: ReviewSession.Page) -> String {
    var lines = ["\(page.id), round \(page.round)", "instruction: \(page.instruction)"]
    for instance in page.instances {
      if !instance.input.isEmpty { lines.append("input: \(instance.input)") }
      lines.append("output: \(instance.output)")
    }
    return lines.joined(separator: "\n")
  }

  private static let help = """
    enter  all is well        i  the instruction makes no sense
    s      say nothing        n  the input does not fit
    q      stop here          o  the output is wrong
    ?      this help          r  reject the task      e  edit its texts
    The first letters may stand together, such as 'or'. What is not rejected stays, whatever
    rules say later.
    """
}

/// What a line says.
private enum Answer {
  case verdict(Set<Character>)
  case skip
  case quit
  case help
  case unknown(Character)

  init(_ line: String) {
    let letters = Set(line.lowercased().filter { !$0.isWhitespace })
    // What says nothing of the task stands alone, or a verdict would be lost.
    let alone = letters.intersection("sq?")
    if let stray = letters.subtracting("inoresq?").min() ?? (letters.count > 1 ? alone.min() : nil)
    {
      self = .unknown(stray)
    } else if letters.contains("?") {
      self = .help
    } else if letters.contains("q") {
      self = .quit
    } else {
      self = letters.contains("s") ? .skip : .verdict(letters)
    }
  }
}
