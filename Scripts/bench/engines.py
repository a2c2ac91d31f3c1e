"""The programs that are compared, each behind the same two calls: `run(job)` and `close()`."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import ours


@dataclass
class Job:
    """Prompts, each to be continued by `new_tokens` tokens, past any end token."""

    prompts: list
    prompt_tokens: int
    new_tokens: int

    def part(self, count, new_tokens):
        """A smaller job of the same kind."""
        return replace(
            self, prompts=self.prompts[:count], new_tokens=min(new_tokens, self.new_tokens))

    def check(self, name, generated, read=None):
        """Ends the program where an engine did another job than it was given."""
        count = len(self.prompts)
        if generated != count * self.new_tokens:
            sys.exit(f"{name}: generated {generated} tokens; expected {count * self.new_tokens}")
        if read not in (None, count * self.prompt_tokens):
            sys.exit(f"{name}: read {read} tokens; expected {count * self.prompt_tokens}")


class Ours:
    name = "selfinstruct"

    def __init__(self, threads, concurrency, *arguments):
        self.arguments = ["--threads", threads, "--concurrency", concurrency, *arguments]
        self.concurrency, self.label, self.last = concurrency, self.name, None

    def run(self, job, **options):
        """Seconds from the first prompt to the last token; loading the model is not among them."""
        done = ours.generate(job.prompts, job.new_tokens, *self.arguments, **options)
        job.check(self.name, sum(row["tokens"] for row in done.rows))
        self.last = done
        self.label = f"{self.name}, {self.precision}"
        if self.concurrency > 1:
            self.label += f", {self.concurrency} in flight"
        return done.stats["seconds"]

    @property
    def precision(self):
        """What products ran in."""
        return self.last.stats["precision"]

    def close(self):
        pass


class LlamaCpp:
    name = "llama.cpp"

    def __init__(self, threads, slots, job):
        from llama_server import LlamaServer

        self.slots = slots
        self.label = f"{self.name}, {slots} slot" + ("s" if slots > 1 else "")
        context = slots * (job.prompt_tokens + job.new_tokens + 64)
        self.server = LlamaServer(ours.MODEL, threads, slots, context)
        self.server.__enter__()

    def run(self, job):
        def complete(prompt):
            body = {"prompt": prompt, "n_predict": job.new_tokens, "ignore_eos": True,
                    "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0,
                    "samplers": ["temperature"], "cache_prompt": False}
            reply = self.server.post("/completion", body)
            return reply["tokens_evaluated"], reply["tokens_predicted"]

        # More at once than there are slots, so that none is ever idle.
        workers = min(len(job.prompts), 2 * self.slots)
        with ThreadPoolExecutor(workers) as pool, Stopwatch() as watch:
            counts = list(pool.map(complete, job.prompts))
        read, generated = map(sum, zip(*counts))
        job.check(self.label, generated, read)
        return watch.seconds

    def close(self):
        self.server.__exit__()


class Transformers:
    name = "transformers"

    def __init__(self, threads, precision, batch):
        import torch

        torch.set_num_threads(threads)
        self.torch, self.batch = torch, batch
        self.label = f"{self.name}, {precision}, batch {batch}"
        self.encode, self.model = loaded(precision)

    def run(self, job):
        read = generated = 0
        with Stopwatch() as watch, self.torch.inference_mode():
            for first in range(0, len(job.prompts), self.batch):
                ids = self.torch.tensor(
                    [self.encode(prompt) for prompt in job.prompts[first : first + self.batch]])
                output = self.model.generate(
                    ids, attention_mask=self.torch.ones_like(ids), do_sample=True,
                    temperature=1.0, top_k=0, min_new_tokens=job.new_tokens,
                    max_new_tokens=job.new_tokens, pad_token_id=0)
                read += ids.numel()
                generated += output.numel() - ids.numel()
        job.check(self.label, generated, read)
        return watch.seconds

    def close(self):
        pass


@cache
def loaded(precision):
    """transformers' tokenizer and model, kept: dequantizing takes longer than some rows."""
    import reference

    tokenizer = reference.load_tokenizer(ours.MODEL)
    model = reference.load_model(ours.MODEL, precision)
    return lambda prompt: reference.encode(tokenizer, prompt), model


class Stopwatch:
    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start


def best(variants, trial):
    """The engine that does a small job fastest; the others are closed.

    - variants: Functions that each make one.
    """
    chosen = None
    for make in variants:
        engine = make()
        engine.run(trial.part(1, 2))
        if len(variants) == 1:
            return engine
        seconds = engine.run(trial)
        print(f"  trial of {engine.label}: {seconds:.1f} s", file=sys.stderr, flush=True)
        if chosen is None or seconds < chosen[1]:
            chosen, slower = (engine, seconds), chosen and chosen[0]
        else:
            slower = engine
        if slower:
            slower.close()
    return chosen[0]
