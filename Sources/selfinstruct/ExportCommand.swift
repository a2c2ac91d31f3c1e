import ArgumentParser
import Bootstrapping
import Foundation
import Improvement
import LocalModels
import Projects
import Reporting
import Storage
import Training

/// `selfinstruct export`: the tasks of a corpus as a data set for others.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the tasks as a data set that other programs read, with a card.",
    discussion: """
      Writes data/train and data/validation and a README.md, as the Hugging Face Hub and its library \
      'datasets' read a folder. A task is in one part, and stays there however the corpus grows. The \
      card tells the yield, who wrote what, licences and limits. Licences come from 'seeds.license', \
      'models[].license', 'modelLicense', 'answerModel.license' and 'imported.license' in \
      selfinstruct.json; that of \(ModelReference.embeddedName) is known, and a model that was trained \
      here has that of the one it comes from.

      Forms: alpaca (an array of instruction, input, output), messages (conversations), \
      prompt-completion (two strings), sharegpt (human and gpt), self-instruct (the schema of the seeds).
      """)

  @OptionGroup var corpus: CorpusFolder

  @Option(
    help: ArgumentHelp(
      "The form of the rows.", valueName: "form"))
  var format = ExportFormat.messages

  @Option(
    help: ArgumentHelp("The folder to write: new, empty, or of an export before.", valueName: "dir")
  )
  var to: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The share of tasks for validation.", valueName: "0-1"))
  var validation = 0.1

  @Option(help: "What the data set is called (default: the name of the folder).")
  var name: String?

  @Flag(
    help: "Add to each row its id and where it comes from: round, models, tasks shown, neighbour.")
  var provenance = false

  @Flag(help: "Write although a licence is not given; the card says so.")
  var force = false

  @Flag(help: "Write one object of JSON.")
  var json = false

  func validate() throws {
    if !(0..<1 ~= validation) {
      throw ValidationError("--validation: \(validation); expected 0 to below 1")
    }
    for (flag, text) in [("to", to), ("name", name)] where text == "" {
      throw ValidationError("--\(flag): is empty; expected a name")
    }
  }

  func run() throws {
    let project = try Project()
    let folder = corpus.directory(in: project)
    let account = try CorpusAccount(of: folder)
    let lineage = ModelLineage(
      of: ModelsFolder(folder.path + "/models"),
      measured: account.manifests.compactMap(\.improvementRecord))
    for path in lineage.unreadable {
      Console.note(
        "note: \(path): has no run.json that can be read; where its model comes from is not known")
    }
    let export = try DatasetExport(
      of: account, options(lineage), project.file.licenses(lineage), corpus: folder.path)
    let written = try export.write(to: to)
    try Console.result(
      json ? ExportText(export).json(written).encodedLine() : ExportText(export).text(written))
  }

  private func options(_ lineage: ModelLineage) -> DatasetExport.Options {
    var options = DatasetExport.Options(
      name: name ?? URL(filePath: to).lastPathComponent,
      smallModels: lineage.descendants(of: ModelReference.embeddedFingerprint))
    (options.format, options.validation) = (format, validation)
    (options.hasProvenance, options.isForced) = (provenance, force)
    return options
  }
}

extension ExportFormat: ExpressibleByArgument {}

extension ProjectFile {
  /// The licences of what a corpus of the project is made of.
  fileprivate func licenses(_ lineage: ModelLineage) -> Licenses {
    var models = modelLicenses
    models[ModelReference.embeddedFingerprint] = ModelReference.embeddedLicense
    return Licenses(
      seeds: seedsLicense, imported: importedLicense, models: lineage.inherited(models),
      author: authorLicense,
      answerer: answererLicense)
  }
}
