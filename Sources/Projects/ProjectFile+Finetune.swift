import Storage
import Training

extension ProjectFile {
  /// The configuration of a training run: the defaults, then what the file says, then what flags
  /// say.
  ///
  /// - Parameter flags: Values of keys of the section `finetune`, or of `seed` and `precision`; those
  ///   of an inner section as its object.
  /// - Throws: `TrainingError.configuration` if the values cannot be together.
  package func finetuneConfiguration(
    flags: [String: JSONValue]
  ) throws -> FinetuneConfiguration {
    var named = values["finetune"]?.object ?? [:]
    named["seed"] = values["seed"]
    named["precision"] = values["precision"]
    let given = Self.overlaid(.object(named), with: .object(flags))
    let base = try JSONValue(encoding: FinetuneConfiguration())
    let configuration: FinetuneConfiguration
    do {
      configuration = try Self.overlaid(base, with: given).decoded()
    } catch {
      let problem = JSONProblem(error)
      throw TrainingError.configuration([
        "\(Self.name): finetune: \(problem.found); expected \(problem.expected)"
      ])
    }
    let problems = configuration.validate()
    if !problems.isEmpty {
      throw TrainingError.configuration(problems.map { "\(Self.name): finetune.\($0)" })
    }
    return configuration
  }
}
