import Foundation
import Storage
import TestSupport
import Testing

/// `finetune` and `merge` on the tiny random model.
@Suite struct FinetuneCommandTests {
  static let rows = (1...24).map { number in
    "{\"instruction\": \"Say \(number) in words.\", \"output\": \"\(number) it is, \(number).\"}\n"
  }.joined()

  func arguments(_ more: String...) -> [String] {
    [
      "finetune", "--data", "rows.jsonl", "--model", ModelCommandTests.model, "--epochs", "2",
      "--learning-rate", "1e-3", "--checkpoint-steps", "2",
    ] + more
  }

  func folder() throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try folder.write(Self.rows, to: "rows.jsonl")
    return folder
  }

  /// A manifest as an earlier version wrote it, without the settings that came later.
  private func makeOlder(_ path: String, in folder: TemporaryDirectory) throws {
    var manifest = try #require(
      JSONValue(parsing: folder.bytes(of: path)).object)
    var configuration = try #require(manifest["configuration"]?.object)
    configuration["method"] = nil
    configuration["lora"] = nil
    manifest["configuration"] = .object(configuration)
    try folder.write(JSONValue.object(manifest).encodedLine(), to: path)
  }

  @Test
  func `a run leaves a model that other commands take, and the next run gets the next number`()
    throws
  {
    let folder = try folder()
    let result = try Binary.run(arguments("--json"), in: folder)
    #expect(result.code == 0, "\(result.errors)")
    #expect(
      result.errors.contains(
        "data: 24 tasks with 24 instances; 1 task with 1 instance of them held out for validation"))
    #expect(result.errors.contains(/\[\[[0-9]+ it is/), "\(result.errors)")
    let summary = try JSONValue(parsing: Array(result.output.utf8))
    let path = "generated/main/models/0001"
    #expect(summary["model"]?.string == path + "/final")
    #expect(summary["result"]?["steps"]?.int == summary["data"]?["steps"]?.int)
    let before = try #require(summary["result"]?["heldOutLossBefore"]?.double)
    let after = try #require(summary["result"]?["heldOutLoss"]?.double)
    #expect(after < before)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: folder.path(of: path)
    ).sorted()
    #expect(names == [".lock", "final", "progress.jsonl", "run.json"])
    #expect(try folder.text(of: "generated/main/models/promoted") == "0001\n")

    let texts = "\"hello there\"\n"
    let ids = try [path + "/final", ModelCommandTests.model].map { model in
      try Binary.run(["tokenize", "--model", model], input: texts, in: folder).output
    }
    #expect(ids[0] == ids[1] && !ids[0].isEmpty)
    let generated = try Binary.run(
      ["generate", "--model", path + "/final", "--prompt", "Say", "--max-new-tokens", "4"],
      in: folder)
    #expect(generated.code == 0, "\(generated.errors)")

    try makeOlder(path + "/run.json", in: folder)
    // The same again is another run; --resume says that this one is finished.
    let again = try Binary.run(arguments("--resume"), in: folder)
    #expect(again.code == 0)
    #expect(again.errors.contains("0001 is finished; nothing is left to do"), "\(again.errors)")
    #expect(try Binary.run(arguments(), in: folder).code == 0)
    let weights = try ["0001", "0002"].map {
      try folder.bytes(of: "generated/main/models/\($0)/final/model.safetensors")
    }
    #expect(weights[0] == weights[1])

    // A model among those of the corpus may go when it is old, so an adapter of it has a copy.
    let adapted = try Binary.run(
      [
        "finetune", "--data", "rows.jsonl", "--model", path + "/final", "--method", "lora",
        "--epochs", "1", "--export-precision", "f32",
      ], in: folder)
    #expect(adapted.code == 0, "\(adapted.errors)")
    #expect(
      FileManager.default.fileExists(
        atPath: folder.path(of: "generated/main/models/0003/final/base/model.safetensors")))
  }

  @Test func `a matrix that no adapter has is one sentence in the settings, too`() throws {
    let folder = try folder()
    try folder.write(#"{"finetune": {"lora": {"targets": ["lm_head"]}}}"#, to: "selfinstruct.json")
    let result = try Binary.run(arguments(), in: folder)
    #expect(result.code == 1)
    #expect(
      result.errors
        == "error: selfinstruct.json:1: 'finetune.lora.targets' is ['lm_head']; expected an array "
        + "of 'q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'\n",
      "\(result.errors)")
  }

  @Test func `a run that is stopped or killed goes on to the same bytes`() throws {
    let folder = try folder()
    let long = ["--epochs", "60", "--export-precision", "f32"]
    let whole = try Binary.run(
      arguments("--output", "whole", "--threads", "1") + long, in: folder)
    #expect(whole.code == 0, "\(whole.errors)")
    let stopped = try Binary.interrupt(
      arguments("--output", "parts") + long, after: "step 0", in: folder)
    #expect(stopped.code == 3, "\(stopped.errors)")
    for _ in 1...3 {
      func rows() throws -> Int {
        try folder.text(of: "parts/progress.jsonl").split(separator: "\n").count
      }
      let before = try rows()
      let killed = try Binary.kill(
        arguments("--output", "parts") + long, when: { try rows() > before + 4 }, in: folder)
      #expect(killed.code == -SIGKILL, "\(killed.errors)")
    }
    let last = try Binary.run(arguments("--output", "parts", "--resume") + long, in: folder)
    #expect(last.code == 0, "\(last.errors)")
    for name in ["final/model.safetensors", "progress.jsonl"] {
      #expect(try folder.bytes(of: "parts/\(name)") == folder.bytes(of: "whole/\(name)"), "\(name)")
    }
  }

  @Test func `an adapter is the model with it, in one piece or two`() throws {
    let folder = try folder()
    let made = try Binary.run(
      arguments(
        "--output", "run", "--lora-rank", "4", "--lora-dropout", "0.1", "--precision", "f32",
        "--export-precision", "f32"),
      in: folder)
    #expect(made.code == 0, "\(made.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "run/final"))
    #expect(
      names.sorted() == ["README.md", "adapter_config.json", "adapter_model.safetensors", "base"])
    let config = try JSONValue(
      parsing: folder.bytes(of: "run/final/adapter_config.json"))
    #expect(
      config["r"]?.int == 4
        && config["base_model_name_or_path"]?.string == folder.path(of: "run/final/base"))
    let card = try folder.text(of: "run/final/README.md")
    #expect(card.contains("library_name: peft") && card.contains("rank 4, alpha 32.0, dropout 0.1"))
    let merged = try Binary.run(
      ["merge", "--model", "run/final", "--output", "whole", "--type", "f32"], in: folder)
    #expect(merged.code == 0, "\(merged.errors)")
    try folder.write(
      #"{"context": "Say 3 in words.", "continuation": " 3 it is, 3."}"# + "\n", to: "q.jsonl")
    let scores = try ["run/final", "whole", ModelCommandTests.model].map { model in
      let result = try Binary.run(
        ["loglikelihood", "--requests", "q.jsonl", "--model", model, "--precision", "f32"],
        in: folder)
      return try #require(try JSONValue(parsing: Array(result.output.utf8))["sum_logprob"]?.double)
    }
    #expect(scores[0] == scores[1])
    #expect(scores[0] > scores[2])
    // An adapter of an adapted model belongs to the model with it.
    let again = try Binary.run(
      [
        "finetune", "--data", "rows.jsonl", "--model", "run/final", "--output", "again",
        "--method", "lora", "--epochs", "1", "--export-precision", "f32", "--precision", "f32",
      ], in: folder)
    #expect(again.code == 0, "\(again.errors)")
    #expect(
      try folder.bytes(of: "again/final/base/model.safetensors")
        == folder.bytes(of: "whole/model.safetensors"))
  }

  @Test func `an adapter of a folder names that folder`() throws {
    let folder = try folder()
    let made = try Binary.run(
      ["merge", "--model", ModelCommandTests.model, "--output", "m", "--type", "f32"], in: folder)
    #expect(made.code == 0, "\(made.errors)")
    try folder.write(
      "---\nlicense: \"mit\"\nbase_model: some/model\n---\n# It\n", to: "m/README.md")
    let trained = try Binary.run(
      [
        "finetune", "--data", "rows.jsonl", "--model", "m", "--output", "run", "--method", "lora",
        "--lora-targets", "q_proj,down_proj", "--epochs", "1",
      ], in: folder)
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "run/final")).sorted()
        == ["README.md", "adapter_config.json", "adapter_model.safetensors"])
    let config = try JSONValue(parsing: folder.bytes(of: "run/final/adapter_config.json"))
    #expect(config["base_model_name_or_path"]?.string == folder.path(of: "m"))
    let merged = try Binary.run(
      ["merge", "--model", "run/final", "--output", "whole"], in: folder)
    #expect(merged.code == 0, "\(merged.errors)")
    for card in ["run/final/README.md", "whole/README.md"] {
      let text = try folder.text(of: card)
      #expect(text.contains("license: \"mit\"\n"), "\(text)")
      #expect(text.contains("base_model: \"some/model\"\n"), "\(text)")
    }
    let said = try Binary.run(
      ["generate", "--model", "run/final", "--prompt", "Say", "--max-new-tokens", "4"], in: folder)
    #expect(said.code == 0, "\(said.errors)")
    try FileManager.default.removeItem(atPath: folder.path(of: "m"))
    let lost = try Binary.run(
      ["generate", "--model", "run/final", "--prompt", "Say", "--max-new-tokens", "4"], in: folder)
    #expect(lost.code == 1)
    #expect(
      lost.errors
        == "error: run/final/adapter_config.json: names the base model '\(folder.path(of: "m"))', "
        + "which is no folder here; expected one\n  help: put the model it was trained on into run/final/base; the embedded one is written by: selfinstruct merge --model smollm2 --output run/final/base\n"
    )
  }

  @Test func `a disk that is full in the middle harms no checkpoint`() throws {
    let folder = try folder()
    let long = ["--epochs", "30", "--export-precision", "f32", "--threads", "1"]
    let whole = try Binary.run(arguments("--output", "whole") + long, in: folder)
    #expect(whole.code == 0, "\(whole.errors)")
    let stopped = try Binary.interrupt(
      arguments("--output", "parts") + long, after: "step 3", in: folder)
    #expect(stopped.code == 3, "\(stopped.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "parts"))
    let checkpoint = try #require(names.first { $0.hasPrefix("checkpoint-") })
    // No file may grow beyond 100 blocks of 1,024 bytes; a checkpoint's do.
    let full = try Binary.shell(
      "ulimit -f 100; \"$selfinstruct\" "
        + (arguments("--output", "parts") + long).joined(separator: " "), in: folder)
    #expect(full.code == 1)
    #expect(full.errors.contains("the largest allowed file size is reached"), "\(full.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "parts"))
    #expect(left.contains(checkpoint) && !left.contains { $0.hasSuffix(".partial") })
    let last = try Binary.run(arguments("--output", "parts") + long, in: folder)
    #expect(last.code == 0, "\(last.errors)")
    for name in ["final/model.safetensors", "progress.jsonl"] {
      #expect(try folder.bytes(of: "parts/\(name)") == folder.bytes(of: "whole/\(name)"), "\(name)")
    }
    let inside = try Binary.run(
      ["generate", "--model", "whole", "--prompt", "Say", "--max-new-tokens", "4"], in: folder)
    #expect(inside.code == 2)
    #expect(
      inside.errors
        == "error: --model: 'whole' is the folder of a training run; expected its model, "
        + "'whole/final'\n")
  }

  @Test func `a dry run shows what is learnt and writes nothing`() throws {
    let folder = try folder()
    let result = try Binary.run(arguments("--dry-run"), in: folder)
    #expect(result.code == 0)
    #expect(result.errors.hasSuffix("nothing was written\n"), "\(result.errors)")
    #expect(try folder.names() == ["rows.jsonl"])
  }

  static let refusals: [(arguments: [String], code: Int32, sentence: String)] = [
    (["--epochs", "0"], 2, "error: --epochs: 0; expected 1 to 10000\n"),
    (["--learning-rate", "0"], 2, "error: --learning-rate: 0.0; expected above 0, at most 1\n"),
    (["--lora-rank", "0"], 2, "error: --lora-rank: 0; expected 1 to 256\n"),
    (["--lora-dropout", "1"], 2, "error: --lora-dropout: 1.0; expected 0 to below 1\n"),
    (
      ["--lora-targets", "q_proj,lm_head"], 2,
      "error: --lora-targets: 'lm_head'; expected some of q_proj, k_proj, v_proj, o_proj, gate_proj, "
    ),
    (
      ["--lora-targets", "q_proj,q_proj"], 2,
      "error: --lora-targets: q_proj q_proj; expected at least one name, none twice\n"
    ),
    (
      ["--method", "full", "--lora-rank", "4"], 2,
      "error: --lora-rank: --method is full; expected lora\n"
    ),
    (["--max-length", "1"], 2, "error: --max-length: 1; expected 2 or more\n"),
    (["--learning-rate", "nan"], 2, "error: --learning-rate: nan; expected a number\n"),
    (["--held-out", "1"], 2, "error: --held-out: 1.0; expected 0 to below 1\n"),
    (
      ["--max-length", "3"], 1,
      "error: training: none of 24 instances is left to learn from; expected at least 1: 24 are "
    ),
    (
      ["--resume"], 1, "error: generated/main/models: has no run; expected one to resume\n"
    ),
    (
      ["--data", "none.jsonl"], 1, "error: none.jsonl: no such file; expected a file that exists\n"
    ),
    (["--data", "empty.jsonl"], 1, "error: empty.jsonl: has no rows; expected at least 1 "),
    (["--model", "none.gguf"], 2, "error: --model: 'none.gguf' is no model; expected "),
    (["--lm-corpus", "empty.jsonl"], 1, "error: empty.jsonl: is empty; expected text\n"),
  ]

  @Test(arguments: refusals)
  func `what cannot be trained is one sentence`(
    _ refusal: (arguments: [String], code: Int32, sentence: String)
  ) throws {
    let folder = try folder()
    try folder.write("", to: "empty.jsonl")
    var arguments = arguments()
    for (flag, value) in zip(refusal.arguments, refusal.arguments.dropFirst()) {
      guard let place = arguments.firstIndex(of: flag) else { continue }
      arguments[place + 1] = value
    }
    if !arguments.contains(refusal.arguments[0]) { arguments += refusal.arguments }
    let result = try Binary.run(arguments, in: folder)
    #expect(result.code == refusal.code, "\(result.errors)")
    let said = result.errors.components(separatedBy: "\n").filter { !$0.hasPrefix("data:") }
      .joined(separator: "\n")
    #expect(said.hasPrefix(refusal.sentence), "\(said)")
  }

  @Test func `a corpus that is not there is one sentence`() throws {
    let folder = try TemporaryDirectory()
    let result = try Binary.run(
      ["finetune", "--model", ModelCommandTests.model], in: folder)
    #expect(result.code == 1)
    #expect(
      result.errors
        == "error: generated/main: is no corpus; expected a folder that 'selfinstruct grow' made\n"
        + "  help: name another folder with --corpus\n")
  }

  @Test func `numbers that are others than were written are noticed`() throws {
    let folder = try folder()
    let command = arguments("--output", "out", "--epochs", "40")
    let stopped = try Binary.interrupt(command, after: "step 3", in: folder)
    #expect(stopped.code == 3)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "out"))
    let checkpoint = try #require(names.first { $0.hasPrefix("checkpoint-") })
    let path = "out/\(checkpoint)/squares.safetensors"
    var bytes = try folder.bytes(of: path)
    for place in 60_000..<60_400 { bytes[place] = 0 }
    try folder.write(bytes, to: path)
    let result = try Binary.run(command, in: folder)
    #expect(result.code == 1)
    #expect(result.errors.contains("out/\(checkpoint): is damaged: "), "\(result.errors)")
  }

  @Test func `a folder with other files is left alone`() throws {
    let folder = try folder()
    try folder.write("mine", to: "out/data/rows.jsonl")
    let result = try Binary.run(arguments("--output", "out"), in: folder)
    #expect(result.code == 1)
    #expect(
      result.errors
        == "error: out: holds other files; expected an empty folder, or one of a run\n")
    #expect(try folder.text(of: "out/data/rows.jsonl") == "mine")
  }

  @Test func `another run waits for nobody and says so`() throws {
    let folder = try folder()
    let result = try Binary.shell(
      "mkdir -p out; flock out/.lock \"$selfinstruct\" "
        + arguments("--output", "out").joined(separator: " "), in: folder)
    #expect(result.code == 4, "\(result.errors)")
    #expect(result.errors.contains("out/.lock: is locked by"))
  }

  @Test(arguments: ["q8_0", "f16", "f32"])
  func `a model in one file is the same model`(type: String) throws {
    let folder = try folder()
    let made = try Binary.run(
      ["merge", "--model", ModelCommandTests.model, "--output", "m.gguf", "--type", type],
      in: folder)
    #expect(made.code == 0, "\(made.errors)")
    #expect(try folder.text(of: "m.Modelfile").hasPrefix("FROM ./m.gguf\nTEMPLATE \"\"\""))
    try folder.write(
      #"{"context": "Say it", "continuation": " again and again"}"# + "\n", to: "q.jsonl")
    let scores = try ["m.gguf", ModelCommandTests.model].map { model in
      let result = try Binary.run(
        ["loglikelihood", "--requests", "q.jsonl", "--model", model, "--precision", "f32"],
        in: folder)
      return try #require(try JSONValue(parsing: Array(result.output.utf8))["sum_logprob"]?.double)
    }
    let again = try Binary.run(
      ["merge", "--model", "m.gguf", "--output", "m.gguf"], in: folder)
    #expect(again.errors == "error: m.gguf: is there already; expected a new file\n")
    // Halves and eights round weights once more; of f32 nothing is lost.
    expectClose(
      scores[0], scores[1], relative: type == "f32" ? 0 : 0.02, because: "weights are rounded")
  }

  @Test func `a model in a folder is the same model`() throws {
    let folder = try folder()
    let made = try Binary.run(
      ["merge", "--model", ModelCommandTests.model, "--output", "m", "--type", "f32"], in: folder)
    #expect(made.code == 0, "\(made.errors)")
    let texts = try ["m", ModelCommandTests.model].map { model in
      try Binary.run(
        [
          "generate", "--model", model, "--prompt", "Say it", "--max-new-tokens", "12",
          "--temperature", "0", "--precision", "f32",
        ], in: folder
      ).output
    }
    #expect(texts[0] == texts[1])
    let again = try Binary.run(
      ["merge", "--model", ModelCommandTests.model, "--output", "m"], in: folder)
    #expect(again.code == 1)
    #expect(again.errors == "error: m: is there already; expected a new folder\n")
  }
}
