import Evaluation
import Storage

extension ProjectFile {
  /// The configuration of the gate: the defaults, then what the file says.
  ///
  /// - Throws: `ProjectError.gate` if the values cannot be.
  package func gateConfiguration() throws -> GateConfiguration {
    let base = try JSONValue(encoding: GateConfiguration())
    let given = JSONValue.object(object("gate") ?? [:])
    let configuration: GateConfiguration = try Self.overlaid(base, with: given).decoded()
    if let problem = configuration.validate().first { throw ProjectError.gate(problem) }
    return configuration
  }
}
