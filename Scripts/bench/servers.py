"""Grows a corpus through llama.cpp's server (wheel `xllamacpp`, the embedded model's file) on loopback.

Use: Scripts/bench/servers [--only chat,completions] [--tasks 1]

Each way of asking has to end with the tasks asked for, each with an answer, and nothing given up; run again with
another seed and a budget of tokens it has to stop within it, with exit code 3. Ends with 1 where it does not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import endpoints
import ours
from llama_server import LlamaServer

SEEDS = endpoints.HERE.parent.parent / "seeds/seed_tasks.jsonl"


def grow(folder, url, api, *flags):
    result = subprocess.run(
        [endpoints.BINARY, "grow", "--model", url, "--api", api, "--seed-tasks", SEEDS, "--json", "--concurrency",
         "16", *map(str, flags)], cwd=folder, capture_output=True, text=True, timeout=1800)
    summary = json.loads(result.stdout) if result.stdout.strip() else {}
    return result.returncode, summary, result.stderr


def main():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench/servers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="chat,completions", help="which ways of asking (both)")
    parser.add_argument("--tasks", type=int, default=1, help="tasks to grow (1)")
    options = parser.parse_args()
    report = endpoints.Report()
    with LlamaServer(str(ours.MODEL), slots=16, context=16 * 2048) as server:
        url = server.address + "/v1"
        for api in options.only.split(","):
            with tempfile.TemporaryDirectory() as folder:
                # Usual waves follow up 160 instructions together, with prompts of 1,500 tokens: 20 minutes of this server.
                (Path(folder) / "selfinstruct.json").write_text('{"waves": {"requests": 16}}')
                code, summary, said = grow(folder, url, api, "--corpus", "corpus", "--tasks", options.tasks)
                rows = (Path(folder) / "corpus/tasks.jsonl").read_text().splitlines() if code == 0 else []
                answered = [row for row in map(json.loads, rows) if all(i["output"] for i in row["instances"])]
                given_up = "given up" in said
                report.line("servers", f"{api}: {len(answered)} tasks, {summary.get('promptTokens')} and "
                            f"{summary.get('tokens')} tokens, exit code {code}",
                            code == 0 and len(answered) == options.tasks and not given_up, "all tasks, none given up")
                if code != 0:
                    print(said, file=sys.stderr)
                code, summary, _ = grow(folder, url, api, "--corpus", "other", "--tasks", 50, "--seed", 7,
                                        "--token-budget", 5000)
                spent = summary.get("promptTokens", 0) + summary.get("tokens", 0)
                report.line("servers", f"{api}: {spent} of 5000 tokens, exit code {code}",
                            code == 3 and 0 < spent <= 5000, "within the budget, 3")
    sys.exit(1 if report.misses else 0)


if __name__ == "__main__":
    main()
