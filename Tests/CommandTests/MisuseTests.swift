import Foundation
import TestSupport
import Testing

@Suite struct MisuseTests {
  /// A command line, the files it finds and what comes of it.
  struct Case: CustomTestStringConvertible {
    var arguments: [String]
    var files: [String: String] = [:]
    var input = ""
    var code: Int32
    /// What stderr says first, after `error: `.
    var sentence: String

    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let flags: [Case] = [
    Case(arguments: ["frobnicate"], code: 2, sentence: "Unexpected argument 'frobnicate'"),
    Case(
      arguments: ["generate"], code: 2,
      sentence: "generate: no prompt is given; expected either --prompt or --prompts"),
    Case(
      arguments: ["generate", "--promt", "a"], code: 2,
      sentence: "Unknown option '--promt'. Did you mean '--prompt'?"),
    Case(
      arguments: ["generate", "--prompt", "a", "--prompts", "b"], code: 2,
      sentence: "generate: --prompt and --prompts are given; expected either --prompt or --prompts"),
    Case(
      arguments: ["generate", "--prompts", "b", "--chat"], code: 2,
      sentence: "--chat: goes with --prompt; expected rows with \"messages\" in --prompts instead"),
    Case(
      arguments: ["generate", "--prompt", "a", "--logprobs"], code: 2,
      sentence: "--logprobs: goes with --json; expected both"),
    Case(
      arguments: ["generate", "--prompt", "a", "--sede", "3"], code: 2,
      sentence: "Unknown option '--sede'. Did you mean '--seed'?"),
    Case(
      arguments: ["generate", "--prompt", "a", "--seed", "-3"], code: 2,
      sentence: "The value '-3' is invalid for '--seed <seed>'"),
    Case(
      arguments: ["generate", "--prompt", "a", "--max-new-tokens", "0"], code: 2,
      sentence: "--max-new-tokens: 0; expected 1 or more"),
    Case(
      arguments: ["generate", "--prompt", "a", "--temperature", "-1"], code: 2,
      sentence: "--temperature: -1.0; expected 0 or more"),
    Case(
      arguments: ["generate", "--prompt", "a", "--temperature", "nan"], code: 2,
      sentence: "--temperature: nan; expected 0 or more"),
    Case(
      arguments: ["generate", "--prompt", "a", "--top-p", "0"], code: 2,
      sentence: "--top-p: 0.0; expected more than 0 and at most 1"),
    Case(
      arguments: ["generate", "--prompt", "a", "--min-p", "2"], code: 2,
      sentence: "--min-p: 2.0; expected 0 to 1"),
    Case(
      arguments: ["generate", "--prompt", "a", "--stop", ""], code: 2,
      sentence: "--stop, --choice: a text is empty; expected at least a character"),
    Case(
      arguments: ["generate", "--prompt", "a", "--threads", "0"], code: 2,
      sentence: "--threads: 0; expected 1 to 1024"),
    Case(
      arguments: ["generate", "--prompt", "a", "--concurrency", "99999"], code: 2,
      sentence: "--concurrency: 99999; expected 1 to 4096"),
    Case(
      arguments: ["generate", "--prompt", "a", "--model", "no-such"], code: 2,
      sentence:
        "--model: 'no-such' is no model; expected 'smollm2', a GGUF file, a Hugging Face directory "
        + "or an adapter's"
    ),
    Case(
      arguments: ["generate", "--prompt", "a", "--model", ""], code: 2,
      sentence:
        "--model: '' is no model; expected 'smollm2', a GGUF file, a Hugging Face directory "
        + "or an adapter's"),
    Case(
      arguments: ["generate", "--prompt", "a", "--stats", ""], code: 2,
      sentence: "--stats: is empty; expected a path"),
    Case(
      arguments: ["generate", "--prompt", "a", "--top-k", "-1"], code: 2,
      sentence: "--top-k: -1; expected 0 or more"),
    Case(
      arguments: ["grow", "--corpus", ""], code: 2, sentence: "--corpus: is empty; expected a path"),
    Case(
      arguments: ["grow", "--seed-tasks", ""], code: 2,
      sentence: "--seed-tasks: is empty; expected a path"),
    Case(
      arguments: ["prompts", "--write", ""], code: 2,
      sentence: "--write: is empty; expected a path"),
    Case(arguments: ["init", ""], code: 2, sentence: "<dir>: is empty; expected a path"),
    Case(
      arguments: ["loglikelihood"], code: 2,
      sentence: "Missing expected argument '--requests <file>'"),
    Case(arguments: ["init"], code: 2, sentence: "Missing expected argument '<dir>'"),
  ]

