import Storage
import Tokenization
import Transformer

/// The model that training begins with: what a run needs of it, and what its result takes over.
package struct BaseModel {
  /// A name a person would recognise, and the reference as it was given.
  package var name: String
  /// The published model that it is, or was made from, where its files tell.
  package var published: String?
  package var reference: String
  /// SHA-256 of its weights.
  package var fingerprint: String
  /// An SPDX name; nil if its files do not tell.
  package var license: String?
  package var tokenizer: Tokenizer
  package var template: ChatTemplate
  /// Whether it was taught that template.
  package var hasTemplate: Bool
  package var configuration: DecoderConfiguration
  /// Ids under `bos_token_id`, `eos_token_id` and `pad_token_id` of a `config.json`.
  package var tokenIDs: [String: JSONValue]
  /// Files of a Hugging Face directory beside weights and `config.json`: tokenizer, template,
  /// generation settings.
  package var files: [String: [UInt8]]

  package init(
    name: String, published: String?, reference: String, fingerprint: String, license: String?,
    tokenizer: Tokenizer,
    template: ChatTemplate, hasTemplate: Bool, configuration: DecoderConfiguration,
    tokenIDs: [String: JSONValue], files: [String: [UInt8]]
  ) {
    self.name = name
    self.published = published
    self.reference = reference
    self.fingerprint = fingerprint
    self.license = license
    self.tokenizer = tokenizer
    self.template = template
    self.hasTemplate = hasTemplate
    self.configuration = configuration
    self.tokenIDs = tokenIDs
    self.files = files
  }
}
