"""Generated tokens a second of selfinstruct, llama.cpp's server and transformers, in one run.

Use: Scripts/bench/generate [--prompts 64] [--prompt-tokens 128] [--new-tokens 128] [--repeats 3]
                            [--threads 2] [--engines ours,llama.cpp,transformers]

Every engine has loaded its model and warmed up before its clock starts, runs the batch that suits it
(ours: --concurrency 64; llama.cpp: 32 slots; transformers: bf16, batches of 32), and takes its turn
in every repetition. The time counts from the first prompt to the last token, prefill included.
A timing during which other processes took more than --others of the processor is repeated.
"""

import argparse
import json
import platform
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ours
from timing import summary, timed

WORDS = """the a river stone bread winter machine letter garden teacher number light small quiet
green never often walks carries explains because under between first seven question answer model
water school music paper window history market engine simple round, story. and then to of in""".split()


def make_prompts(count, tokens):
    """Distinct texts of about `tokens` tokens: each word above is one token of the vocabulary."""
    draw = random.Random(1)
    return [" ".join(draw.choice(WORDS) for _ in range(tokens)) for _ in range(count)]


class Ours:
    name = "selfinstruct"

    def __init__(self, options):
        self.options = options

    def run(self, prompts):
        """Tokens generated, and the seconds of it that were not loading."""
        with tempfile.TemporaryDirectory() as folder:
            stats = Path(folder) / "stats.json"
            rows = ours.rows_for(
                "generate", "--prompts", [{"prompt": prompt} for prompt in prompts], "--json",
                "--max-new-tokens", self.options.new_tokens, "--ignore-eos", "--temperature", 1,
                "--threads", self.options.threads, "--concurrency", self.options.concurrency,
                "--stats", stats)
            return sum(row["tokens"] for row in rows), json.loads(stats.read_text())["seconds"]

    process_id = None

    def close(self):
        pass


class LlamaCpp:
    name = "llama.cpp"

    def __init__(self, options):
        from llama_server import LlamaServer

        slots = min(options.slots, options.prompts)
        context = slots * (options.prompt_tokens + options.new_tokens + 64)
        self.options, self.slots = options, slots
        self.server = LlamaServer(ours.MODEL, options.threads, slots, context)
        self.server.__enter__()
        self.process_id = self.server.process.pid

    def run(self, prompts):
        def complete(prompt):
            body = {"prompt": prompt, "n_predict": self.options.new_tokens, "ignore_eos": True,
                    "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0,
                    "samplers": ["temperature"], "cache_prompt": False}
            return self.server.post("/completion", body)["tokens_predicted"]

        with ThreadPoolExecutor(len(prompts)) as pool:
            return sum(pool.map(complete, prompts)), None

    def close(self):
        self.server.__exit__()


class Transformers:
    name = "transformers"
    process_id = None

    def __init__(self, options):
        import torch

        import reference

        torch.set_num_threads(options.threads)
        self.torch, self.options = torch, options
        self.tokenizer = reference.load_tokenizer(ours.MODEL)
        self.model = reference.load_model(ours.MODEL, "bf16")
        self.encode = lambda prompt: reference.encode(self.tokenizer, prompt)

    def run(self, prompts):
        torch, count = self.torch, 0
        for first in range(0, len(prompts), self.options.batch):
            ids = [self.encode(prompt) for prompt in prompts[first : first + self.options.batch]]
            width = max(map(len, ids))
            mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in ids])
            padded = torch.tensor([[0] * (width - len(row)) + row for row in ids])
            new = self.options.new_tokens
            with torch.inference_mode():
                output = self.model.generate(
                    padded, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0,
                    min_new_tokens=new, max_new_tokens=new, pad_token_id=0)
            count += output[:, width:].numel()
        return count, None

    def close(self):
        pass


ENGINES = {engine.name: engine for engine in [Ours, LlamaCpp, Transformers]} | {"ours": Ours}


def measure(engine, prompts, options):
    """Tokens a second of one run, and what others took meanwhile."""
    for attempt in range(options.retries + 1):
        (tokens, own_seconds), seconds, others = timed(
            lambda: engine.run(prompts), engine.process_id)
        if others is None or others <= options.others:
            break
        print(f"  {engine.name}: others took {others:.0%} of the processor"
              + (", once more" if attempt < options.retries else ", kept"), file=sys.stderr)
    return tokens / (own_seconds or seconds), others


def report(rates, others, options):
    print(f"{options.prompts} prompts of {options.prompt_tokens} tokens, {options.new_tokens} new "
          f"tokens each, {options.threads} threads, {options.repeats} runs; "
          f"{platform.processor() or platform.machine()}")
    print(f"{'tokens generated a second':<26} {'min':>8} {'median':>8} {'max':>8} "
          f"{'ours is':>9} {'others':>7}")
    base = rates.get(Ours.name)
    for name, values in rates.items():
        low, middle, high = summary(values)
        ratio = ""
        if base and name != Ours.name:
            ratio = f"{summary([a / b for a, b in zip(base, values)])[1]:.2f}x"
        taken = [share for share in others[name] if share is not None]
        busy = f"{max(taken):.0%}" if taken else "?"
        print(f"{name:<26} {low:>8.0f} {middle:>8.0f} {high:>8.0f} {ratio:>9} {busy:>7}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/generate", description=__doc__.split("\n")[0])
    for name, default, help_text in [
        ("prompts", 64, "prompts at once"),
        ("prompt-tokens", 128, "tokens of each prompt"),
        ("new-tokens", 128, "tokens to generate for each"),
        ("repeats", 3, "runs of each engine, in turn"),
        ("threads", 2, "cores each engine may use"),
        ("concurrency", 64, "sequences in flight of ours"),
        ("slots", 32, "parallel slots of llama.cpp's server"),
        ("batch", 32, "sequences in a batch of transformers"),
        ("retries", 2, "repetitions of a disturbed timing"),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{help_text} ({default})")
    parser.add_argument(
        "--others", type=float, default=0.05, help="share others may take (0.05)")
    parser.add_argument(
        "--engines", default="ours,llama.cpp,transformers", help="which to run, with commas")
    options = parser.parse_args()
    for name in options.engines.split(","):
        if name not in ENGINES:
            parser.error(f"--engines: '{name}' is none; expected ours, llama.cpp or transformers")
    return options


def main():
    options = parse_arguments()
    ours.check_ready()
    prompts = make_prompts(options.prompts, options.prompt_tokens)
    engines = [ENGINES[name](options) for name in options.engines.split(",")]
    rates = {engine.name: [] for engine in engines}
    others = {engine.name: [] for engine in engines}
    try:
        for engine in engines:
            engine.run(prompts[:2])
        for _ in range(options.repeats):
            for engine in engines:
                rate, share = measure(engine, prompts, options)
                rates[engine.name].append(rate)
                others[engine.name].append(share)
    finally:
        for engine in engines:
            engine.close()
    report(rates, others, options)


if __name__ == "__main__":
    main()
