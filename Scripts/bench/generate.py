"""How fast selfinstruct generates, beside llama.cpp's server and transformers: one run, one table.

Use: Scripts/bench/generate [--only NAME,...] [--quick] [--repeats 3] [--threads 2]
                            [--engines llama.cpp,transformers]

Rows: batch (256 prompts of 128 tokens, 128 new each), together (64 short prompts), prefill
(512-token prompts), single (one sequence), prefix (64 behind a shared one), neighbour (one core
taken), memory. Every engine has loaded its model and warmed up before its clock starts, runs the
variant that a short trial finds best, and takes its turn in every repetition. A timing during
which other processes (and other machines on this host) took more than --others of the processor is
repeated; what stays above it is marked 'noisy'. Ratios are of neighbouring timings, pair by pair.
Ends with 1 where a bar is missed.
"""

import argparse
import platform
import sys
import time

import machine
import ours
from report import Report
from rows import NAMES, Rows
from timing import Patience

PEERS = ["llama.cpp", "transformers"]


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/generate", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default, help_text in [
        ("repeats", 3, "timings of each engine, in turn"),
        ("threads", 2, "cores each engine may use"),
        ("concurrency", 128, "sequences in flight of ours, where there are as many"),
        ("retries", 3, "repetitions of a disturbed timing"),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{help_text} ({default})")
    for name, default, help_text in [
        ("slots", "32,64", "numbers of slots of llama.cpp's server to choose from"),
        ("batches", "32", "batches of transformers to choose from"),
    ]:
        parser.add_argument(
            f"--{name}", type=lambda text: [int(x) for x in text.split(",")], default=default,
            help=f"{help_text} ({default})")
    parser.add_argument(
        "--others", type=float, default=0.05, help="share others may take (0.05)")
    parser.add_argument(
        "--engines", default=",".join(PEERS), help="peers, with commas; '' for none")
    parser.add_argument("--only", default=",".join(NAMES), help="rows, with commas (all)")
    parser.add_argument(
        "--quick", action="store_true", help="little work, once, no bars: does the script work?")
    options = parser.parse_args()
    options.engines = [name for name in options.engines.split(",") if name]
    options.only = [name for name in options.only.split(",") if name]
    for flag, given, known in [("engines", options.engines, PEERS), ("only", options.only, NAMES)]:
        for name in set(given) - set(known):
            parser.error(f"--{flag}: '{name}' is none; expected {', '.join(known)}")
    if min(options.repeats, options.threads, *options.slots, *options.batches) < 1:
        parser.error("a number is less than 1; expected 1 or more")
    if options.quick:
        options.repeats, options.retries = 1, 0
        options.slots, options.batches = [8], [8]
    return options


def main():
    options = parse_arguments()
    ours.check_ready()
    report = Report(judges=not options.quick)
    rows = Rows(options, report, Patience(options.others, options.retries))
    start = time.monotonic()
    print(f"{time.strftime('%Y-%m-%d')}, {machine.name()}, {platform.system()} "
          f"{platform.release()}; {options.threads} threads, {options.repeats} runs"
          + (", quick: the numbers say nothing" if options.quick else ""))
    print("measured peak of all cores' vector units: " + (", ".join(
        f"{kind} {rate:,.0f} GFLOP/s" for kind, rate in rows.peaks.items()) or "no compiler"))
    try:
        for name in options.only:
            rows.measure(name)
    finally:
        report.print()
        print(f"{(time.monotonic() - start) / 60:.0f} minutes", file=sys.stderr)
    sys.exit(1 if report.falls_short else 0)


if __name__ == "__main__":
    main()
