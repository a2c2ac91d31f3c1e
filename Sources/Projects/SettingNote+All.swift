extension SettingNote {
  /// Every note, in the order of the template.
  static let all: [SettingNote] =
    finetune + gate + waves + instructions + stages + sampling + evaluation + rules

  private static let waves = [
    SettingNote("waves", "How requests are gathered."),
    SettingNote("waves.requests", "New instructions asked for together at most."),
    SettingNote(
      "waves.inFlight", "Waves in flight together, 1 or 2; with 2 nothing waits for stragglers."),
    SettingNote(
      "waves.emptyWaves", "After so many waves in a row without a new task the round gives up."),
  ]

  private static let instructions = [
    SettingNote("instructions", "How new instructions are asked for."),
    SettingNote(
      "instructions.method",
      "In the model's own user turn begun with a few words, or as a numbered list to go on with.",
      ["opener", "list"]),
    SettingNote(
      "instructions.inputShare", "The share of tasks that are asked for with an input, 0 to 1."),
    SettingNote(
      "instructions.labelShare", "The share of tasks that are asked for as classification, 0 to 1."),
    SettingNote(
      "instructions.seedOpeners",
      "The first words of a task are its opener. The share of openers drawn from seeds, 0 to 1."),
    SettingNote("*.seedOpenersWithInput", "The same for tasks with an input."),
    SettingNote("*.seedOpenersWithLabels", "The same for classification tasks."),
    SettingNote(
      "instructions.acceptedOpeners",
      "The share of openers drawn from accepted tasks, 0 to 1; the rest is from a list."),
    SettingNote(
      "instructions.openerLengths", "How many words make an opener; one of these is drawn."),
    SettingNote("*.openerLengthsWithInput", "The same for tasks with an input."),
    SettingNote(
      "instructions.topicShare",
      "The share of requests that name a topic drawn from the seeds, 0 to 1."),
    SettingNote(
      "instructions.earlierTasks", "Seeds that stand as earlier turns of the conversation."),
    SettingNote("instructions.shownTasks", "Tasks shown in a list (method 'list')."),
    SettingNote("instructions.shownAccepted", "Of these, accepted ones at most."),
    SettingNote("instructions.lowercases", "Writes all but the first letter small, as the paper."),
    SettingNote(
      "instructions.ranking",
      "How instructions are ranked: by the likelihood of their words as generated, or of the "
        + "whole in a bare user turn.", ["generation", "user-turn"]),
    SettingNote("instructions.maxNewTokens", "Tokens of one completion at most."),
    SettingNote(
      "instructions.maxNewTokensWithInput", "The same for a task with the text it is about."),
    SettingNote("instructions.maxNewTokensWithLabels", "The same for a classification task."),
  ]

  private static let stages = [
    SettingNote("classification", "How it is decided whether a task is classification."),
    SettingNote(
      "classification.method",
      "By what was asked for, by calibrated likelihood, or by the word the model writes.",
      ["kind", "likelihood", "text"]),
    SettingNote("*.yesExamples", "Examples from the seeds with the answer yes."),
    SettingNote("*.noExamples", "Examples from the seeds with the answer no."),
    SettingNote("*.threshold", "Log-odds of yes, in nats, above which the answer is yes."),
    SettingNote("inputNeed", "How it is decided whether a task needs an input."),
    SettingNote(
      "inputNeed.method",
      "By what was asked for, by calibrated likelihood, or by the word the model writes.",
      ["kind", "likelihood", "text"]),
    SettingNote("labels", "How labels of classification tasks and inputs for them are found."),
    SettingNote("labels.asksWhenUnnamed", "Asks for the labels where an instruction names none."),
    SettingNote("labels.maximum", "Labels for which inputs are made, the first ones."),
    SettingNote("labels.samples", "Inputs asked for each label, of which the surest stays."),
    SettingNote("labels.requestedSamples", "Inputs asked for each label by request, besides."),
    SettingNote("labels.inputExamples", "Classification seeds shown before an input for a label."),
    SettingNote("*.maxInputTokens", "Tokens of one input for a label at most."),
    SettingNote("inputs", "How inputs are made."),
    SettingNote(
      "inputs.method", "After examples, or as what a user says next.", ["examples", "user-turn"]),
    SettingNote("inputs.samples", "Inputs asked for each task, of which the likeliest stays."),
    SettingNote("*.examples", "Examples drawn from the seeds."),
    SettingNote("answers", "How answers are made."),
    SettingNote("answers.samples", "Answers asked for each task, of which the rules choose."),
    SettingNote("instances", "How instances are made in one completion, the paper's way."),
    SettingNote("instances.together", "Makes input and output in one completion."),
    SettingNote("instances.inputFirstExamples", "Worked tasks shown before other tasks."),
    SettingNote("instances.outputFirstExamples", "Worked tasks shown before classification."),
    SettingNote(
      "instances.maxNewTokensWithLabels",
      "The limit for a batch with a classification task in it."),
    SettingNote("instances.batch", "Requests that share the lower limit."),
    SettingNote("judging", "How a judge is asked, where there is one."),
    SettingNote("*.maxNewTokens", "Tokens of one completion at most."),
  ]

  private static let sampling = [
    SettingNote("*.sampling", "How tokens are chosen."),
    SettingNote("*.labelSampling", "The same for classification tasks."),
    SettingNote("labels.inputSampling", "The same for inputs for a label."),
    SettingNote("*.temperature", "Divides the logits; 0 takes the likeliest token."),
    SettingNote("*.topK", "Keeps the k likeliest tokens; 0 keeps all."),
    SettingNote("*.topP", "Keeps the likeliest tokens that together reach this probability."),
    SettingNote("*.minP", "Drops tokens less likely than this share of the likeliest one."),
    SettingNote(
      "*.repetitionPenalty", "Makes tokens seen in prompt or completion less likely; 1 is off."),
    SettingNote("*.presencePenalty", "Taken off the logit of tokens seen in the completion."),
    SettingNote("*.frequencyPenalty", "The same for each time a token was seen."),
  ]

  private static let evaluation = [
    SettingNote(
      "evaluation",
      "Texts that the model will be tested with: a seed that overlaps with one is not used, a task "
        + "that does is dropped by the rule 'contamination'."),
    SettingNote("evaluation.files", "Files of them, JSON lines or one JSON array."),
    SettingNote("evaluation.fields", "The fields that are read, of those that a row has."),
    SettingNote("evaluation.ngram", "So many words in a row count as copied."),
  ]

  private static let rules = [
    SettingNote(
      "rules",
      "What is kept. On the screen and in the ledger the rule of 'copiedInput' is 'copied-input', "
        + "and so on."),
    SettingNote("rules.length", "How long an instruction is."),
    SettingNote("rules.blacklist", "What an instruction must not name."),
    SettingNote("rules.beginning", "How an instruction must not begin."),
    SettingNote("rules.blacklistWithInput", "Besides, for instructions with an input."),
    SettingNote("rules.firstWord", "How the first word of an instruction does not end."),
    SettingNote("rules.chat", "What an instruction without input does not say."),
    SettingNote(
      "rules.numbers", "Instructions without input of two numbers, or one of three digits."),
    SettingNote("rules.sentences", "How many sentences an instruction has."),
    SettingNote("rules.opening", "How often instructions of a round may begin alike."),
    SettingNote("rules.variety", "Labels, and beginnings of inputs, that come again in a round."),
    SettingNote("rules.opening.words", "How many first words count."),
    SettingNote("rules.opening.maximum", "How many instructions of a round may begin so."),
    SettingNote("rules.missingInput", "Instructions without the input they were asked with."),
    SettingNote("rules.inputForm", "Inputs that are answers, forms or conversations."),
    SettingNote("rules.labelInput", "What an input for a label is like."),
    SettingNote("rules.labelInput.minimumCharacters", "The fewest characters that pass."),
    SettingNote("rules.preface", "How an output about an input does not begin."),
    SettingNote("rules.label.minimum", "The calibrated probability of a label at least, 0 to 1."),
    SettingNote("rules.firstCharacter", "What an instruction begins with."),
    SettingNote("rules.voice", "How a text begins that is no task."),
    SettingNote("rules.lines", "Instructions of more than one line."),
    SettingNote("rules.reference", "How an instruction points at a text."),
    SettingNote("rules.markup", "Characters of code or of a form to fill in."),
    SettingNote("rules.ending", "What an instruction ends with."),
    SettingNote("rules.language", "Instructions in another language than the seeds."),
    SettingNote("*.languages", "Languages that pass, ISO 639-1; if empty, that of the seeds."),
    SettingNote("*.minimumEvidence", "Known words or letters that a guess needs at least."),
    SettingNote("*.minimumShare", "The share of them for the other language, at least, 0 to 1."),
    SettingNote("rules.secret", "Addresses and keys, in instructions, inputs and outputs."),
    SettingNote("*.urls", "Addresses of the web."),
    SettingNote("*.emails", "Addresses of mail."),
    SettingNote("*.keys", "Keys of services, and what looks like one."),
    SettingNote("rules.contamination", "What a task has in common with an evaluation text."),
    SettingNote(
      "rules.contamination.maximum",
      "The most that passes of instruction or input, as ROUGE-L F from 0.4 to 1."),
    SettingNote(
      "rules.contamination.maximumCoverage",
      "The share of a text's words that may be copied into the task, 0 to 1."),
    SettingNote("rules.truncated", "Texts that were cut at the limit of tokens."),
    SettingNote("rules.repetition", "Texts that say the same over and over."),
    SettingNote("rules.likelihood", "How likely an instruction is under the model."),
    SettingNote("rules.novelty", "How near an instruction may be to what is there."),
    SettingNote("rules.novelty.maximum", "The most that passes, as ROUGE-L F from 0 to 1."),
    SettingNote("rules.outputLength", "How long an output is that goes with an input."),
    SettingNote("rules.answerLength", "How long an output is that answers an instruction alone."),
    SettingNote("rules.inputLength", "How long an input is."),
    SettingNote("rules.same", "Inputs that are their own outputs."),
    SettingNote("rules.colon", "Inputs and outputs that end with a colon."),
    SettingNote("rules.echo", "Outputs that repeat the instruction."),
    SettingNote("rules.echo.maximum", "The most that passes, as ROUGE-L F from 0 to 1."),
    SettingNote("rules.copiedInput", "Outputs that repeat the input."),
    SettingNote("rules.copiedInput.maximum", "The most that passes, as ROUGE-L F from 0 to 1."),
    SettingNote("rules.copiedPrompt", "Texts that repeat what the prompt showed."),
    SettingNote("rules.copiedPrompt.maximum", "The most that passes, as ROUGE-L F from 0 to 1."),
    SettingNote("rules.refusal", "Outputs that refuse."),
    SettingNote("rules.placeholder", "Outputs with a place to fill in, such as '[Name]'."),
    SettingNote("rules.unfinished", "Outputs that end in the middle of something."),
    SettingNote(
      "rules.unfinished.words", "An output of more words than this has one of the endings."),
    SettingNote("rules.unfinished.endings", "How such an output may end."),
    SettingNote("rules.doubt", "How sure the model is of its answers to a task."),
    SettingNote(
      "rules.doubt.keep", "The share of the tasks of a wave that stays, the surest, 0 to 1."),
    SettingNote(
      "rules.doubt.minimum",
      "The least that passes: mean log-probability of the answer and its agreement with others."),
    SettingNote("rules.label", "Labels that are none of the task's."),
    SettingNote("rules.conflict", "Two outputs for one input."),
    SettingNote("rules.labels", "How many labels a classification task has."),
    SettingNote("rules.judge", "The scores of a judge, where there is one."),
    SettingNote("rules.judge.minimum", "The lowest score that passes, 1 to 5."),
    SettingNote("rules.choice", "Which of several valid instances a task keeps."),
    SettingNote(
      "rules.choice.method",
      "The likeliest, the one nearest to the others, the best by both, or all.",
      ["likelihood", "agreement", "both", "all"]),
    SettingNote("rules.choice.maximum", "Instances a task keeps at most."),
    SettingNote("*.severity", "What happens to what the rule finds.", ["off", "flag", "drop"]),
    SettingNote("*.unit", "What is counted.", ["words", "characters"]),
    SettingNote("*.minimum", "The least that passes."),
    SettingNote("*.maximum", "The most that passes."),
    SettingNote("*.words", "Words or phrases; if empty, those of the prompt files."),
    SettingNote("*.keep", "The share of a wave's candidates that go on, 0 to 1."),
    SettingNote("*.endings", "How it may end."),
    SettingNote("*.endingsBeforeInput", "What it may end with besides if it has an input."),
    SettingNote("*.missing", "Phrases that need an input; if empty, those of the prompt files."),
    SettingNote(
      "*.required", "Phrases one of which an input needs; if empty, those of the prompt files."),
    SettingNote("*.characters", "Any of these is one too many."),
    SettingNote("*.maximumRuns", "How often one run of three words may stand there."),
    SettingNote("*.minimumDistinct", "The share of different words, 0 to 1."),
    SettingNote("*.maximumRepeats", "Words of an instruction that may come again, at least."),
    SettingNote("rules.relevance", "Instructions of whose words the seeds have none."),
    SettingNote(
      "*.exceptions", "Phrases that pass all the same; if empty, those of the prompt files."),
    SettingNote("*.lastWords", "Words it does not end with; if empty, those of the prompt files."),
    SettingNote("*.inInstructions", "The same in instructions without labels."),
    SettingNote("*.keepWithInput", "The same for tasks with an input."),
    SettingNote("*.keepWithLabels", "The same for classification tasks."),
    SettingNote("*.maximumWithLabels", "The same for classification tasks."),
    SettingNote("*.minimumWithInput", "The same for tasks with an input."),
    SettingNote("*.relevance", "Nats for an instruction of whose words the seeds have all."),
    SettingNote("*.beginnings", "How it does not begin; if empty, those of the prompt files."),
    SettingNote(
      "*.fields", "Names of fields it does not have; if empty, those of the prompt files."),
    SettingNote("*.phrases", "Phrases it does not hold; if empty, those of the prompt files."),
    SettingNote("*.maximumLines", "How often one line or sentence may stand there."),
    SettingNote("*.allowsOtherScripts", "Letters of other scripts than ASCII pass."),
    SettingNote("*.allowsSymbols", "Symbols outside of ASCII's punctuation pass."),
  ]
}
