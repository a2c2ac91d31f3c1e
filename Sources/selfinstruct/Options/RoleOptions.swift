import ArgumentParser
import Bootstrapping
import HTTPModels
import LanguageModels
import LocalModels
import Projects
import Storage

/// Models that do a part of the work in the place of the one that makes up tasks.
struct RoleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another model that answers the tasks, named like --model; labels of classification tasks come "
        + "before their inputs and stay the author's.",
      valueName: "name, path or address"))
  var answerModel: String?

  @Option(help: ArgumentHelp("Its name at its endpoint.", valueName: "name"))
  var answerModelName: String?

  @Option(
    help: ArgumentHelp(
      "A model that gives each answer a score from 1 to 5; below rules.judge.minimum (3) it is "
        + "dropped.", valueName: "name, path or address"))
  var judge: String?

  @Option(help: ArgumentHelp("Its name at its endpoint.", valueName: "name"))
  var judgeName: String?

  func validate() throws {
    let texts = [
      ("answer-model", answerModel), ("answer-model-name", answerModelName), ("judge", judge),
      ("judge-name", judgeName),
    ]
    for (name, text) in texts where text == "" {
      throw ValidationError("--\(name): is empty; expected a text")
    }
  }

  /// The models that flags, or else the project, name.
  ///
  /// - Throws: `EndpointError` for an address or a key that is none, `EarlyEnd` for a name that
  ///   goes with no endpoint.
  func choices(
    _ model: ModelOptions, _ endpoint: EndpointOptions, in project: Project
  ) throws -> ModelRoles<ModelChoice> {
    let wishes = try [ModelRole.answerer, .judge].map { try wish(for: $0, in: project) }
    let author = try model.choice(
      endpoint, isRoleThere: wishes.contains { $0?.isEndpoint == true }, in: project)
    // The usual key is for one host alone, that of the first endpoint.
    var origin: String? =
      if case .endpoints(let first, _) = author { first.first?.url.origin } else { nil }
    let choices = try wishes.map { wish -> ModelChoice? in
      guard let wish else { return nil }
      guard wish.isEndpoint else {
        return .local(
          try ModelReference(
            inProject: wish.model, project, namedBy: wish.place, isFlag: wish.isFlag))
      }
      let named = try endpoint.endpoint(
        of: wish.role, at: wish.model, namedBy: wish.place, name: wish.name, wish.fields,
        sharesKey: { $0.origin == (origin ?? $0.origin) }, concurrency: model.concurrency,
        in: project)
      origin = origin ?? named.url.origin
      return .endpoints([named], endpoint.patience(project.file))
    }
    return ModelRoles(author, answerer: choices[0], judge: choices[1])
  }

  /// A model as it was named for a role.
  private struct Wish {
    var role: ModelRole
    var model: String
    var name: String?
    var isFlag: Bool
    /// What the project says of it; empty where flags name it.
    var fields: [String: JSONValue]

    var isEndpoint: Bool { EndpointURL.isMeant(by: model) }

    /// Where it was named, for errors.
    var place: String {
      isFlag ? "--\(role.flag)" : "\(ProjectFile.name): \"\(role.setting)\""
    }
  }

  private func wish(for role: ModelRole, in project: Project) throws -> Wish? {
    let (flag, name) = role == .judge ? (judge, judgeName) : (answerModel, answerModelName)
    let fields = flag == nil ? project.file.object(role.setting) ?? [:] : [:]
    guard let model = flag ?? fields["model"]?.string else {
      if let field = fields.keys.sorted().first(where: { $0 != "license" }) {
        throw EarlyEnd(
          code: .failed,
          message:
            "error: \(ProjectFile.name): \(role.setting): has \(quoted(field)) and no 'model'; "
            + "expected the model that it is about")
      }
      return try name.map { _ in throw Self.lonelyName(role) }
    }
    let wish = Wish(
      role: role, model: model, name: name, isFlag: flag != nil, fields: fields)
    if wish.isEndpoint { return wish }
    if name != nil { throw Self.lonelyName(role) }
    if let field = fields.keys.sorted().first(where: { !["model", "license"].contains($0) }) {
      throw EarlyEnd(
        code: .failed,
        message: "error: \(ProjectFile.name): \(role.setting): \(quoted(field)) goes with an "
          + "endpoint; expected its address as 'model'")
    }
    return wish
  }

  private static func lonelyName(_ role: ModelRole) -> EarlyEnd {
    EarlyEnd(
      code: .misused,
      message: "error: --\(role.flag)-name: goes with an endpoint; expected its address after "
        + "--\(role.flag)")
  }
}

extension ModelReference {
  /// A model of this machine, by a flag or by a setting.
  ///
  /// - Parameter isFlag: Whether a path starts where the user is, not at the project.
  init(inProject name: String, _ project: Project, namedBy place: String, isFlag: Bool) throws {
    let isPath = !isFlag && name != ModelReference.embeddedName
    try self.init(isPath ? project.path(name) : name, namedBy: place)
  }
}
