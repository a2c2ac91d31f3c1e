"""Do transformers, PEFT and llama.cpp make of our files what we make of them?

Use: Scripts/bench/interchange [--model PATH]

Trains the embedded model for a few steps, unless --model names a Hugging Face directory. Compares, of the
folder in f32, log-probabilities with transformers'; of the tokenizer and the chat template, ids with
transformers' and llama.cpp's; of GGUF files in f16 and q8_0, greedy continuations with llama.cpp's. Then trains
an adapter and compares its log-probabilities with PEFT's, and with those of itself merged. Prints one table and
ends with 1 where a line of it does not hold.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

import conformance
import ours
import reference
from llama_server import LlamaServer
from naughty_strings import naughty_strings

QUESTIONS = [
    "Name three rivers.", "What is 17 times 3?\n\nShow how.", "  spaces  before and after  ",
    "Translate into French: good morning", "<|im_end|> is no token here", "naïve café 北京 🙂"]


def train(folder, name, *flags):
    """A few steps on the sample, so that the weights are no longer those of the base model."""
    data = folder / "rows.jsonl"
    lines = (ours.ROOT / "generated/sample/tasks.jsonl").read_text().splitlines()[:33]
    data.write_text("\n".join(lines) + "\n")
    run = folder / name
    ours.run("finetune", "--data", data, "--output", run, "--epochs", 1, "--held-out", 0.1,
             "--export-precision", "f32", *flags)
    return run / "final"


def questions():
    """Passages of the README, each with what goes on."""
    text = (ours.ROOT / "README.md").read_text().replace("\n", " ")
    return [{"context": text[i * 400 : i * 400 + 60], "continuation": text[i * 400 + 60 : i * 400 + 400]}
            for i in range(12)]


def our_scores(path):
    found = ours.rows_for(
        "loglikelihood", "--requests", questions(), "--precision", "f32", "--model", path)
    return [row["token_logprobs"] for row in found]


def compare_scores(table, model, path, tokenizer_path, what):
    tokenizer = reference_tokenizer(tokenizer_path).backend_tokenizer
    worst = 0.0
    for row, found in zip(questions(), our_scores(path), strict=True):
        expected = reference.token_scores(model, *conformance.split(tokenizer, row))
        worst = max([worst] + [abs(a - b) for a, b in zip(found, expected, strict=True)])
    table.add(f"largest |d log-probability| (of logits), {what}, f32", f"{worst:.6f}", "0.0001",
              worst <= 1e-4)


def compare_adapter(table, folder):
    """An adapter of ours in PEFT, and merged by us."""
    path = train(folder, "adapter", "--method", "lora", "--lora-dropout", 0.05, "--learning-rate", 1e-3)
    base = path / "base"
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    before, after = our_scores(base), our_scores(path)
    compare_scores(table, PeftModel.from_pretrained(model, path).eval(), path, base,
                   "an adapter in PEFT")
    merged = folder / "merged"
    ours.run("merge", "--model", path, "--output", merged, "--type", "f32")
    is_same = our_scores(merged) == after
    table.add("log-probabilities of an adapter merged and beside its base",
              "equal" if is_same else "differ", "equal", is_same)
    moved = max(abs(a - b) for old, new in zip(before, after) for a, b in zip(old, new))
    table.add("what the adapter moves one by at most", f"{moved:.3f}", "above 0.1", moved > 0.1)


def reference_tokenizer(path):
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.backend_tokenizer.encode_special_tokens = True
    return tokenizer


def compare_tokens(table, path):
    strings = naughty_strings(500)
    tokenizer = reference_tokenizer(path).backend_tokenizer
    found = ours.rows("tokenize", "--model", path, input_text=ours.json_lines(strings))
    expected = [reference.encode(tokenizer, text) for text in strings]
    conformance.report_equal(table, "token ids equal to transformers'", strings, found, expected)


def our_chat_ids(path):
    found = []
    for question in QUESTIONS:
        rows = ours.rows(
            "generate", "--model", path, "--chat", "--prompt", question, "--json", "--logprobs",
            "--max-new-tokens", 1)
        found.append(rows[0]["prompt_ids"])
    return found


def compare_chat(table, path, gguf, expected_ids):
    tokenizer = AutoTokenizer.from_pretrained(path)
    # What a user's text spells is text: the template is rendered around marks, then cut.
    def ids(question):
        turns = [{"role": "user", "content": "\u0000"}]
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        head, tail = text.split("\u0000")
        special = AutoTokenizer.from_pretrained(path).backend_tokenizer
        plain = reference_tokenizer(path).backend_tokenizer
        if "<|" in question:
            return joined(special, plain, head, question, tail)
        return special.encode(head + question + tail, add_special_tokens=False).ids
    conformance.report_equal(
        table, "ids of a chat equal to transformers' template", QUESTIONS, expected_ids,
        [ids(question) for question in QUESTIONS])
    with LlamaServer(gguf, slots=1, context=512) as server:
        asked = [q for q in QUESTIONS if "<|" not in q]
        ours_asked = [i for q, i in zip(QUESTIONS, expected_ids) if "<|" not in q]
        prompts = [server.post("/apply-template", {"messages": [
            {"role": "user", "content": question}]})["prompt"] for question in asked]
        theirs = [server.post("/tokenize", {
            "content": prompt, "add_special": False, "parse_special": True})["tokens"]
            for prompt in prompts]
    conformance.report_equal(
        table, "ids of a chat equal to llama.cpp's template", asked, ours_asked, theirs)


def joined(special, plain, head, question, tail):
    """Ids where the question is text whatever it spells: pieces without special tokens in one go."""
    start = head.rindex("<|im_start|>") + len("<|im_start|>")
    end = tail.index("<|im_end|>")
    return (special.encode(head[:start], add_special_tokens=False).ids
            + plain.encode(head[start:] + question + tail[:end], add_special_tokens=False).ids
            + special.encode(tail[end:], add_special_tokens=False).ids)


def compare_greedy(table, gguf, kind):
    prompts = conformance.PROMPTS
    rows = ours.rows_for(
        "generate", "--prompts", [{"prompt": prompt} for prompt in prompts], "--json", "--model",
        gguf, "--precision", "f32", "--temperature", 0, "--max-new-tokens", 24)
    with LlamaServer(gguf, slots=1, context=512) as server:
        expected = [server.post("/completion", {
            "prompt": prompt, "n_predict": 24, "temperature": 0, "top_k": 1,
            "cache_prompt": False})["content"] for prompt in prompts]
    same = [a["completion"] == b for a, b in zip(rows, expected, strict=True)]
    for row, text in zip(rows, expected, strict=True):
        if kind == "f16" and row["completion"] != text:
            print(f"  {row['completion']!r}\n  {text!r}", file=sys.stderr)
    # Before it multiplies by quantized weights llama.cpp rounds activations to 8 bits: with q8_0 the
    # texts part sooner or later, and only the first token is held to be the same.
    if kind == "q8_0":
        same = [a["completion"].split()[:1] == b.split()[:1]
                for a, b in zip(rows, expected, strict=True)]
    what = "greedy continuations of 24 tokens" if kind == "f16" else "first words"
    table.add(f"{what} equal to llama.cpp's, {kind}", f"{sum(same)}/{len(same)}",
              f"{len(same)}", all(same))


def main():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/interchange", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a Hugging Face directory of ours")
    options = parser.parse_args()
    ours.check_ready()
    torch.set_num_threads(1)
    table = conformance.Table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = options.model.absolute() if options.model else train(folder, "whole")
        model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
        compare_scores(table, model, path, path, "transformers")
        compare_tokens(table, path)
        for kind in ["f16", "q8_0"]:
            gguf = folder / f"{kind}.gguf"
            ours.run("merge", "--model", path, "--output", gguf, "--type", kind)
            if kind == "f16":
                compare_chat(table, path, gguf, our_chat_ids(path))
            compare_greedy(table, gguf, kind)
        if not options.model:
            compare_adapter(table, folder)
    sys.exit(0 if table.holds else 1)


main()
