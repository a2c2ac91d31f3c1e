"""How fast selfinstruct finetunes, beside PyTorch and Hugging Face's Trainer: one run, one table.

Use: Scripts/bench/train [--only NAME,...] [--repeats 3] [--threads 2] [--steps 5] [--rows 96]
                         [--precisions bf16,f32]

Rows: fixed (8 texts of 256 tokens a step, PyTorch with autocast and AdamW), lora (the same with an adapter,
beside PEFT), ragged (rows as long as seeds and sample are, 8 a step, beside the Trainer with its default
padding; our tokens and theirs are counted without padding), follow (the losses of 20 steps in f32 beside
PyTorch's). The first step of a run is not timed, but of the Trainer's. All begin with the same weights and see
the same batches; the losses of the first steps stand below the table, so that it is seen to be the same work.
Each takes its turn in every repetition; a timing during which others took more than --others of the processor
is repeated. Ratios are of neighbouring timings, pair by pair. Ends with 1 where a bar is missed.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import machine
import ours
import reference
from timing import Patience, Series, summary

HERE = Path(__file__).resolve().parent
RATE = 2e-5
BARS = {"fixed": 1.6, "lora": 1.4, "ragged": 2.5}
PEERS = {"fixed": "loop", "lora": "lora", "ragged": "trainer"}


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/train", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default, help_text in [
        ("repeats", 3, "timings of each, in turn"), ("threads", 2, "cores each may use"),
        ("steps", 5, "timed steps of 'fixed' and 'lora'"), ("rows", 96, "rows of 'ragged'"),
        ("retries", 2, "repetitions of a disturbed timing"),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{help_text} ({default})")
    parser.add_argument("--others", type=float, default=0.05, help="share others may take (0.05)")
    parser.add_argument("--only", default="fixed,lora,ragged,follow", help="rows of the table, with commas")
    parser.add_argument(
        "--precisions", default="bf16", help="of PyTorch, with commas; the faster one counts (bf16)")
    return parser.parse_args()


def words():
    """Instances of seeds and sample: instruction, input, output."""
    for path in [ours.ROOT / "seeds/seed_tasks.jsonl", ours.ROOT / "generated/sample/tasks.jsonl"]:
        for line in path.read_text().splitlines():
            task = json.loads(line)
            for instance in task["instances"]:
                yield task["instruction"], instance["input"], instance["output"]


class Texts:
    """Rows as a file that ours reads, and the same as token ids for the others."""

    def __init__(self, folder, name, rows):
        self.data, self.tokens = folder / f"{name}.jsonl", folder / f"{name}.tokens.jsonl"
        self.data.write_text(ours.json_lines(
            [{"instruction": a, "input": b, "output": c} for a, b, c in rows]), encoding="utf-8")


def encode(tokenizer, instruction, text, output):
    """As the chat template of the embedded model writes it; what is asked, and the answer."""
    def ids(part):
        return reference.encode(tokenizer, part)
    start, end = tokenizer.token_to_id("<|im_start|>"), tokenizer.token_to_id("<|im_end|>")
    system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    question = instruction + ("\n\n" + text if text else "")
    asked = (
        [start] + ids("system\n" + system) + [end] + ids("\n") + [start] + ids("user\n" + question)
        + [end] + ids("\n") + [start] + ids("assistant\n"))
    return asked, ids(output) + [end]


def fixed_rows(tokenizer, count):
    """Rows of exactly 256 tokens each, all different, out of the outputs of seeds and sample."""
    all_words = " ".join(output for _, _, output in words()).split()
    rows, place = [], 0
    while len(rows) < count:
        instruction = f"Go on with part {len(rows) + 1}."
        chosen = []
        while True:
            chosen.append(all_words[place % len(all_words)])
            place += 1
            asked, answer = encode(tokenizer, instruction, "", " ".join(chosen))
            if len(asked) + len(answer) >= 256:
                break
        while len(asked) + len(answer) > 256:
            chosen.pop()
            asked, answer = encode(tokenizer, instruction, "", " ".join(chosen))
        # A full stop is one token.
        text = " ".join(chosen)
        while len(asked) + len(answer) < 256:
            text += " ."
            asked, answer = encode(tokenizer, instruction, "", text)
        if len(asked) + len(answer) == 256:
            rows.append((instruction, "", text))
    return rows


def ragged_rows(count):
    rows = list(words())
    return [(f"{a} ({number})" if number >= len(rows) else a, b, c)
            for number, (a, b, c) in
            ((n, rows[(n * 7) % len(rows)]) for n in range(count))]


def finetune(texts, batch, threads, precision, *flags):
    """One epoch of ours: tokens, seconds of its steps, losses, peak memory, and the order of rows."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        command = [
            ours.BINARY, "finetune", "--data", texts.data, "--output", run, "--epochs", 1,
            "--batch-size", batch, "--held-out", 0, "--learning-rate", RATE, "--schedule",
            "constant", "--warmup", 0, "--threads", threads, "--precision", precision,
            "--checkpoint-steps", 100000, "--max-length", 1024, *flags]
        times = Times(run / "progress.jsonl")
        with times:
            peak, done = watched(command, folder)
        if done.returncode != 0:
            sys.exit("selfinstruct finetune: " + done.stderr[-600:])
        steps = [row for row in map(json.loads, (run / "progress.jsonl").open()) if "loss" in row]
        tokens = steps[-1]["num_input_tokens_seen"] - steps[0]["num_input_tokens_seen"]
        return {"tokens": tokens, "seconds": times.last - times.first,
                "losses": [row["loss"] for row in steps], "peak": peak}


