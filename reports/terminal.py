"""What the commands say: results on standard output, progress and complaints on standard error."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from reports.visible import visible

OnProgress = Callable[[str, int, int], None]
"""Called as (what is being done, steps done, steps at most)."""

VERDICT_STYLE = {
    "proved": "green",
    "pass": "green",
    "rejected": "green",
    "refuted": "green",
    "undecided": "yellow",
    "fail": "bold red",
    "survived": "bold red",
}


def say_nothing(stage: str, done: int, at_most: int) -> None:
    """The progress of a quiet run."""


def complain(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    print("ksquared: " + " ".join(visible(message).split()), file=sys.stderr)


def output() -> Console:
    """Standard output: coloured in a terminal, plain and never wrapped in a pipe."""
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=max(console.width, 110))


def page() -> Console:
    """A page that `export_text` returns, in place of standard output."""
    return Console(file=io.StringIO(), record=True, highlight=False, width=110)


def plain(text: str, style: str = "") -> Text:
    """Text of anyone: no markup, and no control character reaches the terminal."""
    return Text(visible(text), style=style)


def colored(verdict: str, *, expected: bool = True) -> Text:
    """A verdict word in its color; `expected=False` paints it red whatever it says."""
    return Text(verdict, style=VERDICT_STYLE.get(verdict, "") if expected else "bold red")


@contextmanager
def progress(*, quiet: bool) -> Iterator[OnProgress]:
    """Bars in a terminal, one plain line for each stage elsewhere, nothing if `quiet`."""
    if quiet:
        yield say_nothing
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _bar_updates(bars)
    else:
        yield _plain_lines()


def _bars() -> Progress:
    return Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _bar_updates(bars: Progress) -> OnProgress:
    tasks: dict[str, tuple[int, int]] = {}  # stage -> (task, at most)

    def update(stage: str, done: int, at_most: int) -> None:
        if stage not in tasks:
            # Stages follow one another: an iterative one that converged early is over now.
            for task, total in tasks.values():
                bars.update(task, completed=total)  # type: ignore[arg-type]
            tasks[stage] = (bars.add_task(stage, total=at_most), at_most)
        bars.update(tasks[stage][0], completed=done, total=at_most)  # type: ignore[arg-type]

    return update


def _plain_lines() -> OnProgress:
    seen: set[str] = set()

    def update(stage: str, done: int, at_most: int) -> None:
        if stage not in seen:
            seen.add(stage)
            print(f"{stage} ...", file=sys.stderr, flush=True)

    return update
