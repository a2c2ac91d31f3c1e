/// What can be wrong with a file, each case holding the facts of one sentence.
package enum StorageError: Error, Equatable, Sendable {
  /// Nothing is at the path.
  case missing(path: String)
  /// A directory is where a file should be, or the other way round.
  case wrongKind(path: String, is: String, expected: String)
  /// The system refused an operation, such as `write`, for a reason in words.
  case refused(path: String, operation: String, reason: String)
  /// Only a part of what was to be added could be written; the file is as it was before.
  case incompleteWrite(path: String, written: Int, wanted: Int, reason: String)
  /// A line, counted from 1, does not hold what it should.
  case malformedLine(path: String, line: Int, is: String, expected: String)
  /// A whole file does not hold what it should.
  case malformedFile(path: String, is: String, expected: String)
  /// Another holder, described by itself, has the lock.
  case lockHeld(path: String, holder: String)
}

extension StorageError: CustomStringConvertible {
  /// The sentence a user reads: `where: what is; what should be`.
  package var description: String {
    switch self {
    case .missing(let path):
      "\(path): no such file; expected a file that exists"
    case .wrongKind(let path, let found, let expected):
      "\(path): is \(found); expected \(expected)"
    case .refused(let path, let operation, let reason):
      "\(path): cannot \(operation): \(reason); expected a place that allows it"
    case .incompleteWrite(let path, let written, let wanted, let reason):
      "\(path): only \(written) of \(wanted) bytes could be written (\(reason)); "
        + "expected all\n  help: nothing of them was kept; make room and run the command again"
    case .malformedLine(let path, let line, let found, let expected):
      "\(path):\(line): \(found); expected \(expected)"
    case .malformedFile(let path, let found, let expected):
      "\(path): \(found); expected \(expected)"
    case .lockHeld(let path, let holder):
      "\(path): is locked by \(holder); expected to be the only writer\n"
        + "  help: wait for the other run to end, or stop it"
    }
  }
}
