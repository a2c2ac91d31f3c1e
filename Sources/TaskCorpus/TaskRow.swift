import Storage

/// The fields of one row while a task is read from them: known ones are taken out by name and type,
/// the rest is what nobody asked for.
struct TaskRow {
  /// The fields not taken yet.
  private(set) var rest: [String: JSONValue]

  init(_ value: JSONValue) throws(JSONProblem) {
    guard let fields = value.object else {
      throw JSONProblem(found: "the row is \(value.kind)", expected: "an object")
    }
    rest = fields
  }

  func has(_ key: String) -> Bool {
    rest[key] != nil
  }

  /// Takes a field of any type; null counts as missing.
  mutating func take(_ key: String) -> JSONValue? {
    let value = rest.removeValue(forKey: key)
    return value == .null ? nil : value
  }

  mutating func optionalString(_ key: String) throws(JSONProblem) -> String? {
    guard let value = take(key) else { return nil }
    guard let text = value.string else { throw wrongType(key, value, "a string") }
    return text
  }

  mutating func optionalBool(_ key: String) throws(JSONProblem) -> Bool? {
    guard let value = take(key) else { return nil }
    guard let flag = value.bool else { throw wrongType(key, value, "true or false") }
    return flag
  }

  mutating func string(_ key: String) throws(JSONProblem) -> String {
    guard let text = try optionalString(key) else {
      throw JSONProblem(found: "'\(key)' is missing", expected: "a string")
    }
    return text
  }

  /// A string that holds more than white space.
  mutating func filledString(_ key: String) throws(JSONProblem) -> String {
    let text = try string(key)
    if text.allSatisfy(\.isWhitespace) {
      throw JSONProblem(found: "'\(key)' is empty", expected: "text")
    }
    return text
  }

  /// The `id`: a string, or an integer as its digits.
  mutating func identifier() throws(JSONProblem) -> String? {
    switch take("id") {
    case nil: return nil
    case .string(let text) where !text.isEmpty: return text
    case .string: throw JSONProblem(found: "'id' is empty", expected: "a name, or no id at all")
    case .int(let number): return String(number)
    case .largeInteger(let digits): return digits
    case .some(let value): throw wrongType("id", value, "a string")
    }
  }

  /// The `instances` of the original schema: at least one, each with an output and mostly an input.
  mutating func instances() throws(JSONProblem) -> [TaskInstance] {
    guard let value = take("instances") else {
      throw JSONProblem(
        found: "'instances' is missing", expected: "a list of inputs and outputs")
    }
    guard let elements = value.array else { throw wrongType("instances", value, "an array") }
    if elements.isEmpty { throw JSONProblem(found: "'instances' is empty", expected: "at least 1") }
    var instances: [TaskInstance] = []
    for (index, element) in elements.enumerated() {
      do {
        var row = try TaskRow(element)
        instances.append(try row.instance())
      } catch {
        throw JSONProblem(found: "'instances[\(index)]': \(error.found)", expected: error.expected)
      }
    }
    return instances
  }

  /// The instance whose input and output are fields of this object; the rest of it becomes extra.
  mutating func instance() throws(JSONProblem) -> TaskInstance {
    let input = try optionalString("input") ?? ""
    let output = try string("output")
    return TaskInstance(input: input, output: output, extra: rest)
  }

  private func wrongType(_ key: String, _ value: JSONValue, _ expected: String) -> JSONProblem {
    JSONProblem(found: "'\(key)' is \(value.kind)", expected: expected)
  }
}
