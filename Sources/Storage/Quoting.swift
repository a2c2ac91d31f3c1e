/// A name from a file as an error message shows it: in quotes, on one line, at most 80 characters.
package func quoted(_ name: String) -> String {
  var shown = ""
  for scalar in name.unicodeScalars.prefix(80) {
    let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    shown += isControl ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return "'\(shown)\(name.unicodeScalars.count > 80 ? "..." : "")'"
}
