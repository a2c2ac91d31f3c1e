import Storage
import TestSupport
import Testing

@Suite struct ContentHashTests {
  /// The examples of NIST for SHA-256: FIPS 180-2 appendix B and the short-message vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
        + "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func `NIST's examples have NIST's hashes`(_ text: String, _ hex: String) {
    #expect(ContentHash.hex(of: text.utf8) == hex)
  }

  @Test func `a hundred thousand letters, in pieces of any size, have one hash`() {
    // sha256sum of 100,000 times 'a'.
    let hex = "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee"
    withEvery("piece", in: [1, 63, 64, 65, 1000, 100_000]) { piece in
      var hash = ContentHash()
      for start in stride(from: 0, to: 100_000, by: piece) {
        hash.update([UInt8](repeating: 97, count: min(piece, 100_000 - start)))
      }
      #expect(hash.hex == hex)
      #expect(hash.hex == hex)
    }
  }

  @Test func `every length around the block has the hash of its pieces together`() {
    withEvery("count", in: 0...130) { count in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      var hash = ContentHash()
      for byte in bytes { hash.update(CollectionOfOne(byte)) }
      #expect(hash.hex == ContentHash.hex(of: bytes))
    }
  }

  @Test func `a file has the hash of its bytes`() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("abc", to: "a")
    #expect(try ContentHash.hex(ofFile: path) == ContentHash.hex(of: "abc".utf8))
    expectRefusalSaying("b: no such file; expected a file that exists", hiding: folder) {
      try ContentHash.hex(ofFile: folder.path(of: "b"))
    }
    #expect(throws: StorageError.self) { try ContentHash.hex(ofFile: folder.path) }
  }
}
