"""How fast selfinstruct generates, by batch (sequences in flight) and context (tokens of each).

Use: Scripts/bench/rates [--batches 1,2,...] [--contexts 256,512,...] [--budget 4G] [--minutes 60]

Every sequence has a context of its own, nothing is shared, so that attention costs what it costs.
A cell is the difference of two runs of the same prompts, one of which goes on for some more
tokens: all sequences are in flight in those last steps, and what they took is their cost alone,
prompts not included. The contexts are on average as long as the cell says. Cells whose keys and
values do not fit the budget say what they would need; those that the minutes did not suffice for
are left open. Prints a table of Markdown.
"""

import argparse
import statistics
import sys
import time
from dataclasses import dataclass

import machine
import ours
from prompts import Prompts
from timing import Patience, Series

# Rows of prompts that a step of ours takes in at most, those of generating sequences included; a
# guess that is too low only makes a run longer.
STEP_ROWS = 256
MOST_TOKENS = 8192
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}
BYTES_PER_TOKEN = {"bf16": 23_040, "f32": 46_080}


@dataclass
class Cell:
    batch: int
    context: int

    @property
    def staggering(self):
        """Steps between the first sequence that generates and the last."""
        room = max(STEP_ROWS - self.batch, STEP_ROWS // 2)
        return self.batch * self.context // (room + self.batch // 2) + 1

    @property
    def more_tokens(self):
        """By how many tokens the longer run is longer: enough to take seconds, which stand out of
        what reading the prompts takes once more and once less."""
        return min(max(24, self.staggering // 4, 6000 // self.batch), self.context // 2)

    @property
    def new_tokens(self):
        """New tokens of the longer run."""
        return min(self.staggering, self.context // 2) + self.more_tokens

    @property
    def prompt_tokens(self):
        """So long that contexts come to the cell's in the middle of the last steps."""
        middle = self.context - self.new_tokens // 2
        return max(min(middle, MOST_TOKENS - self.new_tokens), 1)

    @property
    def stored(self):
        """Positions that keys and values are held for."""
        return self.batch * (self.prompt_tokens + self.new_tokens)


def step_seconds(cell, prompts, new_tokens, options):
    """Seconds of the engine's steps."""
    arguments = ["--threads", options.threads, "--concurrency", cell.batch]
    if options.passes_budget:
        arguments += ["--kv-memory", options.budget]
    stats = ours.generate(prompts, new_tokens, *arguments).stats
    return stats["prefill_seconds"] + stats["decode_seconds"]


def rate(cell, options):
    """Generated tokens a second of a cell."""
    prompts = options.prompts.texts(cell.batch, cell.prompt_tokens)
    more = (step_seconds(cell, prompts, cell.new_tokens, options)
            - step_seconds(cell, prompts, cell.new_tokens - cell.more_tokens, options))
    # Nothing can be said where the shorter run took longer.
    return cell.batch * cell.more_tokens / more if more > 0 else None


def size(text):
    number, unit = text[:-1], text[-1:].upper()
    if unit not in UNITS or not number.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is no size; expected one like 4G or 512M")
    return int(number) * UNITS[unit]


def numbers(text):
    return [int(part) for part in text.split(",")]


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/rates", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=numbers, default="1,2,4,8,16,32,64,128")
    parser.add_argument("--contexts", type=numbers, default="256,512,1024,2048,4096,8192")
    parser.add_argument("--budget", default="4G", help="memory of keys and values (4G)")
    parser.add_argument("--threads", type=int, default=2, help="cores (2)")
    parser.add_argument("--minutes", type=float, default=60, help="begin no cell after these (60)")
    parser.add_argument(
        "--retries", type=int, default=1, help="repetitions of a disturbed cell (1)")
    parser.add_argument("--others", type=float, default=0.05, help="share others may take (0.05)")
    options = parser.parse_args()
    try:
        options.bytes = size(options.budget)
    except argparse.ArgumentTypeError as error:
        parser.error(f"--budget: {error}")
    if min(options.batches + options.contexts) < 1 or max(options.contexts) > MOST_TOKENS \
            or min(options.contexts) < 64:
        parser.error(f"--contexts: expected 64 to {MOST_TOKENS}, and batches of 1 or more")
    return options


def measured(cell, precision, end, patience, options):
    """What stands in the table for a cell, and its rate where there is one."""
    need = cell.batch * cell.context * BYTES_PER_TOKEN[precision]
    if need > options.bytes:
        return f"({need / 2**30:.1f} GiB)", None
    if time.monotonic() > end:
        return "-", None
    series = Series(f"{cell.batch} x {cell.context}")
    print(f"{series.name}: {cell.prompt_tokens} tokens and {cell.new_tokens} new", file=sys.stderr,
          flush=True)
    patience.measure(series, lambda: rate(cell, options))
    noisy = "noisy" in series.disturbance(patience.limit)
    value = series.values[0]
    return "?" if value is None else f"{value:,.0f}" + (" *" if noisy else ""), value


def cost(rates):
    """A line through the seconds a token by context: `rates` are pairs of context and rate."""
    if len(rates) < 3:
        return ""
    points = [(context, 1 / rate) for context, rate in rates]
    slope, constant = statistics.linear_regression(*zip(*points))
    worst = max(abs(constant + slope * x - y) / y for x, y in points)
    return (f"{constant * 1e6:,.0f} us + {slope * 1e9:,.0f} ns x context, "
            f"at worst {worst:.0%} off")


def main():
    options = parse_arguments()
    ours.check_ready()
    options.passes_budget = ours.knows("generate", "--kv-memory")
    options.prompts = Prompts(seed=3)
    precision = ours.generate(["The"], 1).stats["precision"]
    end = time.monotonic() + 60 * options.minutes
    patience = Patience(options.others, options.retries)
    print(f"{time.strftime('%Y-%m-%d')}, {machine.name()}; {options.threads} threads, {precision}, "
          f"{BYTES_PER_TOKEN[precision]:,} bytes of keys and values a token\n")
    print("| tokens/s; batch | " + " | ".join(f"{c:,}" for c in options.contexts)
          + " | cost of a token |")
    print("|---:|" + "---:|" * len(options.contexts) + "---|")
    for batch in options.batches:
        texts, rates = [], []
        for context in options.contexts:
            text, value = measured(Cell(batch, context), precision, end, patience, options)
            texts.append(text)
            rates += [(context, value)] if value else []
        print(f"| {batch} | " + " | ".join(texts) + f" | {cost(rates)} |", flush=True)
    print(f"\nIn parentheses: what keys and values would need, which --kv-memory {options.budget} "
          "does not hold. *: others took\nmore than "
          f"{options.others:.0%} of the processor. ?: too disturbed to tell. -: no time left.")


if __name__ == "__main__":
    main()
