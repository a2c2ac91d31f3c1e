"""Trains the embedded model with PyTorch, or Hugging Face's Trainer, and prints what it took.

Use: train_reference.py KIND ROWS THREADS PRECISION BATCH RATE    KIND: loop, lora or trainer

ROWS holds {"input_ids", "labels"} a line. 'loop' is the shortest correct one: rows of a step that are
equally long in one batch, AdamW, clipping at 1, the first step not timed. 'lora' is the same with an
adapter of PEFT's (rank 16, alpha 32, all matrices). 'trainer' is the Trainer with
its own padding. Prints {"tokens", "seconds", "losses"}: tokens without padding.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import torch

import ours
import reference


def read(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def lora(model, rows, batch, precision, rate):
    from peft import LoraConfig, get_peft_model

    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    config = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules=targets)
    return loop(get_peft_model(model, config), rows, batch, precision, rate)


def loop(model, rows, batch, precision, rate):
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.0)
    losses, tokens, start = [], 0, None
    for first in range(0, len(rows), batch):
        part = rows[first : first + batch]
        if first == batch:
            start = time.perf_counter()
        ids = torch.tensor([row["input_ids"] for row in part])
        labels = torch.tensor([row["labels"] for row in part])
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            logits = model(ids).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].float().flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss))
        if start:
            tokens += ids.numel()
    return {"tokens": tokens, "seconds": time.perf_counter() - start, "losses": losses}


def trainer(model, rows, batch, precision, rate):
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments

    class InOrder(Trainer):
        def _get_train_sampler(self, *_, **__):
            return torch.utils.data.SequentialSampler(self.train_dataset)

    tokenizer = reference.AutoTokenizer.from_pretrained(ours.MODEL.parent, gguf_file=ours.MODEL.name)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=batch, num_train_epochs=1,
            learning_rate=rate, lr_scheduler_type="constant", max_grad_norm=1.0, use_cpu=True,
            bf16=precision == "bf16", report_to="none", save_strategy="no", logging_steps=1,
            remove_unused_columns=False, disable_tqdm=True)
        run = InOrder(
            model=model, args=arguments, train_dataset=rows,
            data_collator=DataCollatorForSeq2Seq(tokenizer, padding=True))
        start = time.perf_counter()
        run.train()
        seconds = time.perf_counter() - start
        losses = [row["loss"] for row in run.state.log_history if "loss" in row]
    return {"tokens": sum(len(row["input_ids"]) for row in rows), "seconds": seconds,
            "losses": losses}


def main():
    kind, path, threads, precision, batch, rate = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    model = reference.load_model(ours.MODEL, "f32").train()
    # It was read from a quantized file, and is f32 now; the Trainer asks.
    model.is_quantized = False
    run = {"loop": loop, "lora": lora, "trainer": trainer}[kind]
    print(json.dumps(run(model, read(path), int(batch), precision, float(rate))))


main()
