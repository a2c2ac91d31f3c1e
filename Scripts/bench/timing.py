"""Times work and tells how much of the processor others took meanwhile."""

import os
import resource
import statistics
import time
from pathlib import Path

CORES = os.cpu_count() or 1


def _busy_seconds():
    """Processor time the whole machine has spent, idle and stolen time aside; None off Linux."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _, _, interrupt, soft = map(int, fields[:7])
    return (user + nice + system + interrupt + soft) / os.sysconf("SC_CLK_TCK")


def _own_seconds(process_id):
    """Processor time of this program, its ended children, and one running child."""
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(used.ru_utime + used.ru_stime for used in times)
    if process_id:
        fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def timed(work, process_id=None):
    """What `work` returns, the seconds it took, and the share of all cores that others used.

    The share is None where the system does not tell. `process_id`: a running child that does the
    work for us.
    """
    busy, own = _busy_seconds(), _own_seconds(process_id if _busy_seconds() else None)
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    if busy is None:
        return result, seconds, None
    others = (_busy_seconds() - busy) - (_own_seconds(process_id) - own)
    return result, seconds, max(others, 0) / (seconds * CORES)


def summary(values):
    """Minimum, median and maximum."""
    return min(values), statistics.median(values), max(values)
