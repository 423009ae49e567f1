"""The calibration study: how often checks erred when run thousands of times, against the rates they state."""

from __future__ import annotations

from itertools import groupby

from reports import document as doc
from reports.document import T
from reports.figures import calibration as figure
from reports.numbers import count, fixed
from verification.calibration import CONFIDENCE, LEVEL, RATE, STORED, TRUTH_REJECTED, Row, load


def section() -> doc.Section:
    """The study that comes with the project: its table and its picture."""
    study = load(STORED)
    alarms, misses = worst_of(study.rows)
    broken = [row.check for row in study.rows if not row.holds]
    processes = count(study.runs * len(study.rows))
    return doc.Section(
        T("Are the stated error rates true?"),
        (
            doc.Prose(
                T(
                    "They are proved, but a proof is about the test and not about its code. So every check "
                    f"was run {count(study.runs)} times with other random numbers, and with bounds so loose, "
                    f"$\\alpha = \\beta = {100 * RATE:g}\\%$ for an error of ${100 * LEVEL.delta:g}\\%$, "
                    f"that errors happen and can be counted: {processes} tests in all. @tab:calibration "
                    "counts the runs that rejected the right formula, and those that accepted a wrong one, "
                    "as far off as the check promises to notice, not further (of several, the one accepted "
                    "most often), with exact binomial intervals at "
                    f"${100 * CONFIDENCE:g}\\%$ (@fig:calibration). "
                    + (
                        "No interval lies wholly above its bound."
                        if not broken
                        else f"The bound is broken by {', '.join(broken)}."
                    )
                    + " Where nothing random is claimed (the objective never rises) no error can occur. The "
                    f"study was made before this report, with seed {study.seed} and code version "
                    f"{{code}}; `python -m verification.calibration {study.runs}` repeats it.",
                    code=study.code,
                )
            ),
            doc.Figure(
                figure.rates(alarms, misses),
                "image/svg+xml",
                alt=(
                    "Two charts, a row for each check: the share of runs that rejected the right formula, "
                    "and the share that accepted a wrong one, each with its interval, and the bound of "
                    f"{100 * RATE:g} percent as a dashed line."
                ),
                caption=T("Observed error rates with their intervals. Dashed: the rate that is stated."),
                id="fig:calibration",
            ),
            doc.Table(
                T(f"Errors of {count(study.runs)} runs of each check"),
                (
                    T("check"),
                    T("right formula rejected"),
                    T("interval (%)"),
                    T("wrong formula accepted"),
                    T("interval (%)"),
                ),
                tuple(
                    ((doc.Code(alarm.check),), *_cells(alarm), *_cells(miss))
                    for alarm, miss in zip(alarms, misses, strict=True)
                ),
                id="tab:calibration",
                align="lrrrr",
            ),
        ),
        id="sec:calibration",
    )


def worst_of(rows: tuple[Row, ...]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """For each check the row of the truth, and of the wrong answer that was accepted most often."""
    alarms, misses = [], []
    for _, group in groupby(rows, key=lambda row: row.check):
        own = list(group)
        alarms += [row for row in own if row.error == TRUTH_REJECTED]
        misses.append(max((row for row in own if row.error != TRUTH_REJECTED), key=lambda row: row.errors))
    return tuple(alarms), tuple(misses)


def _cells(row: Row) -> tuple[doc.Inlines, doc.Inlines]:
    return T(count(row.errors)), T(f"{fixed(100 * row.low, 1)} to {fixed(100 * row.high, 1)}")
