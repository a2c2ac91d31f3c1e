"""Times work and tells how much of the processor others took meanwhile.

Others are all processes but this program and its descendants, and what the hypervisor gave to
other machines ("steal").
"""

import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

CORES = os.cpu_count() or 1
TICKS = os.sysconf("SC_CLK_TCK")


def _busy_seconds():
    """Processor time the whole machine has spent, stolen time included; None off Linux."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _, _, interrupt, soft, steal = (list(map(int, fields)) + [0] * 8)[:8]
    return (user + nice + system + interrupt + soft + steal) / TICKS


def _processes():
    """Parent and processor seconds of each process; those of its awaited children count too."""
    table = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        table[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICKS
    return table


def _own_seconds():
    """Processor time of this program, its ended children and its living descendants."""
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(used.ru_utime + used.ru_stime for used in times)
    table = _processes()
    family = {os.getpid()}
    while True:
        born = {number for number, (parent, _) in table.items() if parent in family} - family
        if not born:
            return seconds
        seconds += sum(table[number][1] for number in born)
        family |= born


def timed(work):
    """What `work` returns, the seconds it took, and the share of all cores that others used.

    The share is None where the system does not tell.
    """
    busy = _busy_seconds()
    own = _own_seconds() if busy is not None else None
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    if busy is None:
        return result, seconds, None
    others = (_busy_seconds() - busy) - (_own_seconds() - own)
    return result, seconds, max(others, 0) / (max(seconds, 1e-9) * CORES)


def summary(values):
    """Minimum, median and maximum."""
    return min(values), statistics.median(values), max(values)


@dataclass
class Series:
    """The same thing measured several times."""

    name: str
    values: list = field(default_factory=list)
    others: list = field(default_factory=list)

    def add(self, value, share):
        self.values.append(value)
        self.others.append(share)

    def over(self, other):
        """This over another, pair by pair: minimum, median and maximum."""
        return summary([a / b for a, b in zip(self.values, other.values)])

    def disturbance(self, limit):
        """The largest share that others took, marked where it stayed above the limit."""
        known = [share for share in self.others if share is not None]
        if not known:
            return "?"
        return f"{max(known):.0%}" + (" noisy" if max(known) > limit else "")


@dataclass
class Patience:
    """How much others may take of the processor, and how often a disturbed timing is repeated."""

    limit: float = 0.05
    retries: int = 3

    def measure(self, series, work):
        """Adds what `work` returns; of disturbed timings that cannot be helped the quietest."""
        best = None
        for attempt in range(self.retries + 1):
            value, _, share = timed(work)
            if best is None or share is None or share < best[1]:
                best = value, share
            if share is None or share <= self.limit:
                break
            again = "once more" if attempt < self.retries else "the quietest is kept"
            print(f"  {series.name}: others took {share:.0%} of the processor, {again}",
                  file=sys.stderr, flush=True)
        series.add(*best)
