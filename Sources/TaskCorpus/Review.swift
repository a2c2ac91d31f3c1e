import Foundation
import Storage

/// What a person said of a task of a corpus; it overrides what rules say.
package struct Review: Codable, Equatable, Sendable {
  /// Other texts in place of those that the model wrote: the instruction, and the first instance.
  package struct Edit: Codable, Equatable, Sendable {
    package var instruction: String
    package var input: String
    package var output: String

    package init(instruction: String, input: String, output: String) {
      self.instruction = instruction
      self.input = input
      self.output = output
    }
  }

  /// The task's.
  package var id: String
  /// The instances that the person saw; they stay as long as the task does.
  package var instances: [String]
  package var instructionIsSensible: Bool
  package var inputFits: Bool
  package var outputIsRight: Bool
  /// Whether the task leaves the corpus.
  package var isRejected: Bool
  /// Nil where the texts stay as they are.
  package var edit: Edit?

  package init(
    id: String, instances: [String], instructionIsSensible: Bool = true, inputFits: Bool = true,
    outputIsRight: Bool = true, isRejected: Bool = false, edit: Edit? = nil
  ) {
    self.id = id
    self.instances = instances
    self.instructionIsSensible = instructionIsSensible
    self.inputFits = inputFits
    self.outputIsRight = outputIsRight
    self.isRejected = isRejected
    self.edit = edit
  }

  private enum CodingKeys: String, CodingKey {
    case id, instances, edit
    case instructionIsSensible = "instruction_sensible"
    case inputFits = "input_fits"
    case outputIsRight = "output_right"
    case isRejected = "rejected"
  }
}

/// The reviews of a corpus: a file that only grows, in which the last word about a task counts.
package struct ReviewFile: Sendable {
  /// The last review of each task.
  package private(set) var reviews: [String: Review] = [:]
  private let path: String

  /// Reads a file; no file is no review.
  ///
  /// A torn last line is left out: it was never acknowledged.
  ///
  /// - Throws: `StorageError` naming the line of the first row that is no review: what a person has
  ///   said is not passed over.
  package init(reading path: String) throws(StorageError) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { return }
    var reader = try LineReader(path)
    while let line = try reader.next() {
      if line.isBlank { continue }
      do throws(StorageError) {
        let review = try line.decoded(as: Review.self)
        reviews[review.id] = review
      } catch {
        if reader.endsInNewline { throw error }
      }
    }
  }

  /// Adds a review and waits until it is on the disk.
  ///
  /// - Throws: `StorageError` if the disk is full or refuses.
  package mutating func append(_ review: Review) throws {
    try AppendLog(path).append(try JSONValue(encoding: review))
    reviews[review.id] = review
  }
}
