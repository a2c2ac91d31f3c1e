"""The rows of the table: what is measured, and what must hold (medians, on two quiet cores)."""

import sys
from dataclasses import dataclass
from statistics import median

import machine
import ours
from engines import Job, LlamaCpp, Ours, Transformers, best
from neighbour import Neighbour
from prompts import Prompts
from report import Line
from timing import Series


@dataclass
class Sizes:
    """How much work a run is."""

    batch: tuple = (256, 128, 128)  # prompts, tokens of each, new tokens of each
    together: tuple = (64, 16, 128)
    prefill: tuple = (32, 512, 1)
    single: tuple = (1, 128, 256)
    prefix: tuple = (64, 16, 200)
    prefix_tokens: int = 1500
    neighbour: tuple = (64, 128, 64)
    memory: tuple = (512, 2048)  # tokens of each of 64 sequences
    memory_sequences: int = 64
    kv_memory: str = "1G"


QUICK = Sizes(
    batch=(8, 32, 8), together=(8, 16, 8), prefill=(4, 64, 1), single=(1, 16, 16),
    prefix=(8, 16, 8), prefix_tokens=200, neighbour=(8, 32, 8), memory=(32, 64), memory_sequences=8, kv_memory="8M")


class Rows:
    """Measures rows and adds them to a report."""

    def __init__(self, options, report, patience):
        self.options, self.report, self.patience = options, report, patience
        self.sizes = QUICK if options.quick else Sizes()
        self.prompts = Prompts(seed=1)
        self.peaks = machine.peaks(options.threads)

    def measure(self, name):
        print(f"{name}:", file=sys.stderr, flush=True)
        getattr(self, name)()

    # Engines

    def job(self, shape, start="", prompts=None):
        count, tokens, new_tokens = shape
        texts = (prompts or self.prompts).texts(count, tokens, start)
        return Job(texts, tokens + (self.sizes.prefix_tokens if start else 0), new_tokens)

    def ours(self, job, concurrency=None):
        """Ours, warmed up."""
        engine = Ours(self.options.threads, concurrency or self.options.concurrency)
        engine.run(job.part(2, 2))
        return engine

    def contenders(self, job, slots, batches, concurrency=None):
        """Ours, and of each peer asked for the variant that is best at a part of the job."""
        threads, wanted = self.options.threads, self.options.engines
        engines = [self.ours(job, concurrency)]
        # Prompts enough to fill the slots; reading them alone shows with a few.
        trial = job.part(max(slots) if job.new_tokens > 1 else 8, 32)
        if "llama.cpp" in wanted:
            engines.append(
                best([lambda s=s: LlamaCpp(threads, s, job) for s in slots], trial))
        if "transformers" in wanted:
            trial = job.part(max(batches) if job.new_tokens > 1 else 8, 16)
            engines.append(best(
                [lambda p=p, b=b: Transformers(threads, p, b)
                 for p in ("bf16", "f32") for b in batches], trial))
        return engines

    def race(self, engines, job, tokens):
        """Rates of each engine, each in turn several times; a series an engine."""
        series = [Series(engine.label) for engine in engines]
        try:
            for _ in range(self.options.repeats):
                for engine, rates in zip(engines, series):
                    self.patience.measure(rates, lambda: tokens / engine.run(job))
        finally:
            for engine in engines:
                engine.close()
        return series

    def against_peers(self, row, unit, engines, job, tokens, least):
        """Adds a line for each engine; `least`: how many times llama.cpp's rate ours must be."""
        series = self.race(engines, job, tokens)
        self.report.rate(row, engines[0].label, series[0], unit, self.patience)
        for engine, rates in zip(engines[1:], series[1:]):
            ratio = series[0].over(rates)
            judges = engine.name == "llama.cpp"
            self.report.rate(
                row, engine.label, rates, unit, self.patience, ratio=ratio,
                bar=f"{least:g}x" if judges else "", holds=ratio[1] >= least if judges else None)
        self.note_steps(row, engines[0])
        return series[0]

    def note_steps(self, row, engine):
        stats = engine.last.stats
        self.report.note(
            f"{row}: of our last run, prompts at {stats['prefill_tokens_per_second']:,.0f} and "
            f"generating at {stats['decode_tokens_per_second']:,.0f} tokens a second, by their "
            "shares of each step")

    def note_peak(self, row, engine, rates, work):
        """Notes what share of the measured peaks our products reach; `work`: operations a token."""
        done = median(rates.values) * work / 1e9
        shares = " and ".join(
            f"{done / peak:.0%} of the {kind} peak" for kind, peak in self.peaks.items())
        self.report.note(
            f"{row}: our products, in {engine.precision}, do {done:,.0f} GFLOP/s"
            + (f", {shares} of {self.options.threads} cores" if shares else ""))

    # Rows

    def batch(self):
        """Generated tokens a second from first prompt to last token."""
        job = self.job(self.sizes.batch)
        engines = self.contenders(job, self.options.slots, self.options.batches)
        tokens = len(job.prompts) * job.new_tokens
        rates = self.against_peers("batch", "tokens/s", engines, job, tokens, 6)
        layers, logits = machine.product_work()
        per_token = layers * (job.prompt_tokens + job.new_tokens) / job.new_tokens + logits
        self.note_peak("batch", engines[0], rates, per_token)

    def together(self):
        """Generated tokens a second of 64 short prompts at once, from first to last."""
        job = self.job(self.sizes.together)
        engine, tokens = self.ours(job), len(job.prompts) * job.new_tokens
        rates = Series(engine.label)
        for _ in range(self.options.repeats):
            self.patience.measure(rates, lambda: tokens / engine.run(job))
        least = 600
        self.report.rate(
            "together", f"{len(job.prompts)} prompts at once", rates, "tokens/s", self.patience,
            bar=f"{least}", holds=median(rates.values) >= least)
        self.note_steps("together", engine)

    def prefill(self):
        """Prompt tokens read a second."""
        job = self.job(self.sizes.prefill)
        engines = self.contenders(job, [self.options.slots[0], 1], self.options.batches)
        tokens = len(job.prompts) * job.prompt_tokens
        rates = self.against_peers("prefill", "tokens/s", engines, job, tokens, 3)
        self.note_peak("prefill", engines[0], rates, machine.product_work()[0])

    def single(self):
        """Tokens a second of one sequence alone."""
        job = self.job(self.sizes.single)
        engines = self.contenders(job, [1], [1], concurrency=1)
        self.against_peers("single", "tokens/s", engines, job, job.new_tokens, 0.8)

    def prefix(self):
        """Generated tokens a second behind a shared beginning, against the same without it."""
        start = self.prompts.texts(1, self.sizes.prefix_tokens)[0]
        # The same words behind the prefix as without it.
        plain = self.job(self.sizes.prefix, prompts=Prompts(seed=2))
        behind = self.job(self.sizes.prefix, start, prompts=Prompts(seed=2))
        engine, tokens = self.ours(plain), len(plain.prompts) * plain.new_tokens
        alone, shared = Series("without prefix"), Series("with prefix")
        for _ in range(self.options.repeats):
            self.patience.measure(alone, lambda: tokens / engine.run(plain))
            self.patience.measure(shared, lambda: tokens / engine.run(behind))
        ratio = shared.over(alone)
        self.report.rate("prefix", "without prefix", alone, "tokens/s", self.patience)
        self.report.rate(
            "prefix", f"behind {self.sizes.prefix_tokens:,} shared tokens", shared, "tokens/s",
            self.patience, ratio=ratio, ratio_format="{:.0%}", bar="50%", holds=ratio[1] >= 0.5)

    def neighbour(self):
        """Rates with one core taken, as shares of the quiet rates of the same run."""
        batch, single = self.job(self.sizes.neighbour), self.job(self.sizes.single)
        jobs = [("batch", batch, self.ours(batch)), ("single", single, self.ours(single, 1))]
        quiet = {name: Series(f"{name}, quiet") for name, _, _ in jobs}
        busy = {name: Series(f"{name}, one core taken") for name, _, _ in jobs}
        for _ in range(self.options.repeats):
            for name, job, engine in jobs:
                tokens = len(job.prompts) * job.new_tokens
                self.patience.measure(quiet[name], lambda: tokens / engine.run(job))
                with Neighbour():
                    self.patience.measure(busy[name], lambda: tokens / engine.run(job))
        for name, _, _ in jobs:
            ratio = busy[name].over(quiet[name])
            self.report.rate("neighbour", quiet[name].name, quiet[name], "tokens/s", self.patience)
            self.report.rate(
                "neighbour", busy[name].name, busy[name], "tokens/s", self.patience, ratio=ratio,
                ratio_format="{:.0%}", bar="45%", holds=ratio[1] >= 0.45)

    def memory(self):
        """The most memory held, and the same bytes with less of it for keys and values."""
        count = self.sizes.memory_sequences
        for tokens, limit in zip(self.sizes.memory, (1.3e9, 3.6e9)):
            # Half of it is generated, so that all are in flight when they are longest.
            job = self.job((count, tokens // 2, tokens - tokens // 2))
            engine = self.ours(job, count)
            engine.run(job, watches_memory=True)
            peak = engine.last.peak_bytes
            self.report.add(Line(
                "memory", f"{count} sequences of {tokens:,} tokens", (peak / 1e9,), "GB",
                bar=f"at most {limit / 1e9:.1f}", holds=peak <= limit))
        what = f"the same with --kv-memory {self.sizes.kv_memory}"
        if not ours.knows("generate", "--kv-memory"):
            self.report.add(Line("memory", f"{what}: this binary has no such flag", holds=False))
            return
        small = Ours(self.options.threads, count, "--kv-memory", self.sizes.kv_memory)
        small.run(job, watches_memory=True)
        same = small.last.output == engine.last.output
        self.report.add(Line(
            "memory", what, (small.last.peak_bytes / 1e9,), "GB",
            bar="same bytes" if same else "same bytes, but they differ", holds=same))


NAMES = ["batch", "together", "prefill", "single", "prefix", "neighbour", "memory"]
