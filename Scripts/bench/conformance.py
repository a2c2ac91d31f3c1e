"""Compares selfinstruct with tokenizers, transformers and llama.cpp on the embedded model.

Use: Scripts/bench/conformance [--strings N] [--passages N] [--prompts N] [--texts FILE...]
                               [--only tokens,scores,greedy] [FILE...]

FILE...         text files whose every line is tokenized besides the strings that are made here
--texts FILE... texts to cut the scored passages from; otherwise the model writes them itself

Prints one table and exits with 1 where a line of it does not hold.
"""

import argparse
import random
import sys
from pathlib import Path

import torch
from tokenizers import pre_tokenizers

import ours
import reference
from llama_server import LlamaServer
from naughty_strings import naughty_strings

CAPPED = "AVX2"
OPENERS = [
    "The river", "Once upon a time", "To make bread", "In 1969", "A good friend", "def area(",
    "Dear Dr. Moreno,", "The three largest", "Photosynthesis is", "Question: What"]
PROMPTS = [
    "The capital of France is", "Water boils when", "def fibonacci(n):\n",
    "Ingredients:\n- 2 eggs\n-", "The moon is", "Q: Name three rivers.\nA:", "In the year 1900,",
    "A triangle has", "Dear Sir or Madam,\n", "The opposite of hot is"]


class Table:
    """The lines of the report, and whether all of them hold."""

    def __init__(self):
        self.holds = True

    def add(self, what, found, limit, holds):
        mark = {True: "ok", False: "MISS", None: "-"}[holds]
        self.holds &= holds is not False
        print(f"{what:<58} {found:>14} {limit:>14}  {mark}", flush=True)


def read_lines(paths):
    for path in paths:
        for line in Path(path).read_bytes().split(b"\n"):
            yield line.decode("utf-8")


def compare_tokens(table, options, tokenizer, isa):
    strings = naughty_strings(options.strings) + list(read_lines(options.files))
    found = ours.rows("tokenize", input_text=ours.json_lines(strings), isa=isa)
    expected = [reference.encode(tokenizer, text) for text in strings]
    report_equal(table, "token ids equal to tokenizers'", strings, found, expected)
    texts = ours.rows("tokenize", "--decode", input_text=ours.json_lines(found), isa=isa)
    decoded = [tokenizer.decode(ids, skip_special_tokens=False) for ids in expected]
    report_equal(table, "decode equal to tokenizers'", strings, texts, decoded)
    report_round_trips(table, tokenizer, strings, texts)
    if isa:
        return
    with LlamaServer(ours.MODEL, slots=1, context=512) as server:
        body = {"add_special": False, "parse_special": False}
        expected = [server.post("/tokenize", body | {"content": x})["tokens"] for x in strings]
    report_equal(table, "token ids equal to llama.cpp's", strings, found, expected)


def report_round_trips(table, tokenizer, strings, texts):
    """decode(encode(x)) == x for all that the vocabulary can say: it lacks tokens for some bytes,
    control characters mostly, which every tokenizer leaves out."""
    known = tokenizer.get_vocab()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    splitter = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    lacking = {character for character in alphabet if character not in known}
    whole = [
        i for i, text in enumerate(strings)
        if not lacking & set("".join(piece for piece, _ in splitter.pre_tokenize_str(text)))]
    report_equal(
        table, f"decode(encode(x)) == x, where none of {len(lacking)} bytes it lacks",
        [strings[i] for i in whole], [texts[i] for i in whole], [strings[i] for i in whole])


def report_equal(table, what, inputs, found, expected):
    misses = [i for i in range(len(inputs)) if i >= len(found) or found[i] != expected[i]]
    for i in misses[:3]:
        print(f"  {inputs[i]!r}: {found[i:i + 1]!r}; expected {expected[i]!r}", file=sys.stderr)
    equal = f"{len(inputs) - len(misses)}/{len(inputs)}"
    table.add(what, equal, f"{len(inputs)}", not misses)


