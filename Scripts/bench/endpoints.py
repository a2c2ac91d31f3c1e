"""What becomes of requests to endpoints that misbehave, limit, differ in speed, die and are loaded.

Use: Scripts/bench/endpoints [--only faults,limit,shares,death,load,secret]    everything is on loopback.

The program is that of `swift build -c release`. Each part prints what it counted and whether its bar holds; ends
with 1 where one does not.
"""

import argparse
import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
BINARY = HERE.parent.parent / ".build/release/selfinstruct"


@contextlib.contextmanager
def server(*flags):
    process = subprocess.Popen(
        [sys.executable, HERE / "endpoint_server.py", *map(str, flags)], stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.terminate()
        process.wait()


def stats(url):
    return json.load(urllib.request.urlopen(url + "/stats"))


def write_prompts(folder, count):
    path = Path(folder) / "prompts.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"Say something about number {number}."}) + "\n"
                            for number in range(count)))
    return path


def generate(folder, count, *flags, settings=None, environment=None):
    """Has prompts answered; gives the rows, the statistics, stderr, and the most memory over the second half."""
    if settings:
        (Path(folder) / "selfinstruct.json").write_text(json.dumps(settings))
    arguments = [BINARY, "generate", "--prompts", write_prompts(folder, count), "--json", "--max-new-tokens", "64",
                 "--stats", Path(folder) / "stats.json", *map(str, flags)]
    with open(Path(folder) / "out", "w") as out, open(Path(folder) / "err", "w") as err:
        process = subprocess.Popen(arguments, stdout=out, stderr=err, cwd=folder,
                                   env={**os.environ, **(environment or {})})
        memory = []
        watch = threading.Thread(target=sample_memory, args=(process, memory))
        watch.start()
        code = process.wait(timeout=600)
        watch.join()
    rows = [json.loads(line) for line in (Path(folder) / "out").read_text().splitlines()]
    told = json.loads((Path(folder) / "stats.json").read_text())
    return {"code": code, "rows": rows, "stats": told, "stderr": (Path(folder) / "err").read_text(),
            "memory": memory}


def sample_memory(process, memory):
    while process.poll() is None:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS"):
                    memory.append(int(line.split()[1]) / 1024)
        time.sleep(0.2)


class Report:
    def __init__(self):
        self.misses = 0

    def line(self, part, text, holds, bar):
        print(f"{part:8} {text:78} {bar:34} {'ok' if holds else 'MISSED'}", flush=True)
        self.misses += not holds


def faults(report):
    count = 1000
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with server("--faults", 0.25, "--latency", "0.01,0.1", "--log", log) as url:
            result = generate(folder, count, "--model", url, "--request-timeout", 3)
        asked = [json.loads(line) for line in log.read_text().splitlines()]
    answered = [row for row in result["rows"] if row["finish_reason"] != "failed" and row["completion"]]
    kinds = collections.Counter(row["outcome"] for row in asked)
    done, twice = set(), 0
    for row in asked:
        twice += row["request"] in done
        if row["outcome"] == "answered":
            done.add(row["request"])
    told = ", ".join(f"{name} {number}" for name, number in kinds.most_common())
    print(f"faults   {told}")
    report.line("faults", f"{len(answered)} of {count} answered in {result['stats']['seconds']:.0f} s, "
                f"{count - len(answered)} given up", len(answered) == count, "nothing lost")
    report.line("faults", f"{twice} asked again though answered", twice == 0, "none")
    report.line("faults", f"exit code {result['code']}", result["code"] == 0, "0")


def limit(report):
    count, latency, places = 2000, 0.1, 24
    with tempfile.TemporaryDirectory() as folder, server("--limit", places, "--latency", latency) as url:
        result = generate(folder, count, "--model", url, "--concurrency", 128)
        seen = stats(url)
    best = places / latency
    rate = count / result["stats"]["seconds"]
    refused = seen["refusals"] / (seen["refusals"] + seen["answers"])
    report.line("limit", f"{rate:.0f} answers a second, {rate / best:.0%} of the best ({best:.0f})",
                rate >= 0.85 * best, "at least 85%")
    report.line("limit", f"{seen['refusals']} refused, {refused:.1%}", refused <= 0.02, "at most 2%")


