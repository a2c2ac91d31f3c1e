import Bootstrapping
import Foundation
import Storage
import TaskCorpus

/// A corpus as one page that needs nothing else: no network, no other file, and no text of a model in
/// it that is anything but text.
package struct ReportPage: Sendable {
  let account: CorpusAccount
  let training: TrainingAccount
  /// For a million tokens of prompts, and of answers; nil where nobody said.
  let prices: (input: Double, output: Double)?
  /// What the corpus is called.
  let name: String

  package init(
    of account: CorpusAccount, _ training: TrainingAccount,
    prices: (input: Double, output: Double)? = nil, name: String
  ) {
    self.account = account
    self.training = training
    self.prices = prices
    self.name = name
  }

  /// Stands in every report, so that one is known for ours.
  private static let mark = "<footer><p>Made by selfinstruct."

  /// Writes the page.
  ///
  /// - Throws: `ExportError.noReport` for a file that is there and is none, `StorageError` for what
  ///   cannot be written.
  package func write(to path: String) throws {
    if !OpenFile.isStream(path), let old = FileManager.default.contents(atPath: path), !old.isEmpty,
      old.firstRange(of: Data(Self.mark.utf8)) == nil
    {
      throw ExportError.noReport(path: path)
    }
    try AtomicFile.write(text, to: path)
  }

  /// The page.
  package var text: String {
    let (style, script) = (ReportStyle.text, ReportScript.text)
    let policy =
      "default-src 'none'; style-src \(HTML.source(style)); script-src \(HTML.source(script)); "
      + "base-uri 'none'; form-action 'none'"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.text(name)): \(Shown.count(account.tasks.count)) task\(account.tasks.count == 1 ? "" : "s")</title>
      <style>\(style)</style>
      </head>
      <body>
      <a class="skip" href="#tasks">To the tasks</a>
      <header><h1>\(HTML.text(name))</h1>
      <p>\(summary)</p>
      </header>
      <main>
      \(sections.joined(separator: "\n"))
      \(taskSection)
      </main>
      \(Self.mark) Tasks are a model's words and may be wrong.</p></footer>
      <script type="application/json" id="data">\(HTML.script(TaskTable(account).json))</script>
      <script>\(script)</script>
      </body>
      </html>

      """
  }

  private var summary: String {
    let read = account.instructions
    let share = Double(account.tasks.count) / Double(max(1, read)) * 100
    return
      "<b>\(Shown.count(account.tasks.count)) tasks</b> out of \(Shown.count(read)) instructions "
      + "(\(Shown.number(share, places: 1)) %) that models wrote in \(Shown.count(account.rounds)) "
      + "round\(account.rounds == 1 ? "" : "s"), from \(Shown.count(account.seeds.count)) seeds."
  }

  private var sections: [String] {
    [
      funnelSection, growthSection, rootsSection, sizesSection, improvementSection,
      trainingSection, spendingSection,
      nightsSection,
    ].filter { !$0.isEmpty }
  }

  /// A part of the page, with the id that the titles of others lead to.
  static func section(_ id: String, _ title: String, _ body: String) -> String {
    "<section id=\"\(id)\"><h2>\(title)</h2>\n\(body)</section>"
  }

  static func figure(_ svg: String, _ caption: String) -> String {
    svg.isEmpty ? "" : "<figure>\(svg)<figcaption>\(caption)</figcaption></figure>"
  }

  static func table(_ head: [String], _ rows: [[String]]) -> String {
    let header = head.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.map { cells in
      "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }.joined(separator: "\n")
    return
      "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>\(header)</tr></thead><tbody>\(body)</tbody></table></div>"
  }

  private var taskSection: String {
    Self.section(
      "tasks", "Tasks",
      """
      <form id="filter" role="search">
      <label>Search <input id="query" type="search" autocomplete="off"></label>
      <label>Kind <select id="kind"><option value="">all</option><option>no input</option><option>input</option>\
      <option>classification</option></select></label>
      <label>Round <select id="round"><option value="">all</option></select></label>
      <label>Model <select id="model"><option value="">all</option></select></label>
      <label>Order <select id="order"><option value="place">as grown</option><option value="near">least new first</option>\
      <option value="long">longest answers first</option></select></label>
      </form>
      <p id="found" role="status">The list of tasks needs JavaScript; it is in this file and asks nothing of a network.</p>
      <ol id="list"></ol>
      <nav aria-label="Pages of the list"><button id="before" type="button">Previous</button> <span id="page"></span> \
      <button id="after" type="button">Next</button></nav>
      """)
  }
}