  static let requests: [Case] = [
    Case(
      arguments: ["generate", "--prompts", "none.jsonl"], code: 1,
      sentence: "none.jsonl: no such file; expected a file that exists"),
    Case(
      arguments: ["generate", "--prompts", "."], code: 1,
      sentence: ".: is a directory; expected a file"),
    Case(
      arguments: ["generate", "--prompts", "/dev/zero"], code: 1,
      sentence: "/dev/zero: line 1 has more than 33554432 bytes; expected a shorter one"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"], files: ["p.jsonl": "\n\n"], code: 1,
      sentence: "p.jsonl: has no rows; expected at least 1 request"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"],
      files: ["p.jsonl": "{\"prompt\": \"a\"}\n\n{\"prompt\": 3}\n"], code: 1,
      sentence: "p.jsonl:3: 'prompt' is an integer; expected a string"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"], files: ["p.jsonl": "{\"text\": \"a\"}"],
      code: 1, sentence: "p.jsonl:1: the row has no 'prompt'; expected 'prompt' or 'messages'"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"],
      files: ["p.jsonl": "{\"prompt\": \"a\", \"max\": 3}"], code: 1,
      sentence: "p.jsonl:1: 'max' is no field of a request; expected 'prompt', 'messages'"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"], files: ["p.jsonl": "{\"messages\": []}"],
      code: 1, sentence: "p.jsonl:1: 'messages' is empty; expected an array of turns"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"],
      files: ["p.jsonl": "{\"messages\": [{\"role\": \"bot\", \"content\": \"a\"}]}"], code: 1,
      sentence: "p.jsonl:1: 'messages[0]' is no turn; expected a 'role' of 'system', 'user' or "
        + "'assistant' and a 'content'"),
    Case(
      arguments: ["generate", "--prompts", "p.jsonl"], files: ["p.jsonl": "[\"a\"]"], code: 1,
      sentence: "p.jsonl:1: the row is an array; expected an object"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context\": \"a\"}"], code: 1,
      sentence: "r.jsonl:1: the row has no 'continuation'; expected 'continuation'"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context\": \"a\", \"continuation\": \"b\"}\n{\"context\": nope}"],
      code: 1, sentence: "r.jsonl:2: 'n' (column 13); expected 'null'"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"], files: ["r.jsonl": "{}"], code: 1,
      sentence: "r.jsonl:1: the row has no 'context'; expected 'context' or 'context_ids'"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context_ids\": [1]}"], code: 1,
      sentence: "r.jsonl:1: the row has no 'continuation_ids'; "
        + "expected 'context_ids' and 'continuation_ids'"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context_ids\": [], \"continuation_ids\": [1]}"], code: 1,
      sentence: "r.jsonl:1: 'context_ids' is empty; expected at least 1 id"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context_ids\": \"a\", \"continuation_ids\": [1]}"], code: 1,
      sentence: "r.jsonl:1: 'context_ids' is a string; expected an array of ids"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context_ids\": [1], \"continuation_ids\": [1.5]}"], code: 1,
      sentence: "r.jsonl:1: '1.5' is no token id; expected a whole number, 0 or more"),
    Case(
      arguments: ["loglikelihood", "--requests", "r.jsonl"],
      files: ["r.jsonl": "{\"context_ids\": [1], \"continuation_ids\": [], \"context\": \"a\"}"],
      code: 1,
      sentence: "r.jsonl:1: 'context' is no field of a request; "
        + "expected 'context_ids', 'continuation_ids'"),
  ]

  static let models: [Case] = [
    Case(
      arguments: ["generate", "--prompt", "a", "--model", "x.gguf"], files: ["x.gguf": "GG"],
      code: 1, sentence: "x.gguf: "),
    Case(
      arguments: ["tokenize", "--model", "x.gguf"], files: ["x.gguf": "no model at all"],
      code: 1, sentence: "x.gguf: "),
    Case(
      arguments: ["generate", "--prompt", "a"],
      files: ["selfinstruct.json": "{\n  \"modell\": \"x\"\n}"], code: 1,
      sentence: "selfinstruct.json:2: 'modell' is no setting; expected perhaps 'model'"),
    Case(
      arguments: ["generate", "--prompt", "a"],
      files: ["selfinstruct.json": "{\"model\": \"gone.gguf\"}"], code: 2,
      sentence: "selfinstruct.json: \"model\": 'gone.gguf' is no model; "),
  ]

  private static let seed =
    "{\"instruction\": \"Say hello to the new neighbours.\", \"output\": \"Hello!\"}\n"

  static let growing: [Case] = [
    Case(arguments: ["grow", "--tasks", "0"], code: 2, sentence: "--tasks: 0; expected 1 or more"),
    Case(
      arguments: ["grow", "--rounds", "-1"], code: 2, sentence: "--rounds: -1; expected 0 or more"),
    Case(
      arguments: ["grow", "--preview", "0"], code: 2, sentence: "--preview: 0; expected 1 to 1000"),
    Case(
      arguments: ["grow", "--preview", "\(Int.max)"], code: 2,
      sentence: "--preview: \(Int.max); expected 1 to 1000"),
    Case(
      arguments: ["grow", "--preview", "1", "--close-round"], code: 2,
      sentence: "grow: --preview and --close-round are given; expected one of them, or none"),
    Case(
      arguments: ["grow", "--preset", "papr"], code: 2,
      sentence: "The value 'papr' is invalid for '--preset <preset>'"),
    Case(
      arguments: ["grow"], code: 1,
      sentence: "seeds/seed_tasks.jsonl: no such file; expected the seed tasks"),
    Case(
      arguments: ["grow", "--seed-tasks", "s.jsonl"], files: ["s.jsonl": seed + "{\"name\": 3}\n"],
      code: 1, sentence: "s.jsonl:2: "),
    Case(
      arguments: ["grow", "--seed-tasks", "s.jsonl", "--language", "English"],
      files: ["s.jsonl": seed], code: 1,
      sentence: "language: 'English' is no code; expected two small letters of ISO 639-1, "),
    Case(
      arguments: ["grow", "--seed-tasks", "s.jsonl", "--prompts", "mine"], files: ["s.jsonl": seed],
      code: 1, sentence: "mine: no such file; expected a file that exists"),
    Case(
      arguments: ["grow", "--seed-tasks", "s.jsonl", "--prompts", "mine"],
      files: ["s.jsonl": seed, "mine/opener.txt": "[what]\nis this\n"], code: 1,
      sentence: "mine/opener.txt:1: section '[what]' is unknown; expected one of "),
    Case(
      arguments: ["grow", "--close-round", "--corpus", "none"], code: 1,
      sentence: "none: is no corpus; expected a folder that 'selfinstruct grow' made\n"
        + "  help: name another folder with --corpus"),
    Case(
      arguments: ["grow", "--seed-tasks", "s.jsonl"],
      files: ["s.jsonl": seed, "selfinstruct.json": "{\"answers\": {\"samples\": 0}}"], code: 1,
      sentence: "configuration: answers.samples: is 0; expected at least 1"),
    Case(
      arguments: ["grow", "--seed-tasks", "s.jsonl"],
      files: ["s.jsonl": seed, "selfinstruct.json": "{\"answers\": {\"sampls\": 2}}"], code: 1,
      sentence: "selfinstruct.json:1: 'answers.sampls' is no setting; expected perhaps 'samples'"),
  ]

  private static let tiny = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf").path

  static let folders: [Case] = ["init", "prompts --write"].flatMap { command in
    [
      ("file", "file: is a file; expected a directory"),
      ("file/x", "file/x: cannot make the folder: a part of its path is a file; expected a place"),
      ("/proc/x/y", "/proc/x: cannot make the folder: the system keeps no files there; expected"),
    ].map { path, sentence in
      Case(
        arguments: command.split(separator: " ").map(String.init) + [path], files: ["file": "x"],
        code: 1, sentence: sentence)
    }
  }

  @Test(arguments: flags + requests + models + growing + folders)
  func `misuse gets one sentence`(_ misuse: Case) throws {
    let folder = try TemporaryDirectory()
    for (name, text) in misuse.files { try folder.write(text, to: name) }
    let result = try Binary.run(misuse.arguments, input: misuse.input, in: folder)
    #expect(result.code == misuse.code)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("error: \(misuse.sentence)"), "\(result.errors)")
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 1 || lines.count == 2 && lines[1].hasPrefix("  help: "))
  }

  @Test(arguments: [
    "grow --seed-tasks pipe", "grow --seed-tasks s.jsonl --prompts mine", "generate --prompt a",
    "generate --prompt a --model pipe",
  ])
  func `a pipe that nobody writes to is refused where a file is read`(_ command: String) throws {
    let folder = try TemporaryDirectory()
    try folder.write(Self.seed, to: "s.jsonl")
    let setting = command == "generate --prompt a" ? "mkfifo selfinstruct.json" : ":"
    let result = try Binary.shell(
      "mkfifo pipe; mkdir mine; mkfifo mine/opener.txt; \(setting); $selfinstruct \(command)",
      in: folder)
    #expect(result.code == 1)
    #expect(result.errors.contains("regular file"), "\(result.errors)")
  }

  @Test(arguments: [
    ("s.jsonl", "s.jsonl: is a file; expected a directory\n"),
    (
      "s.jsonl/x",
      "s.jsonl/x: cannot make the folder: a part of its path is a file; expected a place"
    ),
  ])
  func `a corpus that cannot be a folder is one sentence`(
    _ path: String, _ sentence: String
  ) throws {
    let folder = try TemporaryDirectory()
    try folder.write(Self.seed, to: "s.jsonl")
    let result = try Binary.run(
      ["grow", "--seed-tasks", "s.jsonl", "--corpus", path, "--model", Self.tiny], in: folder)
    #expect(result.code == 1)
    #expect(result.errors.contains("\nerror: \(sentence)"), "\(result.errors)")
  }

  @Test func `requests are read from a pipe`() throws {
    let result = try Binary.shell(
      "echo '{\"prompt\": \"a\"}' | $selfinstruct generate --prompts /dev/stdin --json "
        + "--max-new-tokens 1 --model \(Self.tiny)", in: TemporaryDirectory())
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("{\"completion\": "))
  }

  @Test func `a model that was not fetched is named with the way out`() throws {
    let folder = try TemporaryDirectory()
    let result = try Binary.run(
      ["generate", "--prompt", "a"], in: folder,
      environment: ["SELFINSTRUCT_MODEL_CACHE": folder.path])
    #expect(result.code == 1)
    #expect(result.errors.hasSuffix("  help: run Scripts/fetch-model\n"))
  }
}
