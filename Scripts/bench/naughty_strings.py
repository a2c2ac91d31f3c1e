"""Strings that are hard to tokenize, made from a seed: every script, space, digit and odd byte."""

import random
import unicodedata

WORDS = """the a of water I'll they've can't WE'RE don't She'D o'clock naïve Ångström ΣΊΣΥΦΟΣ Ёлка
x1 v2.0 3.14 1234567890 10,000.00 0x1F ٣٤٥ ४५ ⅷ ½ ²³ ①② e-mail foo_bar __init__ CamelCase a/b C++
https://example.org/?q=1&r=%20#top {"k":[1,null]} <b>bold</b> $9.99 50% @me #1 => != ... ?! —
😀 👩‍🚀 👨‍👩‍👧‍👦 🇩🇪 ☕️ 1️⃣ <|im_start|> <|im_end|> <|endoftext|> <|im_ start|> [INST] </s> \\n \\u0041
中文字符 日本語テキスト 한국어 ภาษาไทย हिन्दी العربية עברית ქართული አማርኛ தமிழ் বাংলা ខ្មែរ""".split()
SPACES = [
    " ", " ", " ", "  ", "     ", "\t", "\t\t ", "\n", "\n\n", " \n ", "\r\n", "\r", "\v", "\f",
    "\u00a0", "\u2003", "\u3000", "\u2028", "\u2029", "\u200b", "\u202e", "\ufeff", "\x85", "\x1c",
    ""]
# First and last code point of blocks that differ in category, direction, width or byte length.
BLOCKS = [
    (0x00, 0x1F), (0x20, 0x7E), (0x7F, 0xA0), (0xA1, 0x17F), (0x300, 0x36F), (0x370, 0x52F),
    (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0xEFF), (0x10A0, 0x13FF), (0x1E00, 0x1FFF),
    (0x2000, 0x20CF), (0x2100, 0x2BFF), (0x3000, 0x33FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0xE000, 0xE0FF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10000, 0x103FF), (0x1D400, 0x1D7FF),
    (0x1F300, 0x1FAFF), (0x20000, 0x201FF), (0xE0000, 0xE007F), (0x10FFF0, 0x10FFFF)]


def naughty_strings(count, seed=0):
    """`count` strings: a third of words, a third of one block, a third of everything."""
    draw = random.Random(seed)
    makers = [_of_words, _of_one_block, _of_everything]
    edge_cases = ["", " ", "\n", "'", "''s", "'S", " 's", "a" * 5000, " " * 300, "1" * 200, "\x00"]
    strings = edge_cases + [makers[i % 3](draw) for i in range(max(count - len(edge_cases), 0))]
    return strings[:count]


def _character(draw, block):
    while True:
        character = chr(draw.randint(*block))
        if unicodedata.category(character) != "Cs":
            return character


def _of_words(draw):
    return "".join(
        draw.choice(SPACES) + draw.choice(WORDS) for _ in range(draw.randint(1, 25))
    ) + draw.choice(SPACES)


def _of_one_block(draw):
    block = draw.choice(BLOCKS)
    return "".join(_character(draw, block) for _ in range(draw.randint(1, 60)))


def _of_everything(draw):
    pieces = []
    for _ in range(draw.randint(1, 30)):
        kind = draw.random()
        if kind < 0.4:
            pieces.append(draw.choice(WORDS))
        elif kind < 0.7:
            pieces.append(draw.choice(SPACES))
        else:
            pieces.append(_character(draw, draw.choice(BLOCKS)))
    return "".join(pieces)