class Times:
    """Watches a file of rows from a thread: when its first row came, and when its last."""

    def __init__(self, path):
        self.path, self.rows, self.first, self.last = path, 0, 0.0, 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.ended.wait(0.02):
            count = self.path.read_bytes().count(b"grad_norm") if self.path.exists() else 0
            if count > self.rows:
                self.first = self.first or time.perf_counter()
                self.rows, self.last = count, time.perf_counter()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def watched(command, folder):
    """Runs a program in a folder; the most memory it held, and what it left."""
    out, err = Path(folder) / "out", Path(folder) / "err"
    with out.open("wb") as output, err.open("wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)), stdout=output, stderr=errors, cwd=folder,
            stdin=subprocess.DEVNULL)
    try:
        peak = ours.peak_bytes(process)
        process.wait(timeout=7200)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return peak, subprocess.CompletedProcess(
        command, process.returncode, out.read_text(), err.read_text(errors="replace"))


def peer(kind, texts, batch, threads, precision):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, HERE / "train_reference.py", kind, texts.tokens, threads,
                   precision, batch, RATE]
        peak, done = watched(command, folder)
        if done.returncode != 0:
            sys.exit(f"train_reference.py {kind}: " + done.stderr[-600:])
        return json.loads(done.stdout.splitlines()[-1]) | {"peak": peak}


