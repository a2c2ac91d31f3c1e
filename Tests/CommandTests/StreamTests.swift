import Foundation
import TestSupport
import Testing

@Suite struct StreamTests {
  @Test(arguments: ["prompts", "init here", "--help", "--version"])
  func `a full disk behind stdout is one sentence`(_ command: String) throws {
    let result = try Binary.shell("$selfinstruct \(command) > /dev/full", in: TemporaryDirectory())
    #expect(result.code == 1)
    #expect(
      result.errors == "error: standard output: cannot write: no space left on the disk; "
        + "expected a place that allows it\n")
  }

  @Test func `without stdout a result is an error`() throws {
    let result = try Binary.shell("$selfinstruct prompts >&-", in: TemporaryDirectory())
    #expect(result.code == 1)
    #expect(
      result.errors
        == "error: standard output: cannot write: it is closed; expected a place that allows it\n")
  }

  @Test func `a reader that went away ends the command quietly`() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let result = try Binary.shell(
      "exec $selfinstruct prompts", in: TemporaryDirectory(), output: pipe.fileHandleForWriting)
    #expect(result == Binary.Result(code: 3, output: "", errors: ""))
  }

  @Test(arguments: ["2> /dev/full", "2>&-"])
  func `remarks that cannot be written change nothing`(_ errors: String) throws {
    let folder = try TemporaryDirectory()
    let made = try Binary.shell("$selfinstruct init here \(errors)", in: folder)
    #expect(made.code == 0)
    #expect(made.output.hasPrefix("here/selfinstruct.json\n"))
    let refused = try Binary.shell("$selfinstruct grow --tasks 0 \(errors)", in: folder)
    #expect(refused.code == 2)
  }

  @Test func `texts are answered as they come, from stdin where it stands`() throws {
    let folder = try TemporaryDirectory()
    // The second text is only asked for when the first was answered.
    let script = """
      mkfifo asked answered
      $selfinstruct tokenize --model \(Self.model) < asked > answered &
      exec 3> asked 4< answered
      echo '"a"' >&3; read one <&4; echo "$one"
      echo '"b"' >&3; read two <&4; echo "$two"
      exec 3>&-; wait
      { read skipped; $selfinstruct tokenize --model \(Self.model); } < lines
      """
    try folder.write("skipped\n\"a\"\n", to: "lines")
    let result = try Binary.shell(script, in: folder)
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first == lines.last)
  }

  @Test func `statistics go into a pipe, and more threads than cores are not started`() throws {
    let script =
      "$selfinstruct generate --prompt a --max-new-tokens 2 --threads 1000 "
      + "--model \(Self.model) --stats /dev/stderr"
    let result = try Binary.shell("{ \(script) > out; } 2>&1 | cat", in: TemporaryDirectory())
    #expect(result.output.contains("\"threads\":"))
    #expect(!result.output.contains("\"threads\":1000"))
  }

  /// A tiny random model.
  private static let model = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf").path
}
