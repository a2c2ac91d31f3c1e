import Storage
import Testing

@Suite struct ByteCountTests {
  @Test(arguments: [
    ("4G", 4 << 30), ("500M", 500 << 20), ("1.5G", 3 << 29), ("64k", 64 << 10), ("1T", 1 << 40),
    ("123", 123), ("0", 0),
  ])
  func `sizes are read with their units`(text: String, bytes: Int) {
    #expect(ByteCount(text)?.bytes == bytes)
  }

  @Test(arguments: ["", "G", "4GB", "-1G", "1e9", "four", "4 G", "99999999T", "1..5G", "٤G", "inf"])
  func `what is no size is refused`(text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test(arguments: ["4G", "500M", "1536M", "64K", "1T", "123"])
  func `sizes are written as they are read`(text: String) {
    #expect(ByteCount(text)?.description == text)
  }

  @Test(arguments: [
    (0, "0"), (1023, "1023"), (1025, "2K"), (9999 << 10, "9999K"), ((9999 << 10) + 1, "10M"),
    ((4 << 30) + 1, "4097M"), (4 << 30, "4096M"),
  ])
  func `rounded up no size is written as less than it is`(bytes: Int, text: String) {
    let rounded = ByteCount(bytes).roundedUp
    #expect(rounded.bytes >= bytes)
    #expect(rounded == ByteCount(text))
  }
}
