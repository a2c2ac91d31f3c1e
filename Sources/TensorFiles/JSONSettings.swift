import Storage

/// A JSON file of settings, such as `config.json`, read key by key; a wrong one is an error that
/// names file and key.
package struct JSONSettings: Sendable {
  /// The path that error messages name.
  package let path: String
  /// All fields.
  package let fields: [String: JSONValue]

  /// Reads a file.
  /// - Throws: `StorageError` for a file that cannot be read or is no JSON, `TensorFileError` when
  ///   it holds no object.
  package init(path: String) throws {
    self.path = path
    let value = try JSONDocument.read(path)
    guard let fields = value.object else {
      throw TensorFileError.malformed(
        file: path, found: "holds \(value.kind)", expected: "an object")
    }
    self.fields = fields
  }

  /// Whether there is a value, other than null, at a key.
  package func has(_ key: String) -> Bool { (fields[key] ?? .null) != .null }

  /// The string at a key.
  /// - Throws: `TensorFileError.missingKey` or `.wrongType`; so do the getters below.
  package func string(_ key: String) throws(TensorFileError) -> String {
    try value(key, "a string", \.string)
  }

  /// The integer at a key.
  package func int(_ key: String) throws(TensorFileError) -> Int {
    try value(key, "an integer", \.int)
  }

  /// The number at a key.
  package func float(_ key: String) throws(TensorFileError) -> Double {
    try value(key, "a number", \.double)
  }

  /// The truth value at a key.
  package func bool(_ key: String) throws(TensorFileError) -> Bool {
    try value(key, "true or false", \.bool)
  }

  /// The integers at a key, where one may stand without its list.
  package func ints(_ key: String) throws(TensorFileError) -> [Int] {
    try value(key, "an integer or an array of them") { value in
      if let number = value.int { return [number] }
      guard let array = value.array else { return nil }
      let numbers = array.compactMap(\.int)
      return numbers.count == array.count ? numbers : nil
    }
  }

  private func value<Value>(
    _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(TensorFileError) -> Value {
    guard let value = fields[key], value != .null else {
      throw .missingKey(file: path, key: key, expected: expected)
    }
    guard let found = read(value) else {
      throw .wrongType(file: path, key: key, found: value.shown, expected: expected)
    }
    return found
  }
}
