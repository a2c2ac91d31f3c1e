import Foundation
import Storage
import TensorFiles
import TestSupport
import Testing

@testable import Transformer

/// Llama 3's scaling of rotary angles, against transformers (`Scripts/fixtures/make_rotary.py`).
@Suite struct RotaryScalingTests {
  private struct Case: Decodable {
    var ropeParameters: [String: Value]
    var frequencies: [Double]
  }

  /// A number or a text of the fixture.
  private enum Value: Decodable {
    case number(Double)
    case text(String)

    init(from decoder: any Swift.Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var json: JSONValue {
      switch self {
      case .number(let number): .double(number)
      case .text(let text): .string(text)
      }
    }
  }

  private func configuration(
    _ group: JSONValue, as name: String, in folder: TemporaryDirectory
  ) throws -> DecoderConfiguration {
    let config: JSONValue = [
      "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 1,
      "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 64, "vocab_size": 32,
      "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5, "rope_theta": 500_000.0,
    ]
    var fields = config.object ?? [:]
    fields[name] = group
    let path = try folder.write(JSONValue.object(fields).encodedPretty(), to: "config.json")
    return try DecoderConfiguration(huggingFace: JSONSettings(path: path))
  }

  @Test(arguments: ["rope_parameters", "rope_scaling"])
  func `frequencies are those of the reference`(name: String) throws {
    let folder = try TemporaryDirectory()
    let cases: [Case] = try Fixture("rotary.json").json()
    #expect(cases.count == 3)
    for entry in cases {
      let group = JSONValue.object(entry.ropeParameters.mapValues(\.json))
      let found = try configuration(group, as: name, in: folder)
      let divided = zip(found.rotaryFrequencies, found.rotaryDivisors).map { $0 / $1 }
      for (mine, other) in zip(divided, entry.frequencies) {
        expectClose(mine, other, relative: 2e-6, because: "the reference computes in f32")
      }
      #expect(divided.count == entry.frequencies.count)
    }
  }

  @Test func `a published scaling survives its config_json, another is refused`() throws {
    let folder = try TemporaryDirectory()
    let cases: [Case] = try Fixture("rotary.json").json()
    for (number, entry) in cases.enumerated() {
      let group = JSONValue.object(entry.ropeParameters.mapValues(\.json))
      let found = try configuration(group, as: "rope_parameters", in: folder)
      if number == 2 {
        #expect(throws: TransformerError.self) {
          try found.huggingFace(type: "float32", tokens: [:])
        }
        continue
      }
      let config = try found.huggingFace(type: "float32", tokens: [:])
      let path = try folder.write(config.encodedPretty(), to: "again.json")
      #expect(try DecoderConfiguration(huggingFace: JSONSettings(path: path)) == found)
    }
  }

  @Test func `a scaling that lacks a number is named`() throws {
    let folder = try TemporaryDirectory()
    expectRefusalSaying(
      "config.json: 'rope_scaling.low_freq_factor' is missing; expected a number above 0",
      hiding: folder
    ) {
      try configuration(
        ["rope_type": "llama3", "factor": 8.0], as: "rope_scaling", in: folder)
    }
  }
}
