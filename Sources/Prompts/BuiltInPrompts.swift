/// The texts of the prompt files that come with the program.
///
/// They are Swift strings so that the program needs no file beside it and works wherever it lies.
enum BuiltInPrompts {
  /// Name and text of each file, sorted by name.
  static let files: [(name: String, text: String)] = [
    ("answer", answer),
    ("classification", classification),
    ("input", input),
    ("input-first", inputFirst),
    ("input-need", inputNeed),
    ("instruction-list", instructionList),
    ("judge", judge),
    ("labelled-input", labelledInput),
    ("labels", labels),
    ("opener", opener),
    ("output-first", outputFirst),
    ("words", words),
  ]

  static let instructionList = #"""
    # New instructions, the original method's way: the model goes on with a numbered list.
    # {number} counts from 1, {instruction} is a task shown, {list} is the whole list.
    [header]
    Here is a list of different tasks, one a line:
    [header for classification]
    Here is a list of different classification tasks, one a line. Each says which labels there are:
    [item]
    {number}. {instruction}
    # What the model continues.
    [next]
    {number}.
    # How a model that only converses is asked.
    [request]
    Continue this list with 7 more tasks. Write only the list.

    {list}
    # The text ends before any of these.
    [stop]
    "\n\n"
    "\n16"
    "16."
    "16 ."
    """#

  static let classification = #"""
    # Whether a task is classification. {task} is an instruction, {answer} the word for yes or no.
    [header]
    Some tasks are answered with one label out of a short list that is known before. Say for each task whether it is of this kind.
    [example]
    Task: {task}
    Is the answer one of a few labels? {answer}
    [query]
    Task: {task}
    Is the answer one of a few labels?
    [yes]
    Yes
    [no]
    No
    [stop]
    "\n"
    "Task"
    # Stand in for a task to see which answer the examples alone suggest.
    [content free]
    N/A
    ...
    \[MASK]
    """#

  static let inputNeed = #"""
    # Whether a task needs a text or other input besides its instruction.
    [header]
    Some tasks say everything that is needed. Others point at a text, a list or some data that has to be given with them. Say for each task whether something has to be given with it.
    [example]
    Task: {task}
    Has something to be given with it? {answer}
    [query]
    Task: {task}
    Has something to be given with it?
    [yes]
    Yes
    [no]
    No
    [stop]
    "\n"
    "Task"
    [content free]
    N/A
    ...
    \[MASK]
    """#

  static let inputFirst = #"""
    # Instances of tasks that are not classification, the original method's way: input, then output.
    [header]
    Write examples for each task, more than one where that makes sense. A task that needs no input gets only its output.
    [task]
    Task: {task}
    [example word]
    Example
    [input word]
    Input
    [output word]
    Output
    [stop]
    "Example 6"
    "Task:"
    """#

  static let outputFirst = #"""
    # Instances of classification tasks, the original method's way: a label, then an input for it.
    [header]
    Write an input for each label of the classification task. A task that needs no input gets only its label.
    [task]
    Task: {task}
    [label word]
    Class label
    [stop]
    "Example 6"
    "Task:"
    """#

  static let input = #"""
    # The text that a task is about: after examples, or as the user's next turn.
    [header]
    Each task comes with the text that it is about.
    [example]
    Task: {task}
    Text: {input}
    [query]
    Task: {task}
    Text:
    # For the user's turn: what the assistant was told before the user speaks.
    [system]
    {task}
    [stop]
    "\n\n"
    "\nTask:"
    """#

  static let labels = #"""
    # The labels that a classification task chooses among.
    [header]
    Each task is answered with one of its labels.
    [example]
    Task: {task}
    Labels: {labels}
    [query]
    Task: {task}
    Labels:
    # What stands between two labels.
    [separator]
    "; "
    [stop]
    "\n"
    # For labels that the instruction itself names at its end: what stands between the last two.
    [last separator]
    or
    # Words after which a list of labels begins.
    [introductions]
    as
    are
    be
    being
    between
    contains
    either
    expresses
    into
    is
    of
    sounds
    the
    to
    whether
    # Words that may stand before each label and are no part of it.
    [articles]
    a
    an
    either
    or
    """#

  static let labelledInput = #"""
    # An input that a label fits: after examples, and as the model's answer to a request.
    [header]
    [task]
    Task: {task}
    [instance]
    Class label: {label}
    Input: {input}
    [query]
    Class label: {label}
    Input:
    # {task} is the instruction without the mark at its end.
    [request]
    {task}. Give an example that is {label}.
    # What the answer begins with.
    [opener]
    Example:
    [stop]
    "\n"
    """#

  static let answer = #"""
    # The answer to a task, in the model's own conversation template.
    # What the model is told before; left empty, the template's own text stands there.
    [system]
    You are a helpful AI assistant. You answer in one or two sentences.
    [system with input]
    [task]
    {instruction}
    [task with input]
    {instruction}

    {input}
    # For a model that only continues text.
    [without a template]
    Task: {task}
    Answer:
    # Stand in for an input to see which label the task alone suggests.
    [content free]
    N/A
    # The text ends before any of these.
    [stop]
    "\n\n"
    [stop with input]
    "\n\n"
    """#

  static let judge = #"""
    # A score for an answer, asked of a judge where there is one.
    # What the judge is told before.
    [system]
    You check training data for a language model. You are strict, and you judge the answer, not the task.
    [question]
    Task:
    {instruction}

    Answer:
    {output}

    How good is the answer? 5: right, complete and to the point. 4: right, with a small flaw. 3: mostly right. 2: mostly wrong, or it misses the task. 1: wrong, empty talk or harmful. Write "Score:" and the number, and nothing else.
    [question with input]
    Task:
    {instruction}

    Input:
    {input}

    Answer:
    {output}

    How good is the answer? 5: right, complete and to the point. 4: right, with a small flaw. 3: mostly right. 2: mostly wrong, or it misses the task or the input. 1: wrong, empty talk or harmful. Write "Score:" and the number, and nothing else.
    # For a model that only continues text.
    [without a template]
    {question}

    Score:
    # What stands before the number.
    [mark]
    Score:
    # The text of such a model ends before any of these.
    [stop]
    "\n"
    """#
}
