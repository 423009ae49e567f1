"""Progress of a run of checks: how many are decided, samples a second, time left for the one at work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from verification.run import Progress


@contextmanager
def shown(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar in a terminal, a line for each check elsewhere, nothing if `quiet`."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        columns = (
            SpinnerColumn(),
            TextColumn("{task.completed}/{task.total} checks"),
            BarColumn(bar_width=28),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            yield _bar(bars)
    else:
        yield _lines()


def _bar(bars: Bars) -> Callable[[Progress], None]:
    started = time.monotonic()
    task = bars.add_task("", total=None)

    def update(progress: Progress) -> None:
        said = describe(progress, time.monotonic() - started)
        bars.update(task, completed=progress.decided, total=progress.checks, description=said)

    return update


def _lines() -> Callable[[Progress], None]:
    seen: set[str] = set()

    def update(progress: Progress) -> None:
        if progress.check not in seen:
            seen.add(progress.check)
            print(f"checking {progress.check} ...", file=sys.stderr, flush=True)

    return update


def describe(progress: Progress, seconds: float) -> str:
    """One line: the check at work, the rate of all, the time left for this one at that rate."""
    rate = progress.drawn / seconds if seconds > 0 else 0.0
    left = (progress.expected - progress.n) / rate if rate > 0 else 0.0
    return f"{progress.check}: {progress.n:,} samples, {rate:,.0f}/s, {left:.0f} s left"
