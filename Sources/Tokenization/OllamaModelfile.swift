/// The file by which Ollama takes in a GGUF file: how it writes conversations, and where it stops.
package enum OllamaModelfile {
  /// - Parameter name: The GGUF file's, beside which this one lies.
  package static func text(for name: String, _ template: ChatTemplate) -> String {
    var lines = ["FROM ./\(name)", "TEMPLATE \"\"\"\(self.template(of: template))\"\"\""]
    let system = template.systemPreamble + (template.defaultSystem ?? "")
    if !system.isEmpty, !system.contains("\"\"\"") {
      lines.append("SYSTEM \"\"\"\(system)\"\"\"")
    }
    for stop in template.stopTokens + template.stopStrings {
      lines.append("PARAMETER stop \"\"\"\(stop)\"\"\"")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// In Go's template language; a blank after `{{-` eats the white space before it.
  private static func template(of template: ChatTemplate) -> String {
    switch template.form {
    case .chatML:
      "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"
        + "<|im_start|>assistant\n"
    case .llama3:
      "{{- range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>\n\n"
        + "{{ .Content }}<|eot_id|>{{ end }}<|start_header_id|>assistant<|end_header_id|>\n\n"
    case .alpaca:
      "{{- range .Messages }}{{ if eq .Role \"user\" }}### Instruction:\n{{ else if eq .Role "
        + "\"assistant\" }}### Response:\n{{ end }}{{ .Content }}\n\n{{ end }}### Response:\n"
    case .plain:
      "{{- range .Messages }}{{ if eq .Role \"user\" }}User: {{ else if eq .Role \"assistant\" }}"
        + "Assistant: {{ else }}System: {{ end }}{{ .Content }}\n\n{{ end }}Assistant:"
    }
  }
}
