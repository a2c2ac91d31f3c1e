import Testing

@testable import Storage

@Suite struct OpenFileTests {
  @Test(arguments: [
    ("", ""), ("/", ""), ("//", ""), ("a", ""), ("é", ""), ("a/", ""), ("/a", "/"), ("//a", "/"),
    ("a/b", "a"), ("a//b//", "a"), ("/a/b", "/a"), ("./a", "."), ("../a b/c", "../a b"),
  ])
  func `the folder above a path`(_ path: String, _ above: String) {
    #expect(OpenFile.folder(above: path) == above)
  }
}
