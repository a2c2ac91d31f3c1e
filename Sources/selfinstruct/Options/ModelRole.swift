/// A part of the work that another model than the tasks' author may do.
enum ModelRole {
  case answerer, judge

  /// The flag that names the model.
  var flag: String {
    switch self {
    case .answerer: "answer-model"
    case .judge: "judge"
    }
  }

  /// The setting that describes it.
  var setting: String {
    switch self {
    case .answerer: "answerModel"
    case .judge: "judge"
    }
  }

  /// The variable that holds the key of its endpoint.
  var keyVariable: String {
    switch self {
    case .answerer: "SELFINSTRUCT_ANSWER_API_KEY"
    case .judge: "SELFINSTRUCT_JUDGE_API_KEY"
    }
  }
}
