"""Does a report open in a browser: soon, without a word of complaint, and with every text as text?

Use: Scripts/bench/page [--tasks 33000] [--repeats 3] [--browser chromium] [--keep DIR]

Makes a corpus of 50,000 tasks out of a round that a scripted server answered, has its report written, and opens it in
headless Chromium at widths of 1,280 and 390 pixels: the time until a picture of it is drawn, less that of an empty
page (and not of writing out what stands in it, which takes Chromium 2 more seconds that nobody who reads it waits
for), what stands there, and what the browser's console says. Then texts that would do something if they were not text
take the place of a few answers, are opened, and are looked for. Ends with 1 where a page takes 3 seconds or more or
something was said.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import endpoints
import opening

HOSTILE = ["<script>document.title='done'</script>", "</script><script>document.title='done'</script>",
           "<img src=x onerror=\"document.title='done'\">", "\u202egnp.exe\u2066", "long " * 2000]


def visit(browser, page, width, action):
    return subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", action,
         "--enable-logging=stderr", "--v=0", page.as_uri()],
        capture_output=True, text=True, timeout=120)


def dom(browser, page, width):
    """What stands in a page once its script has run, and what the console said."""
    done = visit(browser, page, width, "--dump-dom")
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def seconds(browser, page, width):
    """How long it takes until a page is drawn, its script having run."""
    picture = page.with_suffix(f".{width}.png")
    picture.unlink(missing_ok=True)
    begin = time.monotonic()
    visit(browser, page, width, f"--screenshot={picture}")
    took = time.monotonic() - begin
    if not picture.exists():
        sys.exit(f"error: {browser} drew no picture of {page}")
    return took


def report(folder, corpus, name):
    path = folder / name
    subprocess.run([endpoints.BINARY, "report", "--corpus", corpus, "--output", path], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    return path


def hostile(page, path):
    """The page with other answers, and all of its tasks unfolded."""
    text = page.read_text()
    begin = text.index('id="data">') + len('id="data">')
    end = text.index("</script>", begin)
    data = json.loads(text[begin:end])
    for task, answer in zip(data["tasks"], HOSTILE):
        task[3] = task[4][1] = answer
    escaped = json.dumps(data).replace("<", "\\u003c").replace(">", "\\u003e")
    path.write_text(text[:begin] + escaped + text[end:])
    return path


def main():
    parser = argparse.ArgumentParser(prog="page", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=33_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--keep", help="an empty folder for corpus and pages")
    options = parser.parse_args()
    browser = shutil.which(options.browser)
    if not browser:
        sys.exit(f"error: {options.browser}: no such program; expected a Chromium\n  help: apt-get install chromium")
    with tempfile.TemporaryDirectory() as temporary, endpoints.server() as url:
        folder = Path(options.keep or temporary).resolve()
        code, *_, said = opening.run(folder, url, "--tasks", str(opening.ROUND))
        if code != 0:
            sys.exit(f"error: grow ended with {code}: {said}")
        small = report(folder, "big", "small.html")
        opening.multiply(folder / "big", options.tasks // opening.ROUND, random.Random(1))
        page = report(folder, "big", "big.html")
        count = re.search(r"<title>.*: ([0-9,]+) tasks", page.read_text())[1]
        empty = folder / "empty.html"
        empty.write_text("<!DOCTYPE html><title>none</title>")
        holds = True
        for width in (1280, 390):
            shown, said = dom(browser, page, width)
            for line in said:
                print(line)
            right = f"{count} of {count} tasks" in shown and shown.count("<details") >= 50 and not said
            blanks = [seconds(browser, empty, width) for _ in range(options.repeats)]
            times = sorted(seconds(browser, page, width) - blank for blank in blanks)
            median = times[len(times) // 2]
            holds &= right and median < 3
            print(f"{count} tasks, {page.stat().st_size / 1e6:.0f} MB, {width} pixels wide: {median:.2f} s (bar 3), "
                  f"{'all there, nothing said' if right else 'NOT RIGHT'}", flush=True)
        shown, said = dom(browser, hostile(small, folder / "hostile.html"), 390)
        right = ("<title>done" not in shown and "&lt;script&gt;" in shown and "onerror=" in shown
                 and "<img" not in shown and ">U+202E<" in shown and not said)
        print(f"texts that are no text elsewhere: {'text here' if right else 'NOT RIGHT'}")
        sys.exit(0 if holds and right else 1)


if __name__ == "__main__":
    main()
