import TestSupport
import Testing

/// What `finetune` does about the current model of a corpus.
extension FinetuneCommandTests {
  @Test func `a run is refused where it cannot be told whose place its model would take`() throws {
    let folder = try folder()
    try folder.write("garbage", to: "generated/main/models/promoted")
    let refused = try Binary.run(arguments(), in: folder)
    #expect(refused.code != 0 && refused.errors.contains("models/promoted: names no model"))
    #expect(try folder.text(of: "generated/main/models/promoted") == "garbage")
  }
}
