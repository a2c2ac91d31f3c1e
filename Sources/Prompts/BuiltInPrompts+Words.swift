extension BuiltInPrompts {
  static let words = #"""
    # Words of this language that the rules look for.
    # An entry may give alternatives in brackets: 'help (you|me)' stands for two phrases.
    # Whole words of tasks that a model of text cannot do.
    [blacklist]
    (image|images)
    (graph|graphs)
    (picture|pictures)
    (file|files)
    (map|maps)
    draw
    plot
    go to
    # Besides, words of tasks about a text that do not go well with it.
    [blacklist with input]
    (above|video|website|code|snippet|Python|function|math|data|question|nonsensical)
    (Spanish|French|German|Chinese|Arabic|Czech|Indo)
    (word|words|using|riddle|translation|only|like this)
    (you|your|me|my|okay)
    # How a task must not begin.
    [blacklisted beginnings]
    Write a program
    # How stories, sums and chats begin, not tasks.
    [wrong voice]
    (I|I'm|I've|I'd|I'll|My|We|He|She|It|The|They|You|A|An|Every|Our|Your|One|Some|All)
    (Two|Three|Four|Five|If|Suppose|Imagine|Assume|Acting|Using|Given|When|While|Because|And|But)
    (Under|In|On|At|After|Before|For|With|From|This|That|These|Those|There|As|So|Once|Since)
    (By|To|Of|Hi|Hello|Hey|Thanks|Thank you|Yes|No|Sure|Sorry|Okay)
    As an AI
    # What speaks to or of an assistant.
    [chat]
    (you|your|yourself|you're|you've)
    (I'll|I'm|I am|I've|I have|I'd)
    assist
    (do|help|with|about|of) (that|this|something|it|them)
    the user
    near me
    (explain|use|do|make|get|know) it
    this (company|product|recipe|text|sentence)
    this (problem|question|issue|task)
    (another|the above|again)
    # Beginnings of tasks in which that is not looked for.
    [chat exceptions]
    (Can|Could|Would) you
    # Words that a task does not end with.
    [wrong last words]
    (it|them|that|this)
    # What tasks say that want a sum done.
    [sums]
    how (many|much|far|old|long)
    (calculate|compute|probability|percent|equation|solve|digit|digits|total)
    (number|sum) of
    # How the first word of a task does not end.
    [wrong first endings]
    ing
    # An answer that says one of these refuses or asks back.
    [refusals]
    (I'm|I am) sorry
    I apologize
    as an AI
    (I cannot|I can't)
    (I'm|I am) not able
    (I'm|I am) unable
    (I don't|I do not) have
    please provide
    could you please
    What (would|can|do) you
    (I'm|I am) ready to
    Let me know
    feel free
    # An answer about a text that begins so talks about itself.
    [prefaces]
    Here
    Sure
    Certainly
    Of course
    A revised
    The (sentence|text|statement|paragraph) (is|provided)
    # A task about an input says one of these.
    [input references]
    (following|below|this|these|given|provided)
    the (text|passage|paragraph|sentence|article|email|message|story|letter|note|review)
    the (conversation|description|report|statement)
    # A task without input that says one of these points at something that is missing.
    [missing references]
    (following|above|below|given)
    this (text|sentence|passage|paragraph|article|list)
    the (text|passage|paragraph|given|provided|input|list|article)
    (image|picture|video|draw|link|website)
    your name
    (Python|function)
    # A line that begins so, before a colon, gives an answer along with an input.
    [answer fields]
    (Answer|Output|Rewritten|Revised|Response|Solution|Summary|Edited|Choices|Your task)
    # How an input does not begin.
    [wrong input beginnings]
    (I'm|I am) going to
    A)
    1.
    The original
    # What an input does not say.
    [wrong inputs]
    I am an AI
    here to
    # What an input made for a label does not say.
    [wrong label inputs]
    (I'm|I am) sorry
    AI
    (category|categories|categorize|categorized|classify|classified|classification)
    (label|labels|labeled|labelled)
    this is (a|an) example
    # How it does not begin.
    [wrong label input beginnings]
    Can you
    """#
}
