"""Times the beginning of a run on a large corpus: from the start of the program to the first request, and its memory.

Use: Scripts/bench/opening [--tasks 67000] [--repeats 5] [--keep DIR]

A round of 100 tasks is grown from a scripted server; the corpus is that round again and again, with other
words in each instruction; with what rounds leave over it has half as many tasks again as are named. The first run reads all of the ledger and makes a round of one task; the others begin where
it ended, may ask for nothing, and are timed. Ends with 1 where the median passes 2 seconds or 500 MB.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import endpoints

ROOT = endpoints.HERE.parent.parent
ROUND = 100


def words():
    texts = [json.loads(line)["instruction"] for line in (ROOT / "seeds/seed_tasks.jsonl").open()]
    return sorted({word for text in texts for word in text.lower().split() if word.isalpha() and len(word) > 4})


def run(folder, url, *flags):
    """Runs `grow`; gives its exit code, seconds, megabytes and what it said."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [endpoints.BINARY, "grow", "--corpus", "big", "--seed-tasks", ROOT / "seeds/seed_tasks.jsonl", "--model", url,
         "--json", *flags], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - begin, usage.ru_maxrss / 1024, said


def multiply(corpus, rounds, chance):
    """Writes the ledger's only round again and again; gives its bytes."""
    rows = [json.loads(line) for line in (corpus / "ledger.jsonl").open()]
    start = next(place for place, row in enumerate(rows) if row["kind"] == "round")
    # What the round has left open the next one would have gone on with.
    followed = {row["of"] for row in rows if row["kind"] == "candidate" and "of" in row}
    left = {row["id"] for row in rows if row["kind"] == "candidate" and "of" not in row} - followed
    for row in rows[start:]:
        if row["kind"] == "wave":
            row["candidates"] -= sum(1 for other in rows if other.get("id") in left and other["wave"] == row["wave"])
    vocabulary = words()
    with (corpus / "ledger.jsonl").open("a") as ledger:
        for number in range(2, rounds + 1):
            for row in (row for row in rows[start:] if row.get("id") not in left):
                row = json.loads(json.dumps(row).replace('"r1-', f'"r{number}-'))
                row["round"] = number
                if row["kind"] == "round":
                    row["taken"] = []
                # Surplus would have to be taken by the next round.
                if row["kind"] == "wave":
                    row["surplus"] = []
                if row["kind"] == "candidate" and "of" not in row:
                    said = " ".join(chance.choices(vocabulary, k=9))
                    row["parse"]["instruction"] = said.capitalize() + "."
                ledger.write(json.dumps(row) + "\n")
    return (corpus / "ledger.jsonl").stat().st_size


def main():
    parser = argparse.ArgumentParser(prog="opening", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=67_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keep", help="an empty folder for the corpus")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, endpoints.server() as url:
        folder = Path(options.keep or temporary)
        code, *_, said = run(folder, url, "--tasks", str(ROUND))
        if code != 0:
            sys.exit(f"error: grow ended with {code}: {said}")
        size = multiply(folder / "big", options.tasks // ROUND, random.Random(1))
        print(f"{options.tasks // ROUND:,} rounds of {ROUND} tasks, {size / 1e6:,.0f} MB of ledger", flush=True)
        code, seconds, megabytes, said = run(folder, url, "--tasks", "1")
        if code != 0:
            sys.exit(f"error: grow ended with {code}: {said}")
        tasks = json.loads(said.splitlines()[-1])["tasks"] if said.splitlines()[-1].startswith("{") else "?"
        cache = (folder / "big/cache/closed-rounds.jsonl").stat().st_size
        print(f"all of it read: {seconds:.1f} s, {megabytes:,.0f} MB of memory; {tasks:,} tasks; "
              f"{cache / 1e6:.0f} MB kept for the next run", flush=True)
        times, memory = [], []
        for _ in range(options.repeats):
            code, seconds, megabytes, said = run(folder, url, "--tasks", "1000000", "--max-minutes", "0")
            if code != 3:
                sys.exit(f"error: grow ended with {code}; expected 3: {said}")
            times.append(seconds)
            memory.append(megabytes)
        times.sort()
        median, most = times[len(times) // 2], max(memory)
        right = median < 2 and most < 500
        print(f"begun where it ended: {times[0]:.2f} / {median:.2f} / {times[-1]:.2f} s (bar 2), "
              f"{most:,.0f} MB of memory (bar 500)  {'ok' if right else 'SHORT'}")
        sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
