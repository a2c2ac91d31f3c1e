"""How fast `selfinstruct filter` decides what is new, beside rouge_score and rapidfuzz.

Use: Scripts/bench/filter [--data FILE]... [--sizes 15000,100000,1000000] [--sample 1000]

Files are JSON lines or arrays with an `instruction` in each row; without any, the project's own
seeds and sample are taken. Each file is filtered as it is. Then rows are spliced from halves of
the files' instructions, so that there are as many as a size says. Ours reads the rows from a file
and writes the kept and the rejected ones to files; one rule, `novelty`, with the reference's
tokenizer and 0.7. What a row more costs is the difference of two sizes, over their rows.

The peers decide by the same greedy rule on one sample, in memory; rapidfuzz cuts each text into
tokens once, rouge_score for every pair. All three must decide alike. What they would take for more rows is extrapolated by
the number of pairs, and says so.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
import ours
from timing import Patience, Series

ROOT = Path(__file__).resolve().parents[2]
OWN = [ROOT / "seeds/seed_tasks.jsonl", ROOT / "generated/sample/tasks.jsonl"]
THRESHOLD = 0.7
LONGEST = 3000  # words
ADDED = 10_000  # rows, where the price of one more is measured


def instructions(path):
    text = Path(path).read_text(encoding="utf-8")
    rows = json.loads(text) if text.lstrip().startswith("[") else map(json.loads, text.splitlines())
    return [row["instruction"] for row in rows]


def spliced(texts, count):
    """The texts themselves, then the first half of one with the second half of another.

    One is as long as instructions get, as real lists of them have a few.
    """
    draw = random.Random(count)
    words = [text.split() for text in texts]
    made = list(texts[:count])
    while len(made) < count:
        first, second = draw.choice(words), draw.choice(words)
        made.append(" ".join(first[: (len(first) + 1) // 2] + second[len(second) // 2 :]))
    draw.shuffle(made)
    if count > LONGEST:
        made[0] = " ".join(word for text in draw.choices(words, k=LONGEST) for word in text[:1])
    return made


def write_rows(path, texts):
    with path.open("w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"instruction": text}, ensure_ascii=False) + "\n")


def run_ours(source, folder, *more):
    """The file of the rejected rows, the seconds the command took and its summary."""
    kept, rejected = folder / "kept.jsonl", folder / "rejected.jsonl"
    command = [ours.BINARY, "filter", "--input", source, "--output", kept, "--rejected", rejected,
               "--only", "novelty", "--preset", "paper", "--json", *more]
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=folder)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(done.stderr)
    return rejected, seconds, json.loads(done.stdout)


def rejected_lines(path):
    with path.open(encoding="utf-8") as file:
        return {row["line"] for row in map(json.loads, file)}


def by_rouge_score(texts):
    """The rows that the reference's greedy rule rejects, counted from 1, and pairs compared."""
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    kept, rejected, pairs = [], set(), 0
    for line, text in enumerate(texts, 1):
        # As the original: against all, whatever the first ones say.
        scores = [scorer.score(other, text)["rougeL"].fmeasure for other in kept]
        pairs += len(scores)
        if max(scores, default=0) > THRESHOLD:
            rejected.add(line)
        else:
            kept.append(text)
    return rejected, pairs


def by_rapidfuzz(texts):
    """The same with rapidfuzz's longest common subsequence, bit-parallel, one call a row."""
    from rapidfuzz import process
    from rapidfuzz.distance import LCSseq
    from rouge_score import tokenize

    numbers = {}
    tokens = [[numbers.setdefault(token, len(numbers)) for token in tokenize.tokenize(text, None)]
              for text in texts]
    kept, rejected, pairs = [], set(), 0
    for line, text in enumerate(tokens, 1):
        common = process.cdist([text], kept, scorer=LCSseq.similarity)[0] if kept and text else []
        pairs += len(kept)
        best = max((f_measure(int(c), len(other), len(text)) for c, other in zip(common, kept)
                    if other), default=0)
        if best > THRESHOLD:
            rejected.add(line)
        else:
            kept.append(text)
    return rejected, pairs


def f_measure(common, target, prediction):
    precision, recall = common / prediction, common / target
    return 2 * precision * recall / (precision + recall) if common else 0.0


def describe(texts):
    counts = sorted(len(text.split()) for text in texts)
    return (f"median {statistics.median(counts):.0f} words, 99 % up to "
            f"{counts[len(counts) * 99 // 100]}, longest {counts[-1]}")


