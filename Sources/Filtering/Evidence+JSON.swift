import Storage
import TaskCorpus

/// What is read from a ledger often enough to be read by hand.
package protocol LedgerValue {
  /// Reads it; nil where the JSON is not of this form.
  init?(json: JSONValue)
}

extension CandidateRow {
  /// The parse as one of its forms; nil where nothing could be read, which is an empty object.
  package func parsed<Form: LedgerValue>(as form: Form.Type) -> Form? {
    Form(json: parse)
  }

  /// The evidence as one of its forms; nil if another program wrote something else.
  package func evidence<Form: LedgerValue>(as form: Form.Type) -> Form? {
    Form(json: evidence)
  }
}

extension InstructionEvidence: LedgerValue {
  package init?(json: JSONValue) {
    guard let finish = json["finish"]?.string, let group = json["group"]?.int,
      let kind = json["kind"]?.string.flatMap(InstructionKind.init)
    else { return nil }
    self.init(
      finish: finish, logProbability: json["logProbability"]?.double,
      relevance: json["relevance"]?.double ?? 0, opener: json["opener"]?.string ?? "",
      topic: json["topic"]?.string ?? "", kind: kind,
      isClassification: json["isClassification"]?.bool, group: group,
      nearest: (json["nearest"]?.array ?? []).compactMap(InstructionPool.Neighbour.init),
      meanSimilarity: json["meanSimilarity"]?.double)
    userTurn = json["userTurn"]?.double
    evaluation = json["evaluation"].flatMap(EvaluationOverlap.init)
  }
}

extension InstructionPool.Neighbour: LedgerValue {
  package init?(json: JSONValue) {
    guard let id = json["id"]?.string, let score = json["score"]?.double else { return nil }
    self.init(id: id, score: score)
  }
}

extension InstanceEvidence: LedgerValue {
  package init?(json: JSONValue) {
    guard let finish = json["finish"]?.string else { return nil }
    self.init(
      finish: finish, logProbability: json["logProbability"]?.double,
      shownOverlap: json["shownOverlap"]?.double ?? 0, draw: json["draw"]?.double ?? 0,
      probability: json["probability"]?.double)
    evaluation = json["evaluation"].flatMap(EvaluationOverlap.init)
    awaitsJudge = json["awaitsJudge"]?.bool
  }
}

extension Parse.Instruction: LedgerValue {
  package init?(json: JSONValue) {
    guard let instruction = json["instruction"]?.string else { return nil }
    self.init(
      instruction, input: json["input"]?.string,
      labels: json["labels"]?.array?.compactMap(\.string))
  }
}

extension Parse.Answer: LedgerValue {
  package init?(json: JSONValue) {
    guard let yes = json["yes"]?.bool else { return nil }
    self.init(yes)
  }
}

extension Parse.Labels: LedgerValue {
  package init?(json: JSONValue) {
    guard let labels = json["labels"]?.array else { return nil }
    self.init(labels.compactMap(\.string))
  }
}

extension Parse.Input: LedgerValue {
  package init?(json: JSONValue) {
    guard let input = json["input"]?.string else { return nil }
    self.init(input, label: json["label"]?.string)
  }
}

extension Parse.Score: LedgerValue {
  package init?(json: JSONValue) {
    guard let instance = json["instance"]?.string else { return nil }
    self.init(instance: instance, score: json["score"]?.int)
  }
}

extension Parse.Instance: LedgerValue {
  package init?(json: JSONValue) {
    guard let input = json["input"]?.string, let output = json["output"]?.string else {
      return nil
    }
    self.init(input: input, output: output)
  }
}
