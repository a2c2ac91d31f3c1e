import ArgumentParser
import Foundation

/// Runs the command and turns what it throws into one message and an exit code.
@main
enum Main {
  static func main() async {
    Console.prepare()
    do {
      var command = try SelfInstruct.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      exit(Outcome(of: error).report())
    }
  }
}
