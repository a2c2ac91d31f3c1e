import Foundation
import LanguageModels
import LocalModels
import Randomness
import TestSupport
import Testing

/// Whole models with bytes changed at random: each loads and answers, or is refused with a sentence.
@Suite struct BrokenModelTests {
  /// Changes a few bytes of the first `directory`; sometimes cuts the end off.
  private func mutate(
    _ bytes: [UInt8], directory: Int, text: Bool, _ random: inout StreamGenerator
  ) -> [UInt8] {
    var changed = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0..<min(directory, bytes.count), using: &random)
      changed[place] =
        if text {
          Array(#"0123456789-.e"[]{}:,tn"#.utf8).randomElement(using: &random) ?? 0
        } else {
          [0, 1, 3, 4, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)]
            .randomElement(using: &random) ?? 0
        }
    }
    let isCut = Int.random(in: 0..<12, using: &random) == 0
    return isCut
      ? Array(changed.prefix(Int.random(in: 0..<changed.count, using: &random))) : changed
  }

  /// Loads a model and lets it answer; true if it did.
  private func answers(_ reference: ModelReference, _ label: String) async -> Bool {
    do {
      let model = try LocalModel.load(
        from: reference, configuration: EngineConfiguration(threads: 1, concurrency: 2))
      var request = GenerationRequest(
        prompt: .completion("The and 12"), maxNewTokens: 4, stream: RandomStream(seed: 1))
      request.sampling.topP = 0.9
      _ = try await model.generations([request])
      return true
    } catch {
      let complaint = wordingComplaint("\(error)")
      #expect(complaint == nil, "\(label): \(error)")
      return false
    }
  }

  private var fixtures: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "TransformerTests", "Fixtures")
  }

  @Test func `a GGUF file with changed bytes answers or is refused`() async throws {
    let folder = try TemporaryDirectory()
    let whole = [UInt8](try Data(contentsOf: fixtures.appending(component: "tiny-tied.gguf")))
    var random = RandomStream(seed: 12).generator()
    var answered = 0
    for round in 0..<60 {
      // The keys of the decoder come first, the vocabulary takes the middle, the shapes come last.
      let directory = [700, 700, 9000, whole.count][round % 4]
      let bytes = mutate(whole, directory: directory, text: false, &random)
      let path = try folder.write(bytes, to: "x.gguf")
      if await answers(.gguf(path: path), "seed 12, round \(round)") { answered += 1 }
    }
    #expect(answered > 0)
  }

  @Test func `a directory with changed settings answers or is refused`() async throws {
    let folder = try TemporaryDirectory()
    let source = fixtures.appending(component: "tiny-tied")
    let names = try FileManager.default.contentsOfDirectory(atPath: source.path)
    var files: [String: [UInt8]] = [:]
    for name in names {
      files[name] = [UInt8](try Data(contentsOf: source.appending(component: name)))
    }
    var random = RandomStream(seed: 13).generator()
    var answered = 0
    for round in 0..<60 {
      for (name, bytes) in files { try folder.write(bytes, to: name) }
      let name = round % 3 == 0 ? "model.safetensors" : "config.json"
      let whole = try #require(files[name])
      let bytes = mutate(whole, directory: 2000, text: true, &random)
      try folder.write(bytes, to: name)
      if await answers(.directory(path: folder.path), "seed 13, round \(round)") { answered += 1 }
    }
    #expect(answered > 0)
  }

  @Test func `a context length beyond all memory costs nothing until it is used`() async throws {
    let folder = try TemporaryDirectory()
    let source = fixtures.appending(component: "tiny-tied")
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try folder.write(
        [UInt8](try Data(contentsOf: source.appending(component: name))), to: name)
    }
    let settings = try folder.text(of: "config.json")
    let context = try #require(settings.firstMatch(of: /"max_position_embeddings": *\d+/))
    try folder.write(
      settings.replacing(context.output, with: #""max_position_embeddings": 16000000"#),
      to: "config.json")
    #expect(await answers(.directory(path: folder.path), "long context"))
  }
}
