"""How far the grading of a class is, and how long it will still take, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from verification.grading.gradebook import StudentGrade
from verification.grading.run import OnGraded

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(*, quiet: bool) -> Iterator[OnGraded]:
    """A bar in a terminal, a line now and then elsewhere, nothing if `quiet`."""
    if quiet:
        yield _say_nothing
    elif sys.stderr.isatty():
        columns = (
            TextColumn("grading"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("grading", total=None)

            def update(done: int, at_most: int, student: StudentGrade | None) -> None:
                bar.update(task, completed=done, total=at_most)

            yield update
    else:
        print("examining the sandbox ...", file=sys.stderr, flush=True)
        yield _Lines().update


def _say_nothing(done: int, at_most: int, student: StudentGrade | None) -> None:
    """The progress of a quiet run."""


class _Lines:
    """Says at the start what there is to do, then at most every ten seconds how much is left."""

    def __init__(self) -> None:
        self._started = self._last = 0.0
        self._known = 0

    def update(self, done: int, at_most: int, student: StudentGrade | None) -> None:
        now = time.monotonic()
        if student is None:
            self._started = self._last = now
            self._known = done
            known = f", {done} of them known from the journal" if done else ""
            hand_ins = "hand-in" if at_most == 1 else "hand-ins"
            print(f"grading {at_most} {hand_ins}{known} ...", file=sys.stderr, flush=True)
        elif now - self._last >= SECONDS_BETWEEN_LINES and done < at_most:
            self._last = now
            left = (now - self._started) / (done - self._known) * (at_most - done)
            print(f"graded {done} of {at_most}; {_duration(left)} left", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
