"""Does a finetuning that is killed again and again end with the bytes of one that was not?

Use: Scripts/bench/resume [--kills 20] [--seed 1] [--model NAME] [-- FLAGS of finetune]

Trains the embedded model on some seeds, once undisturbed with 2 threads. Then the same run again is
killed with SIGKILL at random steps, and gone on with, with 1 and 2 threads in turn, until it ends.
Compares the weights, the progress file and the result but for its seconds. Ends with 1 where they differ.
"""

import argparse
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ours


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/resume", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="how often it is killed (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the steps at which it is (1)")
    parser.add_argument("--model", default="smollm2", help="what is trained (smollm2)")
    parser.add_argument("flags", nargs="*", help="of finetune, after --")
    return parser.parse_args()


def rows(folder):
    """Some seeds with short answers."""
    tasks = [json.loads(line)
             for line in (ours.ROOT / "seeds/seed_tasks.jsonl").read_text().splitlines()]
    short = [task for task in tasks if len(task["instances"][0]["output"]) < 160][:70]
    path = folder / "rows.jsonl"
    path.write_text(ours.json_lines(short))
    return path


def command(data, run, threads, options):
    return list(map(str, [
        ours.BINARY, "finetune", "--data", data, "--output", run, "--model", options.model,
        "--epochs", 2, "--batch-size", 4, "--checkpoint-steps", 2, "--learning-rate", "2e-5",
        "--export-precision", "f32", "--threads", threads, *options.flags]))


def steps_done(run):
    path = run / "progress.jsonl"
    if not path.exists():
        return 0
    lines = path.read_bytes().split(b"\n")[:-1]
    return sum(b'"grad_norm"' in line for line in lines)


def kill_after(process, run, steps):
    """Kills a process once so many more steps are written; whether it had ended before."""
    start = steps_done(run)
    while process.poll() is None:
        done = steps_done(run)
        # Progress is cut back to the last checkpoint first.
        start = min(start, done)
        if done - start >= steps:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return False
        time.sleep(0.02)
    return True


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def outcome(run):
    result = json.loads((run / "run.json").read_text())["result"]
    result.pop("seconds")
    weights = [run / "final" / name for name in ["adapter_model.safetensors", "model.safetensors"]]
    return {"weights": digest(next(path for path in weights if path.exists())),
            "progress": digest(run / "progress.jsonl"), "result": result}


def main():
    options = parse_arguments()
    ours.check_ready()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = rows(folder)
        whole, parts = folder / "whole", folder / "parts"
        subprocess.run(command(data, whole, 2, options), check=True, capture_output=True, cwd=folder)
        expected = outcome(whole)
        errors = folder / "errors"
        chance = random.Random(options.seed)
        kills, calls, places, ended = 0, 0, [], False
        while not ended:
            calls += 1
            process = subprocess.Popen(
                command(data, parts, 1 + calls % 2, options), cwd=folder,
                stdout=subprocess.DEVNULL, stderr=errors.open("wb"))
            if kills < options.kills:
                ended = kill_after(process, parts, chance.randint(1, 4))
                if not ended:
                    kills += 1
                    places.append(steps_done(parts))
            else:
                process.wait()
                ended = True
            if ended and process.returncode != 0:
                sys.exit("finetune: " + errors.read_text(errors="replace")[-400:])
        found = outcome(parts)
        print(f"{expected['result']['steps']} steps, killed {kills} times after steps "
              + ", ".join(map(str, places)))
        for key, value in expected.items():
            print(f"{key}: {'the same bytes' if found[key] == value else 'DIFFERS'}")
        sys.exit(0 if found == expected and kills == options.kills else 1)


main()
