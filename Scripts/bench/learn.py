"""Does finetuning lower the held-out loss as far as a PyTorch loop does, and what do answers look like?

Use: Scripts/bench/learn --data ROWS.jsonl [--rows 2000] [--seed 1] [--precision bf16] [--keep FOLDER] [-- FLAGS]

ROWS has an instruction and an output in each row (also under `context` and `response`). As many rows as asked
for, drawn by the seed, train the embedded model for an epoch; a tenth of them is held out. The loop takes the
same token ids, marks, steps and learning rates (AdamW, clipping at 1, autocast in bf16, padding within a step).
Both losses are then measured by one program, transformers in f32. Ends with 1 where ours is more than 1 % above
the loop's, or not below the base model's.

Of the first ten held-out rows the greedy answers before and after stand below as A and B, in an order drawn by the
seed, for somebody to judge; the key comes last. With --keep the prepared rows and the model stay in FOLDER.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

import ours
import reference

BATCH = 8


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/learn", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="rows to draw from")
    parser.add_argument("--rows", type=int, default=2000, help="rows to train on and hold out (2000)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw and of the order (1)")
    parser.add_argument("--precision", default="bf16", help="of the loop: bf16 (autocast) or f32")
    parser.add_argument("--threads", type=int, default=2, help="of both (2)")
    parser.add_argument("--keep", type=Path, help="a folder for what is made")
    parser.add_argument("flags", nargs="*", help="of finetune, after --")
    return parser.parse_args()


def draw(options, folder):
    """Rows as a file that ours reads, and by their ids."""
    rows = [json.loads(line) for line in options.data.read_text().splitlines() if line.strip()]
    chosen = random.Random(options.seed).sample(rows, min(options.rows, len(rows)))
    drawn = [{"id": f"row-{number}", "instruction": row["instruction"],
              "input": row.get("input") or row.get("context") or "",
              "output": row.get("output") or row.get("response") or ""}
             for number, row in enumerate(chosen, 1)]
    drawn = [row for row in drawn if row["output"].strip()]
    path = folder / "rows.jsonl"
    path.write_text(ours.json_lines(
        [{"id": row["id"], "instruction": row["instruction"], "is_classification": False,
          "instances": [{"input": row["input"], "output": row["output"]}]} for row in drawn]))
    return path, {row["id"]: row for row in drawn}


def command(data, run, options):
    return list(map(str, [
        ours.BINARY, "finetune", "--data", data, "--output", run, "--epochs", 1, "--batch-size", BATCH,
        "--held-out", 0.1, "--threads", options.threads, "--export-precision", "f32", *options.flags]))


def prepared(data, folder, options):
    """The token ids, marks and steps of a run that is stopped as soon as they are there."""
    run = folder / "prepared"
    process = subprocess.Popen(
        command(data, run, options), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if (run / "data").exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        if not (run / "data").exists():
            sys.exit("selfinstruct finetune: prepared nothing; see what it says by itself")
        return [[json.loads(line) for line in (run / "data" / name).open()]
                for name in ["train.tokens.jsonl", "held-out.tokens.jsonl", "steps.jsonl"]]
    finally:
        process.kill()
        process.wait()


def train_ours(data, folder, options):
    """The folder of the result, and the learning rate of each step."""
    run = folder / "run"
    start = time.perf_counter()
    done = subprocess.run(command(data, run, options), cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("selfinstruct finetune: " + done.stderr[-600:])
    seconds = time.perf_counter() - start
    rows = list(map(json.loads, (run / "progress.jsonl").open()))
    return run / "final", [row["learning_rate"] for row in rows if "loss" in row], seconds


def padded(rows):
    longest = max(len(row["input_ids"]) for row in rows)
    def fill(key, value):
        return torch.tensor([row[key] + [value] * (longest - len(row[key])) for row in rows])
    ids, labels = fill("input_ids", 0), fill("labels", -100)
    mask = torch.tensor([[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"]))
                         for row in rows])
    return ids, labels, mask


def loss_sum(model, rows):
    """Negative log-likelihood of the marked tokens, summed, and how many there are."""
    ids, labels, mask = padded(rows)
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100, reduction="sum")
    return loss, int((labels[:, 1:] != -100).sum())


def train_loop(training, steps, rates, options):
    model = reference.load_model(ours.MODEL, "f32").train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0, weight_decay=0.0)
    start = time.perf_counter()
    for step, rate in zip(steps, rates, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
            loss, count = loss_sum(model, [training[place] for place in step["rows"]])
        (loss / count).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return model.eval(), time.perf_counter() - start


@torch.inference_mode()
def measured(model, rows):
    sums, counts = zip(*(loss_sum(model, [row]) for row in rows))
    return float(sum(sums)) / sum(counts)


def answers(model, rows):
    requests = [{"messages": [{"role": "user", "content": row["instruction"]
                               + ("\n\n" + row["input"] if row["input"] else "")}]} for row in rows]
    found = ours.rows_for("generate", "--prompts", requests, "--json", "--model", model,
                          "--temperature", 0, "--max-new-tokens", 96)
    return [row["completion"].strip() for row in found]


def print_pairs(rows, before, after, seed):
    chance, key = random.Random(seed), []
    for number, (row, *both) in enumerate(zip(rows, before, after, strict=True), 1):
        is_swapped = chance.random() < 0.5
        key.append("BA" if is_swapped else "AB")
        first, second = reversed(both) if is_swapped else both
        print(f"\n--- {number} ({row['id']}): {row['instruction']}")
        if row["input"]:
            print("input: " + " ".join(row["input"].split())[:300])
        print(f"A: {first}\nB: {second}")
    print("\nkey, which of the two is before and which after: "
          + " ".join(f"{number}:{pair[0]}{pair[1]}" for number, pair in enumerate(key, 1)))


def main():
    options = parse_arguments()
    ours.check_ready()
    options.data = options.data.absolute()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = (options.keep or Path(name)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if options.keep and any(folder.iterdir()):
            sys.exit(f"--keep: '{options.keep}' holds files; expected an empty folder")
        data, rows = draw(options, folder)
        training, held_out, steps = prepared(data, folder, options)
        final, rates, seconds = train_ours(data, folder, options)
        print(f"{len(training)} rows trained, {len(held_out)} held out, {len(steps)} steps; "
              f"ours took {seconds / 60:.1f} minutes", flush=True)
        losses = {"before": measured(reference.load_model(ours.MODEL, "f32"), held_out)}
        loaded = reference.AutoModelForCausalLM.from_pretrained(final, dtype=torch.float32)
        losses["ours"] = measured(loaded.eval(), held_out)
        print(f"held-out loss, nats a token: {losses['before']:.4f} before, "
              f"{losses['ours']:.4f} after ours", flush=True)
        shown = [rows[row["id"]] for row in held_out[:10]]
        print_pairs(shown, answers(ours.MODEL, shown), answers(final, shown), options.seed)
        model, seconds = train_loop(training, steps, rates, options)
        losses["loop"] = measured(model, held_out)
    ratio = losses["ours"] / losses["loop"] - 1
    holds = ratio <= 0.01 and losses["ours"] < losses["before"]
    print(f"\nheld-out loss, nats a token: {losses['before']:.4f} before, {losses['ours']:.4f} after ours, "
          f"{losses['loop']:.4f} after the loop in {options.precision} ({seconds / 60:.1f} minutes): "
          f"{ratio:+.2%} (bar +1 %, {'ok' if holds else 'MISS'})")
    sys.exit(0 if holds else 1)


main()
