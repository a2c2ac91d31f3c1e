import LanguageModels

/// One input with its output.
package struct ParsedInstance: Hashable, Sendable {
  package var input: String
  package var output: String

  package init(input: String, output: String) {
    self.input = input
    self.output = output
  }
}

/// A worked task that a prompt shows.
package struct WorkedTask: Hashable, Sendable {
  package var id: String
  package var instruction: String
  package var instances: [ParsedInstance]

  package init(id: String, instruction: String, instances: [ParsedInstance]) {
    self.id = id
    self.instruction = instruction
    self.instances = instances
  }
}

/// The original's way to instances of tasks that are not classification: worked tasks, then the
/// new one, whose examples the model writes with each input before its output.
package struct InputFirstPrompt: Hashable, Sendable {
  package let stopStrings: [String]
  private let header: String
  private let task: Template
  private let exampleWord: String
  private let inputWord: String
  private let outputWord: String

  static let sections = ["header", "task", "example word", "input word", "output word", "stop"]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    task = try file.template("task", ["task"])
    exampleWord = try file.text("example word")
    inputWord = try file.text("input word")
    outputWord = try file.text("output word")
    stopStrings = try file.list("stop")
  }

  /// The prompt after worked tasks.
  package func text(for instruction: String, examples: [WorkedTask]) -> String {
    var parts = [header]
    for shown in examples {
      parts.append(task.filled(["task": shown.instruction]) + "\n" + body(of: shown))
    }
    parts.append(task.filled(["task": instruction]) + "\n")
    return parts.joined(separator: "\n\n")
  }

  /// The completion that says these instances; what `instances` reads back.
  package func body(of worked: WorkedTask) -> String {
    let needsNumbers = worked.instances.contains { !$0.input.isEmpty }
    var lines: [String] = []
    for (index, instance) in worked.instances.enumerated() {
      if needsNumbers { lines.append("\(exampleWord) \(index + 1)") }
      if !instance.input.isEmpty { lines.append("\(inputWord): \(instance.input)") }
      lines.append("\(outputWord): \(instance.output)")
    }
    return lines.joined(separator: "\n")
  }

  /// The instances in a completion; the last one goes if the completion was cut.
  package func instances(of completion: String, _ finishReason: FinishReason) -> [ParsedInstance] {
    let text = String(completion.trimmed)
    let example = Marker(.example, exampleWord)
    var instances: [ParsedInstance] = []
    if example.occurs(in: text) {
      let parts = example.parts(of: text).filter { !$0.trimmed.isEmpty }
      instances = parts.map { instance(of: String($0.trimmed)) }
    } else if Marker(.field, outputWord).occurs(in: text) {
      instances = [instance(of: text)]
    }
    return finishReason == .length ? instances.dropLast() : instances
  }

  private func instance(of text: String) -> ParsedInstance {
    let outputs = Marker(.field, outputWord).parts(of: text)
    let hasMarker = outputs.count > 1
    var input = hasMarker ? String(outputs[0].trimmed) : ""
    var output = String((hasMarker ? outputs[1] : text).trimmed)
    let field = Marker(.field, inputWord)
    if field.occurs(in: output) { output = String(field.parts(of: output)[0].trimmed) }
    input = String(field.removedFromStart(of: input).trimmed)
    return ParsedInstance(input: input, output: output)
  }
}

/// The original's way to instances of classification tasks: each label before an input for it.
package struct OutputFirstPrompt: Hashable, Sendable {
  package let stopStrings: [String]
  private let header: String
  private let task: Template
  private let labelWord: String

  static let sections = ["header", "task", "label word", "stop"]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    task = try file.template("task", ["task"])
    labelWord = try file.text("label word")
    stopStrings = try file.list("stop")
  }

  /// The prompt after worked tasks.
  package func text(for instruction: String, examples: [WorkedTask]) -> String {
    var parts = [header]
    for shown in examples {
      parts.append(task.filled(["task": shown.instruction]) + "\n" + body(of: shown))
    }
    parts.append(task.filled(["task": instruction]) + "\n")
    return parts.joined(separator: "\n\n")
  }

  /// The completion that says these instances; what `instances` reads back.
  package func body(of worked: WorkedTask) -> String {
    let blocks = worked.instances.map { instance in
      let label = "\(labelWord): \(instance.output.collapsed)"
      return instance.input.isEmpty ? label : "\(label)\n\(instance.input)"
    }
    return blocks.joined(separator: "\n")
  }

  /// The instances in a completion; the last one goes if the completion was cut.
  package func instances(of completion: String, _ finishReason: FinishReason) -> [ParsedInstance] {
    let marker = labelWord + ":"
    guard completion.contains(marker) else { return [] }
    let blocks = completion.components(splitBy: marker).dropFirst()
    let instances = blocks.map { block in
      let text = block.trimmed
      let label = text.prefix { $0 != "\n" }
      return ParsedInstance(
        input: String(text[label.endIndex...].trimmed), output: String(label.trimmed))
    }
    return finishReason == .length ? instances.dropLast() : instances
  }
}

extension String {
  /// The parts between the places where a non-empty text stands.
  func components(splitBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
