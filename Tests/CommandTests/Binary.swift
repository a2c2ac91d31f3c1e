import Foundation
import TestSupport

/// The built command, run as a user runs it.
struct Binary {
  /// What a run left.
  struct Result: Equatable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// Where the build put the command: beside the tests.
  static var path: String {
    let tests =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
      ?? ProcessInfo.processInfo.arguments[0]
    return URL(filePath: tests).deletingLastPathComponent()
      .appending(component: "selfinstruct").path(percentEncoded: false)
  }

  /// Runs the command to its end.
  ///
  /// - Parameters:
  ///   - arguments: What stands after the command's name.
  ///   - input: What it reads from stdin.
  ///   - folder: Where it runs.
  ///   - environment: Variables besides the test's own.
  static func run(
    _ arguments: [String], input: String = "", in folder: TemporaryDirectory,
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder.path)
    var variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    variables["COLUMNS"] = "80"
    process.environment = variables
    let streams = try TemporaryDirectory()
    process.standardInput = try FileHandle(
      forReadingFrom: URL(filePath: streams.write(input, to: "in")))
    process.standardOutput = try FileHandle(
      forWritingTo: URL(filePath: streams.write("", to: "out")))
    process.standardError = try FileHandle(
      forWritingTo: URL(filePath: streams.write("", to: "err")))
    try process.run()
    process.waitUntilExit()
    // A trap ends by a signal; no exit code of ours is negative.
    let code =
      process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
    return Result(
      code: code, output: try streams.text(of: "out"), errors: try streams.text(of: "err"))
  }
}
