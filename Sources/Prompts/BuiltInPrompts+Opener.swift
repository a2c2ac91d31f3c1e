extension BuiltInPrompts {
  static let opener = #"""
    # A new instruction as the model's own user turn, begun with a few words.
    # {topic} is a word or phrase of a seed, {opener} the words that the turn begins with.
    [system]
    The user asks about {topic}.
    [system for inputs]
    [system for labels]
    # Where no topic is named; left empty, the template's own text stands there.
    [system without topic]
    # How a model is asked that cannot go on with a user's turn.
    [request]
    Write one clear and complete task about {topic} for a text assistant. Begin with "{opener}" and write only the task.
    # First words that a task may begin with, whatever the seeds are about.
    [openers]
    Explain
    Describe
    List
    What is
    What are
    How do
    How can I
    Give me
    Suggest
    Name
    Compare
    Why do
    Why is
    Write a short
    Define
    Tell me
    Create
    Outline
    Recommend
    Plan
    Discuss
    Identify
    Provide
    Design
    Can you
    Should I
    What causes
    How does
    Help me
    [openers for inputs]
    Rewrite the following
    Summarize the following
    Summarize this
    Make this
    Rewrite this
    Edit the following
    Shorten this
    Correct the
    Simplify the
    Paraphrase the
    # {noun} is a noun of a seed.
    [openers for labels]
    Categorize the following {noun} as either
    Classify the following {noun} as either
    Label the following {noun} as either
    Identify the following {noun} as either
    Describe the following {noun} as either
    Mark the following {noun} as either
    Judge the following {noun} as either
    # Words that a noun stands after.
    [before nouns]
    the
    this
    these
    a
    an
    my
    your
    following
    # Words that say nothing about what a text is about.
    [fillers]
    a
    about
    above
    after
    all
    also
    an
    and
    answer
    any
    are
    as
    at
    be
    been
    below
    between
    but
    by
    can
    could
    did
    do
    does
    each
    example
    find
    following
    for
    from
    give
    given
    had
    has
    have
    he
    her
    his
    how
    i
    if
    in
    input
    into
    is
    it
    its
    just
    like
    list
    make
    many
    may
    me
    more
    most
    much
    my
    need
    no
    not
    of
    on
    one
    only
    or
    other
    our
    output
    paragraph
    please
    question
    sentence
    sentences
    she
    should
    so
    some
    such
    text
    than
    that
    the
    their
    them
    then
    there
    these
    they
    this
    those
    three
    to
    two
    use
    using
    very
    want
    was
    we
    were
    what
    when
    where
    which
    who
    why
    will
    with
    word
    words
    would
    write
    you
    your
    [stop]
    [stop for inputs]
    [stop for labels]
    "\n"
    """#
}
