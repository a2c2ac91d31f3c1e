import Foundation
import Kernels
import Storage
import TensorFiles
import Transformer

/// The whole state of a run after a step, as a folder: what follows is decided by it and the run's
/// data alone.
enum Checkpoint {
  private static let weights = "/model.safetensors"
  private static let means = "/means.safetensors"
  private static let squares = "/squares.safetensors"
  private static let state = "/state.json"

  /// Writes a checkpoint, whole or not at all; those before it stay untouched.
  static func write(
    _ state: TrainingState, _ parameters: any TrainableParameters, _ optimizer: Optimizer,
    to path: String
  ) throws {
    if FileManager.default.fileExists(atPath: path) { try AtomicFolder.remove(path) }
    try AtomicFolder.make(path) { folder in
      let table = parameters.table
      try WeightFiles.write(parameters.masters, table, as: .f32, to: folder + Self.weights)
      try WeightFiles.write(optimizer.means, table, as: .f32, to: folder + means)
      try WeightFiles.write(optimizer.squares, table, as: .f32, to: folder + squares)
      let fields: JSONValue = [
        "format": 1, "optimizerSteps": .int(optimizer.steps),
        "checksums": .array(checksums(parameters, optimizer).map(JSONValue.double)),
        "state": try JSONValue(encoding: state),
      ]
      try AtomicFile.write(fields.encodedPretty(), to: folder + Self.state)
    }
  }

  /// Bytes of a checkpoint, but for its small file.
  static func byteCount(_ table: TensorTable) -> Int {
    3 * WeightFiles.byteCount(table, as: .f32)
  }

  /// Puts weights and moments back.
  ///
  /// - Parameter runSteps: Of the whole run.
  /// - Throws: `TrainingError.checkpoint` for one that is damaged or of another model.
  static func read(
    _ path: String, into parameters: any TrainableParameters, _ optimizer: Optimizer,
    of runSteps: Int
  ) throws -> TrainingState {
    do {
      let value = try JSONDocument.read(path + Self.state)
      guard let steps = value["optimizerSteps"]?.int, steps >= 0, let fields = value["state"] else {
        throw StorageError.malformedFile(
          path: path + Self.state, is: "is no state of a run",
          expected: "'optimizerSteps' and 'state'")
      }
      let found: TrainingState = try fields.decoded()
      guard found.isPlausible(optimizerSteps: steps, of: runSteps) else {
        throw StorageError.malformedFile(
          path: path + Self.state, is: "counts what \(runSteps) steps cannot come to",
          expected: "the state of a run")
      }
      let table = parameters.table
      try WeightFiles.read(path + Self.weights, table, into: parameters.masters)
      try WeightFiles.read(path + means, table, into: optimizer.means)
      try WeightFiles.read(path + squares, table, into: optimizer.squares)
      guard value["checksums"]?.array?.map(\.double) == checksums(parameters, optimizer) else {
        throw StorageError.malformedFile(
          path: path, is: "its numbers are others than were written", expected: "the same")
      }
      optimizer.resume(after: steps)
      return found
    } catch let error as DecodingError {
      throw damaged(path, "\(JSONProblem(error))")
    } catch {
      throw damaged(path, "\(error)")
    }
  }

  private static func checksums(_ parameters: any TrainableParameters, _ optimizer: Optimizer)
    -> [Double]
  {
    [parameters.masters, optimizer.means, optimizer.squares].map {
      WeightFiles.checksum($0, parameters.table)
    }
  }

  /// What is wrong, without what was expected of a part.
  private static func damaged(_ path: String, _ sentence: String) -> TrainingError {
    let fact = sentence.firstRange(of: "; expected").map { sentence[..<$0.lowerBound] }
    return .checkpoint(
      path: path, is: "is damaged: \(fact ?? sentence[...])", expected: "a whole checkpoint")
  }
}
