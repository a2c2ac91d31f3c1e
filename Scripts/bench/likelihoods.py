"""Whether generating and scoring give the same log-probabilities, bit for bit.

Use: Scripts/bench/likelihoods [--prompts 64] [--new-tokens 64]

Continues prompts of which half share a beginning of 500 tokens, then scores what was written with
`loglikelihood`; both in several ways that must not matter: all together, one text after another on
one thread, and with memory for so few that beginnings are evicted and read again.

Prints one table and exits with 1 where a line of it does not hold.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import ours
from prompts import Prompts

SHARED = 500
WAYS = {
    "all together": [],
    "one after another, 1 thread": ["--concurrency", 1, "--threads", 1],
    "with --kv-memory 16M": ["--kv-memory", "16M"],
}


def make_prompts(count):
    """Half of them behind one beginning, the two kinds taking turns."""
    prompts = Prompts(seed=4)
    start = prompts.texts(1, SHARED)[0]
    pairs = zip(prompts.texts(count // 2, 40, start), prompts.texts(count // 2, 90))
    return [text for pair in pairs for text in pair]


def scored(rows, *arguments):
    """The log-probabilities of what was written, and how many tokens were shared."""
    requests = [
        {"context_ids": row["prompt_ids"], "continuation_ids": row["token_ids"]} for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        stats = Path(folder) / "stats.json"
        found = ours.rows_for(
            "loglikelihood", "--requests", requests, "--stats", stats, *arguments)
        shared = json.loads(stats.read_text())["shared_prompt_tokens"]
    return [row["token_logprobs"] for row in found], shared


def report(what, found, expected, shared):
    """Prints a line; whether all are equal."""
    pairs = [(a, b) for one, other in zip(found, expected, strict=True)
             for a, b in zip(one, other, strict=True)]
    equal = sum(a == b for a, b in pairs)
    mark = "ok" if equal == len(pairs) else "MISS"
    print(f"{what:<48} {shared:>14,} {f'{equal:,}/{len(pairs):,}':>16}  {mark}", flush=True)
    return equal == len(pairs)


def main():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/likelihoods", description=__doc__.split("\n")[0])
    parser.add_argument("--prompts", type=int, default=64, help="prompts to continue (64)")
    parser.add_argument("--new-tokens", type=int, default=64, help="new tokens of each (64)")
    options = parser.parse_args()
    ours.check_ready()
    prompts = make_prompts(options.prompts)
    first, holds = None, True
    print(f"{'what':<48} {'shared tokens':>14} {'equal':>16}")
    for way, arguments in WAYS.items():
        made = ours.generate(prompts, options.new_tokens, "--logprobs", *arguments)
        first = first or made.rows
        expected = [row["token_logprobs"] for row in first]
        shared = made.stats["shared_prompt_tokens"]
        for key, what in [("token_ids", "tokens"), ("token_logprobs", "log-probabilities")]:
            holds &= report(
                f"{what}, {way}", [row[key] for row in made.rows], [row[key] for row in first],
                shared)
        scores, shared = scored(first, *arguments)
        holds &= report(f"loglikelihood, {way}", scores, expected, shared)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
