import ArgumentParser
import HTTPModels
import Projects
import Storage

/// How an endpoint is asked.
struct EndpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model's name there (default: the one that it lists).", valueName: "name"))
  var modelName: String?

  @Option(help: "How it is asked: 'completions' or 'chat' (default: found out).")
  var api: Endpoint.API?

  @Option(
    help: ArgumentHelp(
      "A file that holds its key (default: the variable SELFINSTRUCT_API_KEY).", valueName: "file"))
  var apiKeyFile: String?

  @Flag(help: "Send the key although plain http shows it to others on its way.")
  var insecure = false

  @Option(
    help: ArgumentHelp("Fields added to every request, as a JSON object.", valueName: "json"))
  var extraBody: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seconds for one answer (default: 300).", valueName: "seconds"))
  var requestTimeout: Int?

  func validate() throws {
    for (name, text) in [("model-name", modelName), ("api-key-file", apiKeyFile)] where text == "" {
      throw ValidationError("--\(name): is empty; expected a text")
    }
    if let requestTimeout, !(1...86400 ~= requestTimeout) {
      throw ValidationError("--request-timeout: \(requestTimeout); expected 1 to 86400")
    }
    _ = try extraFields()
  }

  /// The endpoints that `--model`, or else the project, names; nil if it names a model of this
  /// machine.
  ///
  /// - Parameter isRoleThere: Whether another model is at an endpoint, which some options are
  ///   about, too.
  /// - Throws: `EndpointError` for an address or a key that is none, `EarlyEnd` for options that
  ///   only an endpoint knows and none is named.
  func endpoints(
    _ model: String?, concurrency: Int?, isRoleThere: Bool = false, in project: Project
  ) throws -> [Endpoint]? {
    let file = project.file
    let several = model == nil ? file.objects("models") : []
    if several.isEmpty {
      guard let address = model ?? file.text("model"), EndpointURL.isMeant(by: address) else {
        try refuseOptions(isRoleThere)
        return nil
      }
      let place = model == nil ? "\(ProjectFile.name): \"model\"" : "--model"
      return [try endpoint(address, namedBy: place, concurrency: concurrency, in: project)]
    }
    return try several.enumerated().map { index, fields in
      let place = "\(ProjectFile.name): \"models\", number \(index + 1)"
      var endpoint = try endpoint(
        fields["url"]?.string ?? "", namedBy: place, variable: fields["key_env"]?.string,
        concurrency: fields["max_concurrency"]?.int ?? concurrency, in: project)
      endpoint.modelName = fields["name"]?.string ?? endpoint.modelName
      return endpoint
    }
  }

  /// How patient the asking is.
  func patience(_ file: ProjectFile) -> EndpointPatience {
    var patience = EndpointPatience()
    if let seconds = requestTimeout ?? file.integer("requestTimeout") {
      patience.request = .seconds(seconds)
    }
    return patience
  }

  private func endpoint(
    _ address: String, namedBy place: String, variable: String? = nil, concurrency: Int?,
    in project: Project
  ) throws -> Endpoint {
    let file = project.file
    var endpoint = Endpoint(try EndpointURL(address, namedBy: place))
    endpoint.modelName = modelName ?? file.text("modelName")
    endpoint.api = api ?? file.text("api").flatMap(Endpoint.API.init)
    endpoint.allowsOpenKey = insecure
    endpoint.maxConcurrency = concurrency ?? file.integer("concurrency") ?? endpoint.maxConcurrency
    endpoint.extraBody = try extraFields() ?? file.object("extraBody") ?? [:]
    endpoint.key = try APIKey.find(
      for: endpoint.url, variable: variable,
      file: apiKeyFile ?? file.text("apiKeyFile").map(project.path))
    return endpoint
  }

  /// The endpoint of a model with a role of its own, which has its own name, API, key and fields.
  ///
  /// - Parameters:
  ///   - fields: What the project says of it; empty where flags name it.
  ///   - sharesKey: Whether the usual key is for its host.
  func endpoint(
    of role: ModelRole, at address: String, namedBy place: String, name: String?,
    _ fields: [String: JSONValue], sharesKey: (EndpointURL) -> Bool, concurrency: Int?,
    in project: Project
  ) throws -> Endpoint {
    var endpoint = Endpoint(try EndpointURL(address, namedBy: place))
    endpoint.modelName = name ?? fields["name"]?.string
    endpoint.api = fields["api"]?.string.flatMap(Endpoint.API.init)
    endpoint.allowsOpenKey = insecure
    endpoint.maxConcurrency =
      fields["max_concurrency"]?.int ?? concurrency ?? project.file.integer("concurrency")
      ?? endpoint.maxConcurrency
    endpoint.extraBody = fields["extraBody"]?.object ?? [:]
    endpoint.key = try APIKey.find(
      for: endpoint.url, variable: fields["key_env"]?.string,
      file: fields["apiKeyFile"]?.string.map(project.path),
      usual: [role.keyVariable] + (sharesKey(endpoint.url) ? [APIKey.usualVariable] : []))
    return endpoint
  }

  private func extraFields() throws -> [String: JSONValue]? {
    guard let extraBody else { return nil }
    guard let fields = (try? JSONValue(parsing: extraBody))?.object else {
      throw ValidationError(
        "--extra-body: is no JSON object; expected one such as '{\"top_k\": 20}'")
    }
    return fields
  }

  /// An option that nothing would read is a mistake.
  private func refuseOptions(_ isRoleThere: Bool) throws {
    var given: [(name: String, isGiven: Bool)] = [
      ("model-name", modelName != nil), ("api", api != nil), ("api-key-file", apiKeyFile != nil),
      ("extra-body", extraBody != nil),
    ]
    if !isRoleThere {
      given += [("insecure", insecure), ("request-timeout", requestTimeout != nil)]
    }
    guard let first = given.first(where: \.isGiven) else { return }
    throw EarlyEnd(
      code: .misused,
      message: "error: --\(first.name): goes with an endpoint; expected its address after --model")
  }
}

extension Endpoint.API: ExpressibleByArgument {}
