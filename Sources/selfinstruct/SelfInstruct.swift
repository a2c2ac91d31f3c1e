import ArgumentParser

@main
struct SelfInstruct: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selfinstruct",
    abstract: "Grows instruction data from a language model and tunes a model on it.")
}
