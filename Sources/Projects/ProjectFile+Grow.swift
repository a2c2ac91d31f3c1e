import Bootstrapping
import Storage

extension ProjectFile {
  /// The configuration of a round: a preset's, then what the file says, then what flags say.
  ///
  /// - Parameter flags: Values of the general keys (`preset`, `seed`, `tasks`) that were given.
  /// - Throws: `GrowError.configuration` if the values cannot be together.
  package func growConfiguration(flags: [String: JSONValue]) throws -> GrowConfiguration {
    let named = values.merging(flags) { $1 }
    let preset = named["preset"]?.string.flatMap(GrowConfiguration.Preset.init) ?? .standard
    let base = try JSONValue(encoding: GrowConfiguration(preset))
    let known = named.filter { base[$0.key] != nil }
    let configuration: GrowConfiguration = try Self.overlaid(base, with: .object(known)).decoded()
    let problems = configuration.validate()
    if !problems.isEmpty { throw GrowError.configuration(problems) }
    return configuration
  }

  /// The keys of the pipeline that the file gives, dotted.
  package var growKeys: Set<String> {
    let known = (try? JSONValue(encoding: GrowConfiguration()))?.object ?? [:]
    return Self.keys(of: .object(values.filter { known[$0.key] != nil }))
  }

  private static func keys(of value: JSONValue, at path: String = "") -> Set<String> {
    guard let fields = value.object else { return [path] }
    return fields.reduce(into: []) { keys, field in
      keys.formUnion(
        self.keys(of: field.value, at: path.isEmpty ? field.key : "\(path).\(field.key)"))
    }
  }

  /// An object with a fraction at a dotted path and nothing else.
  static func fraction(at path: String) -> JSONValue {
    path.split(separator: ".").reversed()
      .reduce(JSONValue.double(0.5)) { value, key in .object([String(key): value]) }
  }

  /// An object with the fields of another put over it, object by object.
  static func overlaid(_ base: JSONValue, with top: JSONValue) -> JSONValue {
    guard let fields = base.object, let changes = top.object else { return top }
    return .object(
      fields.merging(changes) { old, new in overlaid(old, with: new) })
  }
}
