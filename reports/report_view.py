"""What `ksquared report` does: runs the homework or a part of it, writes the files and says what holds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports import compare as comparison
from reports import compare_view, only, output, pipeline, results_json, terminal, verdict_view
from reports.pipeline import Format, Settings


@dataclass(frozen=True)
class Asked:
    """What to run, which files to write, and what to print."""

    settings: Settings
    formats: tuple[Format, ...]
    out: Path
    quiet: bool
    as_json: bool


def whole(asked: Asked, older: Path | None) -> tuple[str, ...]:
    """The whole homework, compared with the results in `older` if it is named; what does not hold.

    Raises InputError, before any work, for files that cannot be used.
    """
    output.check_directory(asked.out)
    old = None if older is None else comparison.load(older)
    with terminal.progress(quiet=asked.quiet) as on_progress:
        results = pipeline.run(asked.settings, on_progress)
        compared = None
        if old is not None and older is not None:
            compared = comparison.compare(old, results, older.name)
        files = pipeline.render(results, asked.formats, on_progress, compared)
    paths = output.write_together(asked.out, files)
    if asked.as_json:
        sys.stdout.write(results_json.render(results).decode())
    elif not asked.quiet:
        verdict_view.show(results, paths)
        if compared is not None:
            compare_view.show(compared)
    return results.findings


def part(asked: Asked, name: str) -> tuple[str, ...]:
    """One part of the homework; what does not hold. Raises InputError for an unknown part."""
    only.check_part(name)
    output.check_directory(asked.out)
    with terminal.progress(quiet=asked.quiet) as on_progress:
        found = only.run(name, asked.settings, on_progress)
        files = only.render(found, asked.formats, on_progress)
    paths = output.write_together(asked.out, files)
    if asked.as_json:
        sys.stdout.write(only.as_json(found).decode())
    elif not asked.quiet:
        _show(found, paths)
    return found.findings


def _show(found: only.Part, paths: Sequence[Path]) -> None:
    document = only.build(found)
    assert document.summary is not None
    console = terminal.output()
    console.print(found.title, markup=False)
    for tally in document.summary.tallies:
        console.print(f"  {tally.value} {tally.label}", markup=False)
    for path in paths:
        print(f"  {path}")
