import Storage

extension ProjectFile {
  /// The licence of the seeds, if the file gives it.
  package var seedsLicense: String? { object("seeds")?["license"]?.string }

  /// That of tasks that were taken in from elsewhere.
  package var importedLicense: String? { object("imported")?["license"]?.string }

  /// The licences of what endpoints write, by their models' names.
  package var modelLicenses: [String: String] {
    var licenses: [String: String] = [:]
    let single = ["name": values["modelName"], "license": values["modelLicense"]]
    for model in objects("models") + [
      object("answerModel") ?? [:], single.compactMapValues(\.self),
    ] {
      guard let name = model["name"]?.string, let license = model["license"]?.string else {
        continue
      }
      licenses[name] = license
      // Of a path that some servers call a model by, the file is recorded.
      if name.hasPrefix("/"), let file = name.split(separator: "/").last {
        licenses[String(file)] = license
      }
    }
    return licenses
  }

  /// The licence of what the model writes that makes up tasks, and of one that answers them.
  package var authorLicense: String? { text("modelLicense") }
  package var answererLicense: String? { object("answerModel")?["license"]?.string }
}
