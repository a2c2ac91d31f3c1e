import TensorFiles
import TestSupport
import Testing
import Transformer

/// A model's settings, damaged: nothing crashes.
@Suite struct ConfigurationFuzzTests {
  @Test func `config_json`() throws {
    let original = try String(decoding: Fixture("tiny-tied/config.json").bytes(), as: UTF8.self)
    let share = try Fuzzing.shareOfJSON("config.json", from: [original]) { path in
      _ = try DecoderConfiguration(huggingFace: JSONSettings(path: path))
    }
    #expect(share >= 0.4)
  }
}
