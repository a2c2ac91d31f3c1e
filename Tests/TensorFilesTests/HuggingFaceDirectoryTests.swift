import Foundation
import TestSupport
import Testing

@testable import TensorFiles

@Suite struct HuggingFaceDirectoryTests {
  /// A folder that is right, but for what a test changes in it.
  private func folder(_ change: (TemporaryDirectory) throws -> Void = { _ in }) throws
    -> TemporaryDirectory
  {
    let folder = try TemporaryDirectory()
    try folder.write(
      #"{"hidden_size": 64, "eos_token_id": 2, "rope_scaling": null}"#, to: "config.json")
    try folder.write("{}", to: "tokenizer.json")
    try folder.write(Self.tensor("a"), to: "model-1.safetensors")
    try folder.write(Self.tensor("b"), to: "model-2.safetensors")
    try folder.write(
      #"{"weight_map": {"b": "model-2.safetensors", "a": "model-1.safetensors"}}"#,
      to: "model.safetensors.index.json")
    try change(folder)
    return folder
  }

  private static func tensor(_ name: String) -> [UInt8] {
    SafetensorsFileTests.bytes(
      #"{"\#(name)": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}"#)
  }

  @Test func `a folder of several weight files is one source of tensors`() throws {
    let folder = try folder()
    let model = try HuggingFaceDirectory(path: folder.path)
    #expect(model.weights.tensorNames == ["a", "b"])
    #expect(try model.weights.shape(of: "b") == [2, 2])
    #expect(try model.weights.floats(of: "a", shape: [2, 2]) == [0, 0, 0, 0])
    #expect(
      model.weightFiles.map { $0.suffix(19) } == ["model-1.safetensors", "model-2.safetensors"])
    #expect(try model.config.int("hidden_size") == 64)
    #expect(!model.config.has("rope_scaling"))
    #expect(model.endTokens == [2] && model.beginToken == nil && model.chatTemplate == nil)
  }

  @Test func `a single weight file goes first, and its own files say more`() throws {
    let folder = try folder {
      try $0.write(Self.tensor("whole"), to: "model.safetensors")
      try $0.write(#"{"eos_token_id": [7, 9]}"#, to: "generation_config.json")
      try $0.write(#"{"chat_template": "T"}"#, to: "tokenizer_config.json")
    }
    let model = try HuggingFaceDirectory(path: folder.path)
    #expect(model.weights.tensorNames == ["whole"])
    #expect(model.endTokens == [7, 9] && model.chatTemplate == "T")
  }

  @Test func `the default of several templates counts, and a file of its own before all`() throws {
    let folder = try folder {
      try $0.write(
        #"{"chat_template": [{"name": "tool_use", "template": "X"}, {"name": "default", "template": "D"}]}"#,
        to: "tokenizer_config.json")
    }
    #expect(try HuggingFaceDirectory(path: folder.path).chatTemplate == "D")
    try folder.write("J", to: "chat_template.jinja")
    #expect(try HuggingFaceDirectory(path: folder.path).chatTemplate == "J")
  }

  private typealias Change = @Sendable (TemporaryDirectory) throws -> Void

  private static let malformed: [Malformed<Change>] = [
    .init(
      "no configuration", { try $0.remove("config.json") },
      "config.json: no such file; expected a file that exists"),
    .init(
      "a configuration that is a list", { try $0.write("[]", to: "config.json") },
      "config.json: holds an array; expected an object"),
    .init(
      "an end token in words", { try $0.write(#"{"eos_token_id": "x"}"#, to: "config.json") },
      "config.json: key 'eos_token_id' is 'x'; expected an integer or an array of them"),
    .init(
      "end tokens in words",
      { try $0.write(#"{"eos_token_id": [1, "x"]}"#, to: "generation_config.json") },
      "generation_config.json: key 'eos_token_id' is [1, 'x']; expected an integer or an array of "
        + "them"),
    .init(
      "a begin token that is no integer",
      { try $0.write(#"{"bos_token_id": 1.5}"#, to: "config.json") },
      "config.json: key 'bos_token_id' is 1.5; expected an integer"),
    .init(
      "an index without a map", { try $0.write("{}", to: "model.safetensors.index.json") },
      "model.safetensors.index.json: key 'weight_map' is missing; expected an object of tensors and "
        + "their files"),
    .init(
      "a file outside the folder",
      { try $0.write(#"{"weight_map": {"a": "../x"}}"#, to: "model.safetensors.index.json") },
      "model.safetensors.index.json: the file of tensor 'a' is '../x'; expected the name of a file "
        + "beside the index"),
    .init(
      "a file that is a number",
      { try $0.write(#"{"weight_map": {"a": 1}}"#, to: "model.safetensors.index.json") },
      "model.safetensors.index.json: the file of tensor 'a' is an integer; expected the name of a "
        + "file beside the index"),
    .init(
      "a weight file that is missing", { try $0.remove("model-2.safetensors") },
      "model-2.safetensors: cannot be read (No such file or directory); expected a model file"),
    .init(
      "a tensor that is not in its file",
      {
        try $0.write(
          #"{"weight_map": {"a": "model-2.safetensors"}}"#, to: "model.safetensors.index.json")
      },
      "model-2.safetensors: tensor 'a' is missing; expected it in this model"),
    .init(
      "a template that is a number",
      { try $0.write(#"{"chat_template": 3}"#, to: "tokenizer_config.json") },
      "tokenizer_config.json: key 'chat_template' is 3; expected a string"),
  ]

  @Test(arguments: malformed)
  private func `a malformed folder is refused with one sentence`(
    _ broken: Malformed<Change>
  ) throws {
    let folder = try folder(broken.input)
    broken.expectRefusal(hiding: folder) { try HuggingFaceDirectory(path: folder.path) }
  }

  @Test func `what a folder lacks is named`() throws {
    let folder = try folder {
      try $0.remove("model.safetensors.index.json")
    }
    expectRefusalSaying(
      "\(folder.path): has neither 'model.safetensors' nor 'model.safetensors.index.json'; expected "
        + "one of them"
    ) { try HuggingFaceDirectory(path: folder.path) }
    try folder.write(Self.tensor("a"), to: "model.safetensors")
    try folder.remove("tokenizer.json")
    expectRefusalSaying(
      "\(folder.path): has no 'tokenizer.json'; expected a fast tokenizer's file"
    ) { try HuggingFaceDirectory(path: folder.path) }
  }
}

extension TemporaryDirectory {
  fileprivate func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path(of: name))
  }
}
