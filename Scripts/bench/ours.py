"""Runs the release build of selfinstruct and reads what it says."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SELFINSTRUCT_BINARY") or ROOT / ".build/release/selfinstruct")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
MODEL = (
    Path(os.environ.get("SELFINSTRUCT_MODEL_CACHE") or CACHE / "selfinstruct/models")
    / "SmolLM2-135M-Instruct.Q4_1.gguf")


def check_ready():
    """Ends the program with a sentence where the binary or the model is missing."""
    if not BINARY.exists():
        sys.exit(f"{BINARY}: no such file; expected a release build\n"
                 "  help: swift build -c release --product selfinstruct")
    if not MODEL.exists():
        sys.exit(f"{MODEL}: no such file; expected the embedded model\n"
                 "  help: run Scripts/fetch-model")


def run(*arguments, input_text="", isa=None, may_fail=False):
    """What a command writes to stdout; `isa` caps the instruction set that oneDNN may use."""
    environment = dict(os.environ)
    environment.pop("ONEDNN_MAX_CPU_ISA", None)
    if isa:
        environment["ONEDNN_MAX_CPU_ISA"] = isa
    done = subprocess.run(
        [BINARY, *map(str, arguments)], input=input_text.encode(), capture_output=True,
        env=environment)
    if done.returncode != 0:
        if may_fail:
            return None
        message = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
        sys.exit(f"selfinstruct {arguments[0]}: exit {done.returncode}: " + "\n".join(message))
    return done.stdout.decode()


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
