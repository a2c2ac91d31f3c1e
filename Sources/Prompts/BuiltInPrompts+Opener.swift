extension BuiltInPrompts {
  static let opener = #"""
    # A new instruction as the model's own user turn, begun with a few words.
    # What the model is told before; left empty, the template's own text stands there.
    [system]
    # Made-up turns before it, one of which is drawn: 'user | assistant'. {topic} and {other} are
    # words or phrases of one seed.
    [exchanges]
    Let's talk about {topic}. | Sure! What would you like to know about {topic}?
    Hi! | Hello! I can help you with {topic} and {other}. What can I do for you?
    [exchanges for inputs]
    Hi! | Hello! I can help you with {topic} and {other}. What can I do for you?
    [exchanges for labels]
    Hi! | Hello! I can help you with {topic} and {other}. What can I do for you?
    # How a model is asked that cannot go on with a user's turn.
    [request]
    Write one clear and complete task about {topic} for a text assistant. Begin with "{opener}" and write only the task.
    [request for inputs]
    Write one clear task about {topic} for a text assistant that is to work on a short text. Begin with "{opener}", end the sentence, and write that text in full on the next line. Write nothing else.
    [request for labels]
    Write one task for a text assistant, in one sentence, that asks which of two labels fits. Begin with "{opener}" and let the sentence end with both labels, as in "either urgent or routine." Write nothing else.
    # First words that a task may begin with, whatever the seeds are about. What a small model
    # answers well: reasons, ways and meanings; of lists, plans, stories and names it makes little.
    [openers]
    Explain
    Explain why
    Explain how
    Describe
    Describe how
    What is
    What are
    What are the benefits of
    What are some ways to
    What is the difference between
    What is the role of
    How do
    How does
    How can
    How can I
    How can people
    Give me advice on
    Give me some tips on
    Suggest ways to
    Why do
    Why is
    Why should
    Why is it important to
    Define
    Tell me about
    Discuss
    Can you explain
    Should I
    What causes
    What makes
    Help me understand
    Teach me
    [openers for inputs]
    Rewrite the following sentence
    Rewrite this sentence
    Reword this sentence
    Reword the following sentence
    Rephrase the following sentence
    Rephrase this sentence
    Paraphrase the following sentence
    Simplify the following sentence
    Shorten the following sentence
    Make this sentence
    Edit the following sentence
    Improve this sentence
    Polish this sentence
    Correct the following sentence
    Rewrite this message
    Shorten this message
    Reword the following message
    Summarize the following text
    Summarize the following paragraph
    Condense the following text
    Rewrite the following paragraph
    # {noun} is a noun of a classification seed.
    [openers for labels]
    Classify the following {noun} as either
    Categorize the following {noun} as either
    Label the following {noun} as either
    Describe the following {noun} as either
    Mark the following {noun} as either
    Identify the following {noun} as either
    Judge the following {noun} as either
    Rate the following {noun} as either
    Tag the following {noun} as either
    Decide whether this {noun} is either
    Determine if the {noun} is either
    Say whether the following {noun} is either
    Tell whether this {noun} is either
    Sort the following {noun} into either
    # Words that a noun stands after.
    [before nouns]
    the
    this
    a
    an
    each
    [endings of no nouns]
    ly
    ed
    # Names that the text of a task may begin with, before a colon.
    [fields]
    Original (text|sentence|paragraph)
    Original
    Text
    Sentence
    Input
    Passage
    Paragraph
    Article
    # Words that say nothing about what a text is about.
    [fillers]
    (a|about|above|after|again|against|all|also|an|and|another|answer|any|are|as|at|based|be)
    (because|been|before|being|below|best|better|between|both|brief|but|by|can|clear|could)
    (describe|did|different|do|does|don't|done|down|during|each|eight|enough|even|every)
    (example|examples|explain|false|few|find|first|five|following|for|four|from|gave|get|gets)
    (give|given|gives|go|goes|going|good|got|had|has|have|having|he|help|her|here|hers|him|his)
    (how|however|i|i'll|i'm|if|in|input|into|is|it|it's|its|just|keep|know|last|least|less|let)
    (lets|like|list|lists|long|made|make|makes|many|may|me|might|mine|more|most|much|must|my)
    (name|names|need|needs|new|next|nine|no|nor|not|of|old|on|once|one|only|onto|or|other)
    (others|our|out|output|over|own|paragraph|passage|people|per|percent|person|please|put)
    (question|really|said|same|say|says|second|sentence|sentences|seven|shall|she|short|should)
    (simple|six|so|some|someone|something|still|such|sure|take|taken|talk|tell|ten|text|than)
    (that|that's|the|their|them|then|there|therefore|these|they|thing|things|this|those|three)
    (through|to|too|true|turn|two|under|until|up|us|use|used|uses|using|very|via|want|wants)
    (was|way|ways|we|well|were|what|when|where|which|while|who|whom|why|will|with|within)
    (without|word|words|would|write|writes|written|yes|you|your|yours)
    [stop]
    [stop for inputs]
    [stop for labels]
    "\n"
    """#
}