def shares(report):
    with tempfile.TemporaryDirectory() as folder, server("--latency", 0.09) as slow, \
            server("--latency", 0.03) as fast:
        settings = {"models": [{"url": slow, "max_concurrency": 8}, {"url": fast, "max_concurrency": 8}]}
        result = generate(folder, 1000, settings=settings)
    counts = [endpoint["answers"] for endpoint in result["stats"]["endpoints"]]
    share = counts[1] / sum(counts)
    report.line("shares", f"the faster of two (1:3) gave {share:.0%} of {sum(counts)} answers",
                0.7 <= share <= 0.8, "70% to 80%")


def death(report):
    count = 600
    with tempfile.TemporaryDirectory() as folder, server("--latency", 0.05) as one, \
            server("--latency", 0.05, "--die-after", 100) as other:
        settings = {"models": [{"url": one, "max_concurrency": 8}, {"url": other, "max_concurrency": 8}]}
        result = generate(folder, count, settings=settings)
    answered = sum(row["finish_reason"] != "failed" for row in result["rows"])
    counts = [endpoint["answers"] for endpoint in result["stats"]["endpoints"]]
    report.line("death", f"{answered} of {count} answered, {counts[1]} by the one that died",
                answered == count, "nothing lost")


def load(report):
    count, places, low, high = 10_000, 256, 0.05, 0.5
    with tempfile.TemporaryDirectory() as folder, server("--latency", f"{low},{high}") as url:
        result = generate(folder, count, "--model", url, "--concurrency", places)
    answered = sum(row["finish_reason"] != "failed" for row in result["rows"])
    ideal = count * (low + high) / 2 / places
    seconds = result["stats"]["seconds"]
    memory = result["memory"]
    half = max(memory[:len(memory) // 2], default=0)
    report.line("load", f"{answered} of {count} answered in {seconds:.1f} s, {ideal / seconds:.0%} of the ideal rate",
                answered == count and ideal / seconds >= 0.9, "all, at least 90%")
    report.line("load", f"{half:.0f} MB at most in the first half of the time, {max(memory):.0f} MB in all",
                max(memory) <= 1.2 * half + 10, "flat (20% and 10 MB)")


def secret(report):
    """A search of every file, of stderr and of the process list for the key."""
    key = "sk-loopback-0123456789abcdef"
    with tempfile.TemporaryDirectory() as folder, server("--key", key, "--latency", 0.05) as url:
        listed = []
        stop = threading.Event()
        watch = threading.Thread(target=list_processes, args=(stop, listed))
        watch.start()
        good = grow(folder, url, {"SELFINSTRUCT_API_KEY": key})
        wrong = grow(folder, url, {"SELFINSTRUCT_API_KEY": key + "x"})
        stop.set()
        watch.join()
        texts = [path.read_text(errors="replace") for path in Path(folder, "corpus").rglob("*") if path.is_file()]
    found = sum(key in text for text in [*texts, good.stderr, good.stdout, wrong.stderr, wrong.stdout, *listed])
    report.line("secret", f"{found} of {len(texts)} files, 4 streams and {len(listed)} process lists hold the key "
                f"(exit codes {good.returncode}, {wrong.returncode})",
                found == 0 and wrong.returncode == 1 and len(texts) > 3, "none")


def list_processes(stop, listed):
    while not stop.is_set():
        shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
        # The server is told the key on its own command line.
        listed.append("\n".join(line for line in shown.splitlines() if "endpoint_server.py" not in line))
        stop.wait(0.2)


def grow(folder, url, environment, *flags):
    return subprocess.run(
        [BINARY, "grow", "--model", url, "--corpus", Path(folder) / "corpus", "--tasks", "5",
         "--seed-tasks", HERE.parent.parent / "seeds/seed_tasks.jsonl", *flags],
        capture_output=True, text=True, cwd=folder, env={**os.environ, **environment}, timeout=300)


def main():
    parts = {part.__name__: part for part in (faults, limit, shares, death, load, secret)}
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/endpoints", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(parts), help="which parts, with commas (all)")
    chosen = parser.parse_args().only.split(",")
    if not BINARY.exists():
        sys.exit(f"error: {BINARY} is missing; expected the program\n  help: swift build -c release")
    report = Report()
    for name in chosen:
        parts[name](report)
    sys.exit(1 if report.misses else 0)


if __name__ == "__main__":
    main()