def in_our_order(texts, tokenizer, rows, batch):
    """Writes the token ids of rows in the order in which ours trains on them.

    The order is read from the files that a run prepares: it is stopped as soon as they are there.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        process = subprocess.Popen(
            list(map(str, [
                ours.BINARY, "finetune", "--data", texts.data, "--output", run, "--epochs", 1,
                "--batch-size", batch, "--held-out", 0])),
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                if (run / "run.json").exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            if not (run / "run.json").exists():
                sys.exit("selfinstruct finetune: prepared nothing; see what it says by itself")
            prepared = [json.loads(line) for line in (run / "data/train.tokens.jsonl").open()]
            steps = [json.loads(line) for line in (run / "data/steps.jsonl").open()]
        finally:
            process.kill()
            process.wait()
    known = {tuple(asked + answer): [-100] * len(asked) + answer
             for asked, answer in (encode(tokenizer, *row) for row in rows)}
    lines = []
    for step in steps:
        for place in step["rows"]:
            row = prepared[place]
            if known.get(tuple(row["input_ids"])) != row["labels"]:
                sys.exit(f"row {row['id']}: our ids or labels are not those of the reference")
            lines.append({"input_ids": row["input_ids"], "labels": row["labels"]})
    texts.tokens.write_text(ours.json_lines(lines))


def measure(name, kind, texts, batch, options):
    patience = Patience(options.others, options.retries)
    mine = Series("selfinstruct")
    peers = {p: Series(f"{kind}, {p}") for p in options.precisions.split(",")}
    last = {}
    flags = ["--method", "lora"] if name == "lora" else []

    def rate(of, work):
        def run():
            last[of] = work()
            return last[of]["tokens"] / last[of]["seconds"]
        return run

    for _ in range(options.repeats):
        patience.measure(
            mine, rate("ours", lambda: finetune(texts, batch, options.threads, "auto", *flags)))
        for precision, series in peers.items():
            patience.measure(series, rate(
                precision, lambda p=precision: peer(kind, texts, batch, options.threads, p)))
    best = max(peers.values(), key=lambda series: summary(series.values)[1])
    ratio = mine.over(best)
    frugal = last["ours"]["peak"] <= min(last[key]["peak"] for key in peers)
    holds = ratio[1] >= BARS[name] and frugal
    for series, key in [(mine, "ours"), *((s, p) for p, s in peers.items())]:
        low, middle, high = summary(series.values)
        print(f"| {name} | {series.name} | {low:,.0f} | {middle:,.0f} | {high:,.0f} | "
              f"{last[key]['peak'] / 2**30:.2f} GB | {series.disturbance(options.others)} |")
    print(f"| {name} | ratio to {best.name} | {ratio[0]:.2f}x | {ratio[1]:.2f}x | {ratio[2]:.2f}x | "
          f"bar {BARS[name]}x and no more memory | {'ok' if holds else 'short'} |")
    for key, found in last.items():
        print(f"<!-- {name}, {key}: losses of the first steps "
              + ", ".join(f"{loss:.4f}" for loss in found["losses"][:4]) + " -->")
    return holds, summary(mine.values)[1]


def follow(texts, options):
    """Twenty steps in f32: the largest relative distance of our losses from PyTorch's."""
    mine = finetune(texts, 2, options.threads, "f32")["losses"]
    theirs = peer("loop", texts, 2, options.threads, "f32")["losses"]
    worst = max(abs(a - b) / b for a, b in zip(mine, theirs, strict=True))
    holds = worst <= 1e-3
    print(f"\n{len(mine)} steps in f32 beside PyTorch's: losses differ by {worst:.2e} at most "
          f"(bar 1e-3, {'ok' if holds else 'MISS'}); the last is {mine[-1]:.4f}")
    return holds


def main():
    options = parse_arguments()
    ours.check_ready()
    tokenizer = reference.load_tokenizer(ours.MODEL)
    print(f"{machine.name()}, {platform.system()}, {time.strftime('%Y-%m-%d')}, "
          f"{options.threads} threads\n")
    print("| work | what | min | median tokens/s | max | peak memory | others |")
    print("|---|---|---:|---:|---:|---:|---:|")
    holds = []
    rates = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for row in options.only.split(","):
            if row == "follow":
                rows = fixed_rows(tokenizer, 40)
                texts = Texts(folder, row, rows)
                in_our_order(texts, tokenizer, rows, 2)
                holds.append(follow(texts, options))
                continue
            rows = (ragged_rows(options.rows) if row == "ragged"
                    else fixed_rows(tokenizer, 8 * (options.steps + 1)))
            texts = Texts(folder, row, rows)
            in_our_order(texts, tokenizer, rows, 8)
            kept, rates[row] = measure(
                row, PEERS[row], texts, 8, options)
            holds.append(kept)
    share_of_peak(rates, options)
    sys.exit(0 if all(holds) else 1)


def share_of_peak(rates, options):
    """What our rate comes to of what the cores multiply in registers."""
    peaks = machine.peaks(options.threads)
    layers, logits = machine.product_work()
    best = max(peaks.values(), default=0)
    # An adapter's own products left out, forward and back are two thirds of full finetuning's.
    for row, passes in [("fixed", 3), ("lora", 2)]:
        if not best or row not in rates:
            continue
        work = passes * (layers + logits) * rates[row] / 1e9
        print(f"\n{row}: products of forward and back: {work:,.0f} GFLOP/s, {work / best:.0%} of the "
              f"{best:,.0f} that {options.threads} cores come to in registers")


main()