def time_ours(name, texts, folder, patience, repeats, *more):
    """A row of the table for so many texts; the median of the seconds, and how many are kept."""
    source = folder / "rows.jsonl"
    write_rows(source, texts)
    series = Series(name)
    summary = {}

    def work():
        nonlocal summary
        _, seconds, summary = run_ours(source, folder, *more)
        return seconds

    for _ in range(repeats):
        patience.measure(series, work)
    low, median, high = min(series.values), statistics.median(series.values), max(series.values)
    print(f"{name:<38} {summary['rows']:>9,} {summary['kept']:>9,} {low:>8.2f} {median:>8.2f} "
          f"{high:>8.2f}  {series.disturbance(patience.limit)}", flush=True)
    return median, summary["kept"]


def compare(texts, folder, repeats):
    """All three on one sample: they must agree; seconds, and what more rows would take."""
    source = folder / "rows.jsonl"
    write_rows(source, texts)
    found = {}
    seconds = {"selfinstruct": [], "rouge_score": [], "rapidfuzz": []}
    pairs = 0
    for _ in range(repeats):
        path, taken, _ = run_ours(source, folder)
        found["selfinstruct"] = rejected_lines(path)
        seconds["selfinstruct"].append(taken)
        for name, decide in [("rouge_score", by_rouge_score), ("rapidfuzz", by_rapidfuzz)]:
            start = time.perf_counter()
            found[name], pairs = decide(texts)
            seconds[name].append(time.perf_counter() - start)
    agree = len(set(map(frozenset, found.values()))) == 1
    print(f"\n{len(texts):,} rows, {len(found['rouge_score']):,} rejected, {pairs:,} pairs; "
          f"the three decide {'alike' if agree else 'DIFFERENTLY'}")
    for name, values in seconds.items():
        print(f"  {name:<14} {statistics.median(values):>9.3f} s")
    return agree, {name: statistics.median(values) / pairs for name, values in seconds.items()}


def main():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/filter", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", action="append", default=[], help="a file with instructions")
    parser.add_argument("--sizes", default="15000,50000,100000,1000000", help="rows to splice")
    parser.add_argument("--nearest", default="10000,100000",
                        help="sizes also timed with --nearest ('' for none)")
    parser.add_argument("--added", type=int, default=100_000,
                        help="rows to which more are added, for the price of one (0 for none)")
    parser.add_argument("--sample", type=int, default=1000, help="rows that the peers decide")
    parser.add_argument("--repeats", type=int, default=3, help="timings of each")
    parser.add_argument("--cores", type=int, default=1, help="cores that ours may use (1)")
    options = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.cores]))
    patience = Patience()
    print(machine.name())
    files = options.data or OWN
    texts = [text for path in files for text in instructions(path)]
    sizes = [int(size) for size in options.sizes.split(",") if size]
    print(f"{'rows':<38} {'count':>9} {'kept':>9} {'min s':>8} {'median':>8} {'max':>8}  others")
    medians = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in files:
            time_ours(Path(path).name[:38], instructions(path), folder, patience, options.repeats)
        for size in sizes:
            made = spliced(texts, size)
            print(f"  {describe(made)}")
            medians[size] = time_ours(
                f"spliced, {size:,}", made, folder, patience, 1 if size > 500_000 else options.repeats)
        for size in [int(size) for size in options.nearest.split(",") if size]:
            time_ours(f"spliced, {size:,}, with --nearest", spliced(texts, size), folder, patience,
                      1, "--nearest", folder / "nearest.jsonl")
        if options.added:
            more = options.added + ADDED
            seconds = [time_ours(f"spliced, {size:,}, of {more:,}", spliced(texts, more)[:size],
                                 folder, patience, options.repeats)[0]
                       for size in (options.added, more)]
            print(f"  a row more to {options.added:,}: "
                  f"{(seconds[1] - seconds[0]) / ADDED * 1e6:.0f} us, over {ADDED:,} of them")
        agree, per_pair = compare(
            spliced(texts, options.sample), folder, min(options.repeats, 3))
    for size, (seconds, kept) in medians.items():
        # Each row against those kept before it, as if they were kept evenly.
        pairs = size * kept / 2
        print(f"{size:>9,} rows: " + ", ".join(
            f"{peer} {per_pair[peer] * pairs:,.0f} s by extrapolation of pairs, "
            f"{per_pair[peer] * pairs / seconds:,.0f} times ours"
            for peer in ["rouge_score", "rapidfuzz"]))
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
