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
    let streams = try TemporaryDirectory()
    let process = try prepared(arguments, input, folder, streams, environment)
    try process.run()
    process.waitUntilExit()
    return try result(of: process, streams)
  }

  /// Starts the command, sends it a signal once stderr holds a text, and waits for its end.
  static func interrupt(
    _ arguments: [String], after text: String, in folder: TemporaryDirectory
  ) throws -> Result {
    let streams = try TemporaryDirectory()
    let process = try prepared(arguments, "", folder, streams, [:])
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    var said = ""
    while !said.contains(text) {
      let more = errors.fileHandleForReading.availableData
      if more.isEmpty { break }
      said += String(decoding: more, as: UTF8.self)
    }
    process.interrupt()
    let rest = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    var result = try result(of: process, streams)
    result.errors = said + String(decoding: rest, as: UTF8.self)
    return result
  }

  /// Starts the command and kills it as soon as something holds, unless it ends before.
  static func kill(
    _ arguments: [String], when holds: () throws -> Bool, in folder: TemporaryDirectory
  ) throws -> Result {
    let streams = try TemporaryDirectory()
    let process = try prepared(arguments, "", folder, streams, [:])
    try process.run()
    while process.isRunning, try !holds() {}
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return try result(of: process, streams)
  }

  /// Runs a script of the shell, in which `$selfinstruct` is the command.
  ///
  /// - Parameter output: Where stdout goes instead of into the result.
  static func shell(
    _ script: String, in folder: TemporaryDirectory, output: FileHandle? = nil
  ) throws -> Result {
    let streams = try TemporaryDirectory()
    let process = try prepared(["-c", script], "", folder, streams, ["selfinstruct": path])
    process.executableURL = URL(filePath: "/bin/sh")
    if let output { process.standardOutput = output }
    try process.run()
    process.waitUntilExit()
    return try result(of: process, streams)
  }

  private static func prepared(
    _ arguments: [String], _ input: String, _ folder: TemporaryDirectory,
    _ streams: TemporaryDirectory, _ environment: [String: String]
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder.path)
    var variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    variables["COLUMNS"] = "80"
    process.environment = variables
    process.standardInput = try FileHandle(
      forReadingFrom: URL(filePath: streams.write(input, to: "in")))
    process.standardOutput = try FileHandle(
      forWritingTo: URL(filePath: streams.write("", to: "out")))
    process.standardError = try FileHandle(
      forWritingTo: URL(filePath: streams.write("", to: "err")))
    return process
  }

  private static func result(of process: Process, _ streams: TemporaryDirectory) throws -> Result {
    // A trap ends by a signal; no exit code of ours is negative.
    let code =
      process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
    return Result(
      code: code, output: try streams.text(of: "out"), errors: try streams.text(of: "err"))
  }
}
