import Storage
import TestSupport
import Testing

/// JSON, damaged: nothing crashes, and what is read means the same when it is written and read again.
@Suite struct JSONFuzzTests {
  @Test func `documents`() {
    let original = """
      {"a": [1, -2.5e3, 18446744073709551616, "x\\u00e4\\n\\ud83d\\ude00"], "b": {"c": null,
       "d": [true, false, {}, []]}, "": "你好", "e": [[[["deep"]]]]}
      """
    let share = Fuzzing.share(
      of: "JSON", from: [Array(original.utf8)], wellFormed: { $0.reworded($1) },
      read: { input in
        guard let value = try? JSONValue(parsing: input) else { return .refusedAtOnce }
        #expect((try? JSONValue(parsing: value.encodedLine())) == value)
        #expect((try? JSONValue(parsing: value.encodedPretty())) == value)
        return .readOn
      })
    #expect(share >= 0.4)
  }
}
