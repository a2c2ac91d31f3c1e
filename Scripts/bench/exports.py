"""Do 'datasets', huggingface_hub and TRL read what 'export' writes, as it is?

Use: Scripts/bench/exports [--corpus DIR]

Grows ten tasks with the embedded model unless a corpus is named. Writes them in each form, loads the folder with
'datasets' as the card says, compares the rows with the corpus, reads the card, and trains a small new model on the
forms that TRL's SFTTrainer knows, two steps each, without changing anything. Prints one table and ends with 1 where
a line of it does not hold.
"""

import argparse
import json
import math
import os
import sys
import tempfile
from pathlib import Path

import datasets
from huggingface_hub import DatasetCard
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import SFTConfig, SFTTrainer

import conformance
import ours

FORMS = ["alpaca", "messages", "prompt-completion", "sharegpt", "self-instruct"]
TRAINED = ["messages", "prompt-completion"]


def grow(folder):
    ours.run("grow", "--corpus", folder / "corpus", "--seed-tasks", ours.ROOT / "seeds/seed_tasks.jsonl",
             "--tasks", 10)
    return folder / "corpus"


def expected(form, task):
    """The rows of a task in a form, written once more."""
    rows = []
    for instance in task["instances"]:
        asked = task["instruction"] + ("\n\n" + instance["input"] if instance["input"] else "")
        answer = instance["output"]
        rows.append({
            "alpaca": lambda: {"instruction": task["instruction"], **instance},
            "messages": lambda: {"messages": [{"role": "user", "content": asked},
                                              {"role": "assistant", "content": answer}]},
            "prompt-completion": lambda: {"prompt": asked, "completion": " " + answer},
            "sharegpt": lambda: {"conversations": [{"from": "human", "value": asked},
                                                   {"from": "gpt", "value": answer}]},
            "self-instruct": lambda: {key: task[key] for key in
                                      ("id", "instruction", "instances", "is_classification")},
        }[form]())
    return rows[:1] if form == "self-instruct" else rows


def canonical(rows):
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def check_card(table, form, folder, count):
    card = DatasetCard.load(folder / "README.md")
    data = card.data.to_dict()
    files = [entry["path"] for entry in data["configs"][0]["data_files"]]
    holds = (data["language"] == ["en"] and data["license"] == "apache-2.0" and "synthetic" in data["tags"]
             and data["size_categories"] == ["n<1K"] and all((folder / path).exists() for path in files)
             and str(folder) not in card.content)
    table.add(f"{form}: the card by huggingface_hub", f"{count} rows", "its facts", holds)


def train(table, form, folder, tokenizer):
    found = datasets.load_dataset(str(folder), cache_dir=str(folder.parent / "cache"))
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2))
    with tempfile.TemporaryDirectory() as output:
        trainer = SFTTrainer(
            model=model, processing_class=tokenizer, train_dataset=found["train"],
            args=SFTConfig(output_dir=output, max_steps=2, per_device_train_batch_size=2, report_to=[],
                           use_cpu=True, bf16=False, save_strategy="no", logging_steps=1, max_length=512))
        loss = trainer.train().training_loss
    table.add(f"{form}: two steps of TRL's SFTTrainer", f"loss {loss:.2f}", "finite", math.isfinite(loss))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    arguments = parser.parse_args()
    ours.check_ready()
    datasets.disable_progress_bars()
    table = conformance.Table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = (arguments.corpus or grow(folder)).resolve()
        # Settings come from the folder that a command runs in.
        (folder / "selfinstruct.json").write_text(json.dumps({"seeds": {"license": "apache-2.0"}}))
        os.chdir(folder)
        tasks = [json.loads(line) for line in (corpus / "tasks.jsonl").read_text().splitlines()]
        ours.run("merge", "--model", "smollm2", "--output", folder / "base", "--type", "bf16")
        tokenizer = AutoTokenizer.from_pretrained(folder / "base")
        for form in FORMS:
            to = folder / form
            ours.run("export", "--corpus", corpus, "--format", form, "--to", to, "--validation", 0.2)
            found = datasets.load_dataset(str(to), cache_dir=str(folder / "cache"))
            rows = [row for split in found.values() for row in split]
            same = canonical(rows) == canonical(row for task in tasks for row in expected(form, task))
            table.add(f"{form}: rows by 'datasets' ({', '.join(found)})", len(rows), "the corpus", same)
            check_card(table, form, to, len(rows))
            if form in TRAINED:
                train(table, form, to, tokenizer)
    sys.exit(0 if table.holds else 1)


if __name__ == "__main__":
    main()
