import Bootstrapping
import Reporting
import Storage

/// What an export came to, for people and for programs.
struct ExportText {
  private let export: DatasetExport

  init(_ export: DatasetExport) { self.export = export }

  func text(_ written: [String]) -> String {
    let parts = export.splits.map { split in
      "  \(split.name)  \(GrowReport.tasks(split.tasks.count)), \(split.rows.count) row\(split.rows.count == 1 ? "" : "s")"
    }
    let unknown = export.licenses.filter { $0.license == nil }.map(\.source)
    let note =
      unknown.isEmpty
      ? [] : ["  the card says that the licence of \(unknown.joined(separator: ", ")) is not known"]
    return (parts + note + written.map { "wrote \($0)" }).joined(separator: "\n")
  }

  func json(_ written: [String]) -> JSONValue {
    var fields: [String: JSONValue] = [
      "format": .string(export.options.format.rawValue),
      "written": .array(written.map(JSONValue.string)),
    ]
    for split in export.splits {
      fields[split.name] = ["tasks": .int(split.tasks.count), "rows": .int(split.rows.count)]
    }
    return .object(fields)
  }
}
