import Evaluation
import Foundation
import TaskCorpus
import Testing

/// The gate on rounds of a tiny model: what does good passes, what does harm does not.
@Suite(.serialized) struct GateOnModelsTests {
  private static let student = Result { try TinyStudent() }

  private func decision(
    _ name: String, on change: ([InstructionTask]) -> [InstructionTask] = { $0 },
    rate: Double = 8e-3
  ) async throws -> Gate.Decision {
    let student = try Self.student.get()
    let next = try student.trained(on: change(TinyStudent.tasks(240..<480)), as: name) {
      $0.learningRate = rate
    }
    return try await next.decision(against: student)
  }

  private func objections(_ decision: Gate.Decision) -> [Metric] {
    decision.comparisons.filter { [.objected, .notImproved].contains($0.verdict) }.map(\.metric)
  }

  @Test func `more of the same is promoted`() async throws {
    let decision = try await decision("honest")
    #expect(decision.isPromoted, "\(decision.reason)")
  }

  @Test func `the same model is no improvement on itself`() async throws {
    let student = try Self.student.get()
    let decision = try await student.decision(against: student)
    #expect(!decision.isPromoted && decision.comparisons.allSatisfy { $0.difference == 0 })
    #expect(decision.reason.hasPrefix("held-out loss"))
  }

  @Test func `shuffled answers are rolled back`() async throws {
    let decision = try await decision("shuffled", on: TinyStudent.shuffled)
    #expect(!decision.isPromoted && objections(decision).contains(.heldOutLoss))
    #expect(decision.reason.contains("held-out loss"), "\(decision.reason)")
  }

  @Test func `looping answers are rolled back`() async throws {
    let decision = try await decision("loops", on: TinyStudent.looping)
    #expect(!decision.isPromoted && !objections(decision).isEmpty, "\(decision.reason)")
  }

  @Test func `near copies are rolled back`() async throws {
    let decision = try await decision("copies", on: TinyStudent.copies)
    #expect(!decision.isPromoted && objections(decision).contains(.heldOutLoss))
  }

  @Test(arguments: [5.0, 100])
  func `a learning rate that is too high is rolled back`(_ factor: Double) async throws {
    let decision = try await decision("rate-\(factor)", rate: 8e-3 * factor)
    #expect(!decision.isPromoted && objections(decision).contains(.heldOutLoss))
  }
}
