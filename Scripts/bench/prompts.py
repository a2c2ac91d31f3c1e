"""Distinct texts of exact numbers of tokens, made from a seed."""

import random
import sys

import ours

WORDS = """the a river stone bread winter machine letter garden teacher number light small quiet
green never often walks carries explains because under between first seven question answer model
water school music paper window history market engine simple round story and then to of in about
after before with without little large early late open close north south summer spring bridge city
village mountain forest island field horse bird fish tree flower fruit table chair house street
people children mother father friend doctor artist writer reader book page word name place time
day night morning evening year month week hour minute color sound voice song game team plan idea
reason result change order part side end start line point power energy heat cold fire wind rain
snow ice salt sugar milk cheese butter meal lunch dinner coffee tea gold silver iron glass""".split()


def tokenized(texts):
    """The token ids of each text, as selfinstruct sees them."""
    return ours.rows("tokenize", input_text=ours.json_lines(texts))


class Prompts:
    """Makes texts; equal seeds and calls give equal texts, and no two texts are equal."""

    def __init__(self, seed=1):
        self.draw = random.Random(seed)
        ids = tokenized([" " + word for word in WORDS])
        # Words that are one token after a space, so that words can be counted.
        self.words = [word for word, own in zip(WORDS, ids) if len(own) == 1]

    def texts(self, count, tokens, start=""):
        """`count` texts that begin with `start` and go on for `tokens` tokens."""
        texts = [start + "".join(" " + self.draw.choice(self.words) for _ in range(tokens))
                 for _ in range(count)]
        if not start:
            texts = [text[1:].capitalize() for text in texts]
        expected = tokens + (len(tokenized([start])[0]) if start else 0)
        ids = tokenized(texts)
        wrong = [i for i, own in enumerate(ids) if len(own) != expected]
        if wrong:
            # A capitalized first word may be two tokens: what is too much is cut off.
            cut = ours.rows("tokenize", "--decode",
                            input_text=ours.json_lines([ids[i][:expected] for i in wrong]))
            for i, text in zip(wrong, cut):
                texts[i] = text
            ids = tokenized(texts)
        if any(len(own) != expected for own in ids) or len(set(texts)) != count:
            sys.exit(f"prompts: not all of {count} texts are distinct and {expected} tokens")
        return texts
