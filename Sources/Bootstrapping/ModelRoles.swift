import Filtering
import LanguageModels
import Prompts

/// The models of a run, or what is known of them, by what they are asked.
package struct ModelRoles<Model> {
  /// Makes up tasks, and is asked whatever no other one is there for.
  package let author: Model
  /// Answers tasks; nil where their author does.
  package let answerer: Model?
  /// Gives scores to answers; nil where none are given.
  package let judge: Model?

  package init(_ author: Model, answerer: Model? = nil, judge: Model? = nil) {
    self.author = author
    self.answerer = answerer
    self.judge = judge
  }

  /// The one that a stage is asked of.
  package subscript(stage: Stage) -> Model { choice(for: stage).model }

  /// Elements by who is asked about them; those of whom nothing is asked are not there.
  package func shares<Element>(
    of elements: [Element], stage: (Element) -> Stage
  ) -> [(model: Model, share: [Element])] {
    Role.allCases.compactMap { role in
      let share = elements.filter { choice(for: stage($0)).role == role }
      return share.first.map { (self[stage($0)], share) }
    }
  }

  private enum Role: CaseIterable {
    case author, answerer, judge
  }

  private func choice(for stage: Stage) -> (role: Role, model: Model) {
    if stage == .answer, let answerer { return (.answerer, answerer) }
    if stage == .judge, let judge { return (.judge, judge) }
    return (.author, author)
  }

  /// The same roles of something else.
  package func map<Other>(_ transform: (Model) throws -> Other) rethrows -> ModelRoles<Other> {
    ModelRoles<Other>(
      try transform(author), answerer: try answerer.map(transform), judge: try judge.map(transform))
  }
}

extension ModelRoles: Sendable where Model: Sendable {}
extension ModelRoles: Equatable where Model: Equatable {}

/// What is known of a model before it is asked anything.
package struct ModelProfile: Hashable, Sendable {
  package var capabilities: ModelCapabilities
  package var identity: ModelIdentity

  package init(capabilities: ModelCapabilities, identity: ModelIdentity) {
    self.capabilities = capabilities
    self.identity = identity
  }

  package init(_ model: any LanguageModel) {
    self.init(capabilities: model.capabilities, identity: model.identity)
  }

  /// How a text prompt reaches the model.
  package var form: PromptForm { capabilities.completes ? .completion : .chat }

  /// How a task reaches the model that is to be answered.
  package var answerForm: PromptForm { capabilities.chats ? .chat : .completion }
}
