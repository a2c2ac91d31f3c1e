extension RuleSet {
  /// The original's rules and no others, but that evaluation sets are kept out where any are named.
  package static var paper: RuleSet {
    var rules = RuleSet()
    rules.length.minimum = 4
    rules.length.maximum = 150
    rules.firstCharacter.allowsOtherScripts = false
    rules.firstCharacter.allowsSymbols = true
    rules.novelty.maximum = 0.7
    rules.novelty.maximumWithLabels = 0.7
    rules.choice.method = .all
    for rule in [
      \RuleSet.truncated.severity, \.voice.severity, \.lines.severity,
      \.blacklistWithInput.severity, \.firstWord.severity, \.chat.severity, \.numbers.severity,
      \.relevance.severity,
      \.sentences.severity, \.opening.severity, \.variety.severity, \.missingInput.severity,
      \.inputForm.severity,
      \.labelInput.severity, \.preface.severity,
      \.ending.severity, \.reference.severity, \.markup.severity, \.placeholder.severity,
      \.unfinished.severity, \.doubt.severity, \.repetition.severity, \.likelihood.severity,
      \.outputLength.severity, \.answerLength.severity,
      \.inputLength.severity, \.echo.severity, \.copiedInput.severity, \.copiedPrompt.severity,
      \.language.severity, \.secret.severity, \.refusal.severity, \.label.severity,
      \.labels.severity,
    ] {
      rules[keyPath: rule] = .off
    }
    return rules
  }
}
