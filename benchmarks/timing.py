"""Rivals timed side by side: in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Entry = Callable[[], float | None]

# An entry whose run to warm up takes this long is measured by that run: what it loads is little beside it.
SECONDS_OF_A_LONG_RUN = 6.0


@dataclass(frozen=True)
class Workload:
    """One task, by us and by others. Each entry does it once, and may return its own count of seconds.

    `prepare` makes the data and returns the entries by name, ours first; a workload that is not chosen costs
    nothing. `per` divides times, where a run is so many iterations. `target` is the ratio of the fastest
    rival's time to ours to reach.
    """

    name: str
    prepare: Callable[[], dict[str, Entry]]
    per: int = 1
    target: float | None = None
    repetitions: int = 5


@dataclass
class Times:
    """Seconds of each repetition by entry; entries that could not run, and why; those that were run once."""

    workload: Workload
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    long_runs: set[str] = field(default_factory=set)

    def median(self, name: str) -> float:
        return float(np.median(self.seconds[name])) / self.workload.per

    @property
    def ours(self) -> str:
        return "ksquared"

    @property
    def rivals(self) -> list[str]:
        """All entries that ran but ours and its own reference, fastest first."""
        others = [name for name in self.seconds if not name.startswith(("ksquared", "limit"))]
        return sorted(others, key=self.median)

    @property
    def ratio(self) -> float | None:
        """The fastest rival's median over ours."""
        return self.median(self.rivals[0]) / self.median(self.ours) if self.rivals else None


def void(_: object) -> None:
    """Drops a result: an entry that returns a number would be taken to return seconds."""


def clock() -> float:
    """Seconds; of CPU time where everything is pinned to one core."""
    one_core = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == 1
    return time.process_time() if one_core else time.perf_counter()


def measure(workload: Workload, on_run: Callable[[str], None], seconds_at_most: float = 30.0) -> Times:
    """The entries in turns: a round to warm up, then as many as asked for while time lasts, at least two.

    `on_run` is told what runs next. What takes very long is run once.
    """
    times = Times(workload)
    entries = workload.prepare()
    assert times.ours in entries
    begin = time.perf_counter()
    for turn in range(workload.repetitions + 1):
        if turn > 2 and time.perf_counter() - begin > seconds_at_most:
            break
        for name, run in entries.items():
            if name in times.failures or (turn > 0 and name in times.long_runs):
                continue
            on_run(f"{workload.name}: {name}, run {turn} of {workload.repetitions}")
            gc.collect()
            start = clock()
            try:
                own = run()
            except Exception as error:  # a rival that is missing or breaks is reported, not fatal
                times.failures[name] = f"{type(error).__name__}: {error}".splitlines()[0]
                continue
            elapsed = clock() - start
            if elapsed > SECONDS_OF_A_LONG_RUN:
                times.long_runs.add(name)
            if turn > 0 or name in times.long_runs:
                times.seconds.setdefault(name, []).append(elapsed if own is None else own)
    return times
