"""`ksquared verify`: run checks and print what they found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from rich.table import Table

from reports import results_json, terminal
from reports.results import check_finding
from verification import catalog
from verification.outcome import Outcome
from verification.run import run_check


def verify(
    names: Sequence[str], *, level: Literal["quick", "full"], seed: int, quiet: bool, as_json: bool
) -> tuple[str, ...]:
    """Run the checks called `names` (all if empty), print them, and return one line for each that did not
    pass.

    Raises InputError for a name that is not a check.
    """
    checks = [catalog.load(name) for name in names or catalog.check_ids()]
    outcomes = []
    with terminal.progress(quiet=quiet) as on_progress:
        for check in checks:

            def update(done: int, at_most: int, stage: str = f"checking {check.id}") -> None:
                on_progress(stage, done, at_most)

            outcomes.append(run_check(check, level=level, seed=seed, on_progress=update))
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
