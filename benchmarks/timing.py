"""Rivals timed side by side: in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

Entry = Callable[[], float | None]
Run = Callable[[], float]

# An entry whose run to warm up takes this long is measured by that run: what it loads is little beside it.
SECONDS_OF_A_LONG_RUN = 6.0


@dataclass(frozen=True)
class Workload:
    """One task, by us and by others. Each entry does it once, and may return its own count of seconds.

    `prepare` makes the data and returns the entries by name, ours first; a workload that is not chosen costs
    nothing. `per` divides times, where a run is so many iterations. `target` is the ratio of the fastest
    rival's time to ours to reach. `one_blas_thread` names the entries that thread over rows themselves and
    are slower with a threaded BLAS below.
    """

    name: str
    prepare: Callable[[], dict[str, Entry]]
    per: int = 1
    target: float | None = None
    repetitions: int = 5
    one_blas_thread: tuple[str, ...] = ()


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


class Failure(Exception):
    """An entry could not run; the text says why in one line."""


def void(_: object) -> None:
    """Drops a result: an entry that returns a number would be taken to return seconds."""


def clock() -> float:
    """Seconds; of CPU time where everything is pinned to one core."""
    one_core = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == 1
    return time.process_time() if one_core else time.perf_counter()


def measure(
    workload: Workload,
    runs: Mapping[str, Run],
    on_run: Callable[[str], None],
    seconds_at_most: float = 30.0,
) -> Times:
    """The entries in turns: a round to warm up, then as many as asked for while time lasts, at least two.

    Each of `runs` does its entry once and returns the seconds, or raises Failure. `on_run` is told what runs
    next. What takes very long is run once.
    """
    times = Times(workload)
    assert times.ours in runs
    begin = time.perf_counter()
    for turn in range(workload.repetitions + 1):
        if turn > 2 and time.perf_counter() - begin > seconds_at_most:
            break
        for name, run in runs.items():
            if name in times.failures or (turn > 0 and name in times.long_runs):
                continue
            on_run(f"{workload.name}: {name}, run {turn} of {workload.repetitions}")
            start = time.perf_counter()
            try:
                seconds = run()
            except Failure as failure:  # a rival that is missing or breaks is reported, not fatal
                times.failures[name] = str(failure)
                continue
            if time.perf_counter() - start > SECONDS_OF_A_LONG_RUN:
                times.long_runs.add(name)
            if turn > 0 or name in times.long_runs:
                times.seconds.setdefault(name, []).append(seconds)
    return times