def passages(options):
    """Rows with a context of a few words and a continuation, from texts or from the model."""
    draw = random.Random(3)
    if options.texts:
        words = " ".join(read_lines(options.texts)).split(" ")
        starts = [draw.randrange(max(len(words) - 120, 1)) for _ in range(options.passages)]
        texts = [" ".join(words[start : start + 120]) for start in starts]
    else:
        prompts = [{"prompt": draw.choice(OPENERS)} for _ in range(options.passages)]
        written = ours.rows_for(
            "generate", "--prompts", prompts, "--json", "--max-new-tokens", 140, "--seed", 5)
        texts = [row["prompt"] + row["completion"] for row in written]
    for text in texts:
        cut = draw.randint(1, max(len(text) // 3, 2))
        if text[:cut].strip() and text[cut:]:
            yield {"context": text[:cut], "continuation": text[cut:]}


def split(tokenizer, row):
    """The tokens of both parts and how many are the context's, as lm-evaluation-harness cuts."""
    context = row["context"].rstrip()
    tokens = reference.encode(tokenizer, row["context"] + row["continuation"])
    return tokens, len(reference.encode(tokenizer, context))


def mean_distance(found, expected):
    pairs = [(a, b) for x, y in zip(found, expected, strict=True)
             for a, b in zip(x, y, strict=True)]
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


def reference_scores(rows, tokenizer):
    """transformers' scores of the rows by precision."""
    parts = [split(tokenizer, row) for row in rows]
    scores = {}
    for precision in ["f32", "bf16"]:
        model = reference.load_model(ours.MODEL, precision)
        scores[precision] = [reference.token_scores(model, *part) for part in parts]
    return scores


def compare_scores(table, rows, expected, isa):
    tokens = sum(map(len, expected["f32"]))
    for precision, limit in [("f32", 0.0005), ("bf16", 0.025)]:
        what = f"|d log-probability| a token, {precision}, {len(rows)} passages, {tokens} tokens"
        found = ours.rows_for(
            "loglikelihood", "--requests", rows, "--precision", precision, isa=isa)
        distance = mean_distance([row["token_logprobs"] for row in found], expected["f32"])
        table.add(what, f"{distance:.6f}", f"{limit}", distance <= limit)
    if not isa:
        distance = mean_distance(expected["bf16"], expected["f32"])
        table.add("  transformers' own bf16, for comparison", f"{distance:.6f}", "", None)


def reference_continuations(options, tokenizer):
    model = reference.load_model(ours.MODEL, "f32")
    found = []
    for prompt in PROMPTS[: options.prompts]:
        tokens, margin = reference.greedy(model, reference.encode(tokenizer, prompt), 64)
        found.append(tokenizer.decode(tokens, skip_special_tokens=True))
        if margin < 1e-4:
            print(f"  {prompt!r}: a near tie ({margin:.1e}) on the way", file=sys.stderr)
    return found


def compare_greedy(table, options, expected, isa):
    prompts = PROMPTS[: options.prompts]
    rows = ours.rows_for(
        "generate", "--prompts", [{"prompt": prompt} for prompt in prompts], "--json",
        "--precision", "f32", "--temperature", 0, "--max-new-tokens", 64, "--ignore-eos", isa=isa)
    found = [row["completion"] for row in rows]
    report_equal(table, "greedy continuations of 64 tokens equal, f32", prompts, found, expected)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/conformance", description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", help="files whose every line is tokenized too")
    parser.add_argument("--texts", nargs="*", default=[], help="files to cut passages from")
    parser.add_argument("--strings", type=int, default=2000, help="strings to make and tokenize")
    parser.add_argument("--passages", type=int, default=200, help="passages to score")
    parser.add_argument("--prompts", type=int, default=10, help="prompts to continue, at most 10")
    parser.add_argument("--only", default="tokens,scores,greedy", help="parts, with commas")
    return parser.parse_args()


def main():
    options = parse_arguments()
    ours.check_ready()
    torch.set_num_threads(1)
    parts = options.only.split(",")
    tokenizer = reference.load_tokenizer(ours.MODEL)
    rows = list(passages(options)) if "scores" in parts else []
    scores = reference_scores(rows, tokenizer) if rows else {}
    continuations = reference_continuations(options, tokenizer) if "greedy" in parts else []
    table = Table()
    for isa in [None, CAPPED]:
        print(f"--- instruction sets: {isa or 'all of this machine'}")
        if "tokens" in parts:
            compare_tokens(table, options, tokenizer, isa)
        if "scores" in parts:
            compare_scores(table, rows, scores, isa)
        if "greedy" in parts:
            compare_greedy(table, options, continuations, isa)
    sys.exit(0 if table.holds else 1)


if __name__ == "__main__":
    main()
