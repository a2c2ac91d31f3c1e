import ArgumentParser
import Foundation
import LocalModels
import Projects
import Storage
import TensorFiles
import Training

/// `selfinstruct merge`: write a model in one piece and in another form.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Write a model as one GGUF file or Hugging Face directory.",
    discussion: """
      A GGUF file is what llama.cpp and Ollama read; beside it goes a Modelfile for 'ollama create -f'. Any \
      other name becomes a folder as Hugging Face's libraries read it.
      """)

  @Option(
    help: ArgumentHelp(
      "The model: 'smollm2', a GGUF file, a Hugging Face directory or an adapter's, such as a run's 'final'.",
      valueName: "name or path"))
  var model: String

  @Option(help: ArgumentHelp("Where it goes: a name in .gguf, or a folder.", valueName: "path"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "What matrices are stored in: f32, bf16, f16 or q8_0, the last two in GGUF files only "
        + "(default: q8_0 in a GGUF file, else bf16)."))
  var type: StoredType?

  private var isGGUF: Bool { output.lowercased().hasSuffix(".gguf") }

  func validate() throws {
    for (name, path) in [("model", model), ("output", output)] where path == "" {
      throw ValidationError("--\(name): is empty; expected a path")
    }
    if !isGGUF, let type, type == .f16 || type == .q8 {
      throw ValidationError("--type: \(type.rawValue) is for GGUF files; expected bf16 or f32")
    }
  }

  func run() throws {
    let files = try ModelFiles(ModelReference(model))
    var written = [output]
    if isGGUF {
      written = try ModelConversion.write(files, asGGUF: (type ?? .q8).tensorType, to: output)
    } else {
      try ModelConversion.write(files, asDirectory: (type ?? .bf16).tensorType, to: output)
    }
    for path in written { try Console.result(path) }
  }

  /// What matrices are stored in.
  enum StoredType: String, CaseIterable, ExpressibleByArgument {
    case f32, bf16, f16
    case q8 = "q8_0"

    var tensorType: TensorType {
      switch self {
      case .f32: .f32
      case .bf16: .bf16
      case .f16: .f16
      case .q8: .q8Zero
      }
    }
  }
}
