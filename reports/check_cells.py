"""The columns of a table of checks, the same in HTML and PDF."""

from __future__ import annotations

from reports import numbers
from reports.document import CheckRow

HEADER = (
    "Quantity",
    "Estimate",
    "Closed form",
    "Std. error",
    "Samples",
    "p-value",
    "Wrong formulas rejected",
    "Verdict",
)


def cells(check: CheckRow) -> tuple[str, ...]:
    """The texts between the quantity and the verdict, in the order of `HEADER`."""
    decimals = numbers.decimals_for(check.standard_error)
    return (
        numbers.fixed(check.estimate, decimals),
        numbers.fixed(check.closed_form, decimals),
        numbers.fixed(check.standard_error, decimals),
        numbers.count(check.n),
        numbers.p_value(check.p_value),
        f"{check.controls_rejected} of {check.controls}" if check.controls else "—",
    )
