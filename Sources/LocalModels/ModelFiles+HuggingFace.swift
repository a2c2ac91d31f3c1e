import Foundation
import Storage
import TensorFiles
import Tokenization

/// What a model trained from another takes over from it.
extension ModelFiles {
  /// The license that the files name, as SPDX writes it; nil if they name none.
  package var license: String? {
    switch source {
    case .gguf(let file):
      file.has("general.license") ? try? file.string("general.license") : nil
    case .directory(let directory): directory.cardValue("license")
    }
  }

  /// The published model that the files say this one was made from; nil if they name none.
  package var publishedBase: String? {
    guard case .directory(let directory) = source else { return nil }
    return directory.cardValue("base_model")
  }

  /// Ids under `bos_token_id`, `eos_token_id` and `pad_token_id`, where the model has them.
  package func tokenIDs() throws -> [String: JSONValue] {
    var ids: [String: JSONValue] = [:]
    switch source {
    case .directory(let directory):
      for key in ["bos_token_id", "eos_token_id", "pad_token_id"] {
        ids[key] = directory.config.fields[key]
      }
    case .gguf(let file):
      for (key, stored) in ["bos": "bos", "eos": "eos", "pad": "padding"] {
        let place = "tokenizer.ggml.\(stored)_token_id"
        if file.has(place) { ids["\(key)_token_id"] = .int(try file.int(place)) }
      }
    }
    return ids
  }

  /// The files of a Hugging Face directory beside weights and `config.json`, by name: those of a
  /// directory as they are, those of a GGUF file in that form.
  /// - Throws: `TokenizationError` for a tokenizer that has no such form; the readers' errors.
  package func huggingFaceFiles() throws -> [String: [UInt8]] {
    switch source {
    case .directory(let directory): try Self.files(beside: directory)
    case .gguf(let file): try Self.files(of: file, ids: tokenIDs(), template: template)
    }
  }

  private static func files(beside directory: HuggingFaceDirectory) throws -> [String: [UInt8]] {
    let names = [
      "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
      "generation_config.json",
    ]
    var files: [String: [UInt8]] = [:]
    for name in names {
      guard let path = directory.path(of: name) else { continue }
      files[name] = try JSONDocument.bytes(of: path)
    }
    return files
  }

  private static func files(
    of file: GGUFFile, ids: [String: JSONValue], template: ChatTemplate.Recognition
  ) throws -> [String: [UInt8]] {
    let tokenizer = try GGUFTokenizer(file)
    var settings: [String: JSONValue] = [
      // The class that reads any tokenizer.json; libraries of all ages know it.
      "tokenizer_class": "PreTrainedTokenizerFast",
      "clean_up_tokenization_spaces": false,
      "model_max_length": .int(try file.int("llama.context_length")),
    ]
    for (key, id) in ids {
      guard let id = id.int, tokenizer.tokens.indices.contains(id) else { continue }
      settings[key.replacing("_id", with: "")] = .string(tokenizer.tokens[id])
    }
    var generation = ids
    // A chat ends with its turn, whatever the file says a text ends with.
    let ends = tokenizer.tokens.indices.filter {
      template.template.stopTokens.contains(tokenizer.tokens[$0])
    }
    let all = Set(ends + [ids["eos_token_id"]?.int].compactMap { $0 }).sorted()
    generation["eos_token_id"] = .array(all.map(JSONValue.int))
    var files = [
      "tokenizer.json": Array(try tokenizer.json().encodedLine().utf8),
      "generation_config.json": Array(JSONValue.object(generation).encodedPretty().utf8),
    ]
    if file.has("tokenizer.chat_template") {
      let jinja = try file.string("tokenizer.chat_template")
      settings["chat_template"] = .string(jinja)
      files["chat_template.jinja"] = Array(jinja.utf8)
    }
    files["tokenizer_config.json"] = Array(JSONValue.object(settings).encodedPretty().utf8)
    return files
  }
}
