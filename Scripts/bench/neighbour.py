"""A process that keeps one core busy, for a bounded time."""

import subprocess
import sys

LIMIT_SECONDS = 900
SPIN = f"""
import os, time
parent, end = os.getppid(), time.monotonic() + {LIMIT_SECONDS}
print("spinning", flush=True)
while time.monotonic() < end and os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""


class Neighbour:
    """While entered, one core has something else to do; it ends with this program in any case."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", SPIN], stdout=subprocess.PIPE)
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
