"""Runs the release build of selfinstruct and reads what it says."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SELFINSTRUCT_BINARY") or ROOT / ".build/release/selfinstruct")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
MODEL = (
    Path(os.environ.get("SELFINSTRUCT_MODEL_CACHE") or CACHE / "selfinstruct/models")
    / "SmolLM2-135M-Instruct.Q4_1.gguf")


def check_ready():
    """Ends the program with a sentence where the binary or the model is missing.

    From here on a wish to end is an exception, so that no child is left behind.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not BINARY.exists():
        sys.exit(f"{BINARY}: no such file; expected a release build\n"
                 "  help: swift build -c release --product selfinstruct")
    if not MODEL.exists():
        sys.exit(f"{MODEL}: no such file; expected the embedded model\n"
                 "  help: run Scripts/fetch-model")


def run(*arguments, input_text="", isa=None):
    """What a command writes to stdout; `isa` caps the instruction set that oneDNN may use."""
    environment = dict(os.environ)
    environment.pop("ONEDNN_MAX_CPU_ISA", None)
    if isa:
        environment["ONEDNN_MAX_CPU_ISA"] = isa
    done = subprocess.run(
        [BINARY, *map(str, arguments)], input=input_text.encode(), capture_output=True,
        env=environment)
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
        sys.exit(f"selfinstruct {arguments[0]}: exit {done.returncode}: " + "\n".join(message))
    return done.stdout.decode()


@dataclass
class Generated:
    """What one call of `generate` wrote, its statistics, and the most memory it held."""

    output: str
    stats: dict
    peak_bytes: int

    @property
    def rows(self):
        return [json.loads(line) for line in self.output.split("\n") if line]


def generate(prompts, new_tokens, *arguments, watches_memory=False):
    """Continues prompts by so many tokens each, past any end, sampled at temperature 1."""
    with tempfile.TemporaryDirectory() as folder:
        requests, stats, output, errors = (
            Path(folder) / name for name in ["prompts.jsonl", "stats.json", "out", "err"])
        requests.write_text(
            "".join(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts), encoding="utf-8")
        command = [
            BINARY, "generate", "--prompts", requests, "--json", "--ignore-eos", "--temperature", 1,
            "--max-new-tokens", new_tokens, "--stats", stats, *arguments]
        # In its own folder: no project's settings are meant.
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=folder)
        try:
            peak = peak_bytes(process) if watches_memory else 0
            process.wait(timeout=7200)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            last = errors.read_text(errors="replace").strip().splitlines()[-3:]
            sys.exit(f"selfinstruct generate: exit {process.returncode}: " + "\n".join(last))
        return Generated(output.read_text(), json.loads(stats.read_text()), peak)


def peak_bytes(process):
    """The most memory a child has held until it ends (Linux; 0 elsewhere).

    Read from its own status: what `wait4` reports is at least the memory of this program.
    """
    peak, ended = 0, threading.Event()
    while process.poll() is None:
        try:
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]) * 1024)
        except OSError:
            return peak
        ended.wait(0.02)
    return peak


def knows(command, flag):
    """Whether a command has a flag."""
    return flag in run(command, "--help").replace(",", " ").split()


def rows(*arguments, **options):
    """The JSON lines a command writes; None where it may fail and does."""
    text = run(*arguments, **options)
    return None if text is None else [json.loads(line) for line in text.split("\n") if line]


def rows_for(command, flag, requests, *arguments, **options):
    """Passes requests to a command as a file of JSON lines and reads its rows."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in requests)
        file.flush()
        return rows(command, flag, file.name, *arguments, **options)


def json_lines(values):
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
