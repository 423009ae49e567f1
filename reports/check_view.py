"""`ksquared verify`: run checks and print what they found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from reports import check_document, check_progress, output, results_json, terminal
from reports.renderers import RENDERERS, format_of
from reports.results import check_finding
from verification import session
from verification.outcome import Outcome
from verification.session import Request


def verify(
    names: Sequence[str], request: Request, report: Path | None, *, quiet: bool, as_json: bool
) -> tuple[str, ...]:
    """Run the checks called `names` (all if empty), print them, and return one line for each that did not
    pass. The file `report`, if named, gets them as a document.

    Raises InputError for a name that is not a check, a record of another run, a scheduler that is silent, or
    a report that cannot be written, before any work.
    """
    if report is not None:
        render = RENDERERS[format_of(report, "--report")]
        output.check_directory(report.parent)
    try:
        with check_progress.shown(quiet=quiet) as on_progress:
            outcomes = session.verify(names, request, on_progress)
    except KeyboardInterrupt:
        if request.record is not None:
            terminal.complain(f"{request.record.name} keeps what was drawn; the same call goes on from there")
        raise
    if report is not None:
        output.write_together(report.parent, {report.name: render(check_document.build(outcomes))})
    if as_json:
        sys.stdout.write(
            results_json.dump({"checks": [results_json.check(outcome) for outcome in outcomes]}).decode()
        )
    elif not quiet:
        _show(outcomes)
    return tuple(check_finding(outcome) for outcome in outcomes if outcome.verdict != "pass")


def _show(outcomes: Sequence[Outcome]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading, justify in (
        ("check", "left"),
        ("estimate", "right"),
        ("closed form", "right"),
        ("std. error", "right"),
        ("samples", "right"),
        ("p-value", "right"),
        ("verdict", "left"),
        ("rejected", "right"),
    ):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for outcome in outcomes:
        table.add_row(
            outcome.id,
            f"{outcome.estimate:.5g}",
            f"{outcome.closed_form:.5g}",
            f"{outcome.standard_error:.1g}",
            f"{outcome.n:,}",
            f"{outcome.p_value:.2g}",
            terminal.colored(outcome.verdict),
            f"{outcome.n_rejected} of {len(outcome.controls)}",
        )
    console = terminal.output()
    console.print(table)
    console.print()
    first = outcomes[0]
    print(
        f"A right formula fails with probability at most {first.alpha:g}, one that is off by "
        f"{first.delta:.0%} passes with probability at most {first.beta:g}.\n"
        "The last column counts the wrong answers given to the check, which it must reject."
    )
    for outcome in outcomes:
        if outcome.verdict != "pass":
            console.print()
            console.print(outcome.message, markup=False)
