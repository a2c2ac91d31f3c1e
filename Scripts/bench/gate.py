"""Does the gate promote honest rounds and roll back harmful ones, on the embedded model?

Use: Scripts/bench/gate [--only loops,shuffled] [--data ROWS.jsonl] [--keep FOLDER] [-- FLAGS OF GROW]

The rows are written by people: our seeds, or those of --data, at most 600. Half of them make a first round, taken in with
'import' and every rule off; 'grow --finetune' trains on it, measures and decides: it has to be promoted. Each case then is a
second round of the other half, held against the model of the first:

    more        as they are                                                 has to be promoted
    shuffled    each answer is that of another task                         the others have to be rolled back
    loops       three in ten answers say one sentence again and again
    copies      near copies of six tasks, as many as there are rows
    rate5       as they are, at 5 times the highest learning rate that is still promoted (--rate)
    rate100     the same, 100 times

Ends with 1 where a decision is another one. With --keep the projects stay in FOLDER.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SELFINSTRUCT_BINARY") or str(ROOT / ".build/release/selfinstruct")
CASES = ["more", "shuffled", "loops", "copies", "rate5", "rate100"]
MOST = 600


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/gate", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(CASES), help="cases, with commas")
    parser.add_argument("--data", type=Path, help="rows written by people, in place of our seeds")
    parser.add_argument("--rate", type=float, default=2e-4, help="highest learning rate that helps (2e-4)")
    parser.add_argument("--keep", type=Path, help="a folder for the projects")
    parser.add_argument("flags", nargs="*", help="of grow, after --")
    return parser.parse_args()


def tasks_of(path):
    """Rows of any of our forms, as tasks with instances."""
    tasks = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        instances = row.get("instances") or [
            {"input": row.get("input") or row.get("context") or "",
             "output": row.get("output") or row.get("response") or ""}]
        tasks.append({"instruction": row["instruction"], "instances": instances,
                      "is_classification": bool(row.get("is_classification"))})
    random.Random(1).shuffle(tasks)
    return tasks[:MOST]


def shuffled(tasks):
    """Each answer at another task, drawn over all instances."""
    places = [(task, place) for task, row in enumerate(tasks) for place in range(len(row["instances"]))]
    outputs = [tasks[task]["instances"][place]["output"] for task, place in places]
    # A turn by half is a derangement; the order was drawn before.
    turned = outputs[len(outputs) // 2:] + outputs[:len(outputs) // 2]
    tasks = json.loads(json.dumps(tasks))
    for (task, place), output in zip(places, turned):
        tasks[task]["instances"][place]["output"] = output
    return tasks


def looping(tasks):
    """Three in ten tasks with answers that go round."""
    tasks = json.loads(json.dumps(tasks))
    for task in random.Random(2).sample(tasks, round(0.3 * len(tasks))):
        for instance in task["instances"]:
            sentence = instance["output"].split(". ")[0][:80].strip().rstrip(".") + ". "
            instance["output"] = (sentence * 12).strip()[:600]
    return tasks


def copies(tasks):
    """As many rows, all near copies of six."""
    words = ["kindly", "briefly", "today", "again", "please", "now", "first", "then", "once", "here"]
    draw = random.Random(3)
    few = [task for task in tasks if not task["is_classification"]][:6]
    made = []
    for number in range(len(tasks)):
        task = json.loads(json.dumps(few[number % len(few)]))
        task["instruction"] += " " + " ".join(draw.choices(words, k=2)) + "."
        task["instances"] = task["instances"][:1]
        made.append(task)
    return made


def run(folder, *arguments):
    done = subprocess.run([BINARY, *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"gate: {' '.join(arguments)}: ended with {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def rules_off():
    """A setting for every rule that makes it drop nothing, from the settings that 'init' explains."""
    with tempfile.TemporaryDirectory() as folder:
        run(folder, "init", ".")
        text = Path(folder, "selfinstruct.json").read_text(encoding="utf-8")
    parts = re.split(r'\n    "(\w+)": \{', text[text.index('"rules": {'):])
    return {name: {"severity": "off"} for name, body in zip(parts[1::2], parts[2::2]) if '"severity"' in body}


def begin(project):
    (project / "seeds").mkdir(parents=True)
    for name in ("seed_tasks.jsonl", "held_out_tasks.jsonl"):
        (project / "seeds" / name).write_bytes((ROOT / "seeds" / name).read_bytes())


def decide(project, rows, options, rate=None):
    settings = project / "selfinstruct.json"
    settings.write_text(json.dumps({"rules": rules_off()}))
    (project / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run(project, "import", "rows.jsonl")
    # The round keeps the rules it was taken in with; what models write is measured by the usual ones.
    settings.write_text(json.dumps({"finetune": {"seeds": False, "outlierDeviations": 0}}))
    flags = ["--learning-rate", repr(rate)] if rate else []
    made = json.loads(run(project, "grow", "--finetune", "--rounds", "1", "--json", *flags, *options.flags))
    return made["improvements"][0]["improvement"]


def tell(case, record, is_wanted):
    decision = record["decision"]
    is_right = decision["isPromoted"] == is_wanted
    verdict = "promoted" if decision["isPromoted"] else "rolled back"
    print(f"{case:9} {record['training']['tasks']} tasks, {record['training']['steps']} steps: {verdict:12}"
          f"{'ok' if is_right else 'MISSED'}\n          {decision['reason']}", flush=True)
    return is_right


def main():
    options = parse_arguments()
    tasks = tasks_of(options.data or ROOT / "seeds/seed_tasks.jsonl")
    folder = options.keep or Path(tempfile.mkdtemp(prefix="gate-"))
    first, second = tasks[:len(tasks) // 2], tasks[len(tasks) // 2:]
    begin(folder / "first")
    holds = tell("first", decide(folder / "first", first, options), True)
    changes = {"shuffled": shuffled, "loops": looping, "copies": copies}
    rates = {"rate5": 5 * options.rate, "rate100": min(1, 100 * options.rate)}
    for case in options.only.split(","):
        shutil.copytree(folder / "first", folder / case)
        rows = changes.get(case, lambda tasks: tasks)(second)
        holds &= tell(case, decide(folder / case, rows, options, rates.get(case)), case == "more")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
