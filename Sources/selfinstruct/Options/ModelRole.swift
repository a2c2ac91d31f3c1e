import HTTPModels
import Projects

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

  /// The flags that say more about its endpoint.
  var flags: EndpointFlags {
    var flags = EndpointFlags()
    flags.name = "--\(flag)-name"
    flags.key =
      "\(keyVariable), or name its file as 'apiKeyFile' of \"\(setting)\" in "
      + ProjectFile.name
    return flags
  }

  /// The variable that holds the key of its endpoint.
  var keyVariable: String {
    switch self {
    case .answerer: "SELFINSTRUCT_ANSWER_API_KEY"
    case .judge: "SELFINSTRUCT_JUDGE_API_KEY"
    }
  }
}
