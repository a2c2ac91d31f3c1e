/// What went wrong below a kernel; nothing here is the user's fault but memory.
package enum KernelError: Error, Equatable, CustomStringConvertible {
  /// oneDNN found no processor it can run on.
  case noEngine
  /// A product of this shape could not be made.
  case cannotPack(outputs: Int, inputs: Int, precision: Precision)
  /// There is no memory to arrange the rows of a product in.
  case noMemoryForRows(Int, inputs: Int)
  /// A product failed while running, with oneDNN's status.
  case productFailed(status: Int)
  /// Keys and values of this many bytes could not be reserved.
  case outOfMemory(bytes: Int)

  package var description: String {
    switch self {
    case .noEngine:
      "onednn: no engine for this processor; expected a 64-bit x86 or Arm processor"
    case .cannotPack(let outputs, let inputs, let precision):
      "matrix product: one in \(precision.rawValue) of [\(outputs), \(inputs)] could not be made; "
        + "expected enough memory for its weights"
    case .noMemoryForRows(let rows, let inputs):
      "matrix product: there is no memory for \(rows) rows of \(inputs); expected it free"
    case .productFailed(let status):
      "onednn: a product ended with status \(status); expected 0"
    case .outOfMemory(let bytes):
      "memory: \(bytes) bytes for keys and values are not to be had; expected them free\n"
        + "  help: lower --kv-memory"
    }
  }
}
