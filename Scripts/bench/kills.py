"""Kills 'grow' at moments all over a run, resumes it, and compares the corpus with that of an undisturbed run.

Use: Scripts/bench/kills [--only endpoint-once,endpoint-many,endpoint-calls,endpoint-term,endpoint-full,
                                local-many,local-once,local-term]
                         [--runs 100] [--local-runs 20] [--calls N] [--tasks 5] [--seed 1]

`once`: so many runs, each killed once at a moment uniform over the undisturbed run's time. `many`: one run, killed
100 times, its invocations living for a random time of two hundredths at most. `calls`: killed once before and once
after each write, fsync, truncation and rename below the corpus's folder, by a preloaded library. `term`: the
same as `once` with SIGTERM, which has to end with 3. `full`: ten runs whose files may not grow beyond a size drawn
each time. The endpoint is a scripted server on loopback, the local model
the embedded one. Ends with 1 if one ledger or file of tasks differs by a byte.
"""

import argparse
import collections
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import endpoints

ROOT = endpoints.HERE.parent.parent


class Trial:
    """One way of growing a corpus, with what it comes to undisturbed."""

    def __init__(self, name, flags, folder):
        self.name, self.flags, self.folder = name, flags, Path(folder)
        begin = time.monotonic()
        self.expected = self.finish("undisturbed")
        self.seconds = time.monotonic() - begin
        self.startup = 0.1 if "endpoint" in name else 0.8
        print(f"{name:14} undisturbed: {self.seconds:.1f} s, {len(self.expected[0]):,} bytes of ledger", flush=True)

    def command(self, corpus):
        return [endpoints.BINARY, "grow", "--corpus", self.folder / corpus, "--seed-tasks",
                ROOT / "seeds/seed_tasks.jsonl", "--json", *self.flags]

    def start(self, corpus, limit=None, errors=subprocess.DEVNULL, **environment):
        def confine():
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return subprocess.Popen(self.command(corpus), stdout=subprocess.DEVNULL, stderr=errors, cwd=self.folder,
                                env={**os.environ, **environment}, preexec_fn=confine, text=True)

    def bytes(self, corpus):
        return tuple((self.folder / corpus / name).read_bytes() for name in ("ledger.jsonl", "tasks.jsonl"))

    def finish(self, corpus):
        """Runs to the end; gives the bytes of ledger and tasks."""
        code = self.start(corpus).wait(timeout=1200)
        if code != 0:
            sys.exit(f"error: {self.name}: grow ended with {code}; expected 0")
        return self.bytes(corpus)

    def is_closed(self, corpus):
        ledger = self.folder / corpus / "ledger.jsonl"
        return ledger.exists() and b'"kind": "close"' in ledger.read_bytes()[-400:]

    def end_at(self, corpus, seconds, number):
        """Runs for a while; gives the exit code, or None where it had ended by itself."""
        process = self.start(corpus)
        try:
            process.wait(timeout=seconds)
            return None
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            return process.wait()

    def compare(self, corpus):
        same = self.finish(corpus) == self.expected if not self.is_closed(corpus) else \
            self.bytes(corpus) == self.expected
        shutil.rmtree(self.folder / corpus)
        return same


def once(trial, runs, chance, number=signal.SIGKILL, code=-signal.SIGKILL):
    killed = same = right = 0
    for _ in range(runs):
        ended = trial.end_at("once", chance.uniform(0, trial.seconds), number)
        killed += ended is not None
        # A signal before the handler stands ends it as signals do; one after the end finds nobody.
        right += ended in (None, 0, code, -number)
        same += trial.compare("once")
    return same == runs and right == runs, f"{killed} of {runs} runs ended by {number.name}, {same} came to the same bytes"


def many(trial, chance):
    kills = 0
    while kills < 100:
        if trial.is_closed("many"):
            break
        if trial.end_at("many", trial.startup + chance.uniform(0, trial.seconds / 50), signal.SIGKILL) is not None:
            kills += 1
    return trial.compare("many"), f"one run, killed {kills} times"


def full(trial, runs, chance):
    """No file may grow beyond a size drawn each time, as on a disk that is full; then there is room again."""
    same = told = 0
    for _ in range(runs):
        process = trial.start("full", limit=chance.randint(1, len(trial.expected[0]) - 1), errors=subprocess.PIPE)
        said = process.communicate()[1]
        lines = [line for line in said.splitlines() if line.startswith("error: ")]
        told += process.returncode == 1 and len(lines) == 1 and "largest allowed file size" in lines[0]
        same += trial.compare("full")
    return same == told == runs, f"{runs} runs out of room, {told} told in a sentence, {same} came to the same bytes"


def calls(trial, chance, most):
    """Each of the calls is the last, once before and once after it happens; of many an even choice."""
    shim = trial.folder / "kill_shim.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, endpoints.HERE / "kill_shim.c", "-ldl"], check=True)
    log = trial.folder / "calls.txt"
    below = {"LD_PRELOAD": str(shim), "KILL_BELOW": "/calls/"}
    trial.start("calls", **below, KILL_LOG=str(log)).wait()
    shutil.rmtree(trial.folder / "calls")
    counts = collections.Counter(line.split()[1] for line in log.read_text().splitlines())
    places = range(1, sum(counts.values()) + 1)
    if len(places) > most:
        places = sorted(chance.sample(places, most))
    tried = same = 0
    for place in places:
        for after in ({}, {"KILL_AFTER": "1"}):
            trial.start("calls", **below, **after, KILL_AT=str(place)).wait()
            tried += 1
            same += trial.compare("calls")
    told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
    return same == tried, f"before and after {len(places)} of {told}: {same} of {tried} came to the same bytes"


def main():
    parts = ("endpoint-once", "endpoint-many", "endpoint-calls", "endpoint-term", "endpoint-full",
             "local-many", "local-once",
             "local-term")
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/kills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(parts), help="which parts, with commas (all)")
    parser.add_argument("--runs", type=int, default=100, help="runs of `once` at the endpoint (100)")
    parser.add_argument("--local-runs", type=int, default=20, help="runs of `once` with the local model (20)")
    parser.add_argument("--tasks", type=int, default=5, help="tasks of a run (5)")
    parser.add_argument("--calls", type=int, default=100000, help="calls tried of those there are (all)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    options = parser.parse_args()
    chosen = options.only.split(",")
    unknown = [name for name in chosen if name not in parts]
    if unknown or not endpoints.BINARY.exists():
        sys.exit(f"error: {unknown[0]!r} is no part" if unknown else f"error: {endpoints.BINARY} is missing")
    chance = random.Random(options.seed)
    report = endpoints.Report()
    for place in ("endpoint", "local"):
        mine = [name for name in chosen if name.startswith(place)]
        if not mine:
            continue
        with tempfile.TemporaryDirectory() as folder, endpoints.server("--latency", "0.02,0.2") as url:
            flags = ["--tasks", options.tasks, "--concurrency", 64]
            trial = Trial(place, list(map(str, flags + (["--model", url] if place == "endpoint" else []))), folder)
            runs = options.runs if place == "endpoint" else options.local_runs
            for name in mine:
                kind = name.split("-")[1]
                holds, told = {
                    "once": lambda: once(trial, runs, chance), "many": lambda: many(trial, chance),
                    "calls": lambda: calls(trial, chance, options.calls),
                    "full": lambda: full(trial, 10, chance),
                    "term": lambda: once(trial, runs, chance, signal.SIGTERM, 3)}[kind]()
                report.line(name, told, holds, "the same bytes")
    sys.exit(1 if report.misses else 0)


if __name__ == "__main__":
    main()
