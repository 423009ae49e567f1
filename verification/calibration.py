"""Calibration, measured and not promised: how often checks err, against the bounds they state.

The checks themselves are run many times over different seeds, at bounds so loose (alpha = beta = 5 %) that
errors happen and can be counted: the truth rejected, a wrong answer that is off by the tolerance accepted.
Rates come with exact binomial intervals; a bound is broken when the whole interval lies above it.

    python -m verification.calibration 1000
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta as beta_law

from algorithms.errors import InputError
from verification import catalog
from verification.check import Experiment
from verification.level import Level
from verification.statistics.claim import Claim
from verification.statistics.process import Decision
from verification.stream import generator, piece_sizes
from verification.trial import Trial

RATE = 0.05
LEVEL = Level("calibration", delta=0.3, alpha=RATE, beta=RATE, budget=200_000)
CONFIDENCE = 0.9999
"""Of each binomial interval: of a hundred rows one lies outside by chance in a hundred studies."""


@dataclass(frozen=True)
class Row:
    """How often runs of one check ended in one kind of error.

    error: "truth rejected" or "accepted: ...", with the wrong answer. bound: the rate that is promised. low,
    high: the exact interval for the true rate. draws: until the decision, on average.
    """

    check: str
    error: str
    runs: int
    errors: int
    undecided: int
    draws: float
    bound: float
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The observed rate."""
        return self.errors / self.runs

    @property
    def holds(self) -> bool:
        """Is the bound compatible with what was seen?"""
        return self.low <= self.bound


def study(check_ids: Sequence[str], *, runs: int, seed: int = 0) -> tuple[Row, ...]:
    """For each check a row for the truth, and one for each control that is off by the tolerance just so.

    Raises InputError for less than one run.
    """
    if runs < 1:
        raise InputError(f"the number of runs must be 1 or more, got {runs}")
    return tuple(row for check_id in check_ids for row in _rows(check_id, runs, seed))


def interval(errors: int, runs: int) -> tuple[float, float]:
    """The exact interval of Clopper and Pearson, Biometrika 26 (1934), for a rate."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if errors == 0 else float(beta_law.ppf(tail, errors, runs - errors + 1))
    high = 1.0 if errors == runs else float(beta_law.isf(tail, errors + 1, runs - errors))
    return low, high


def _rows(check_id: str, runs: int, seed: int) -> list[Row]:
    experiment = catalog.load(check_id).experiment(LEVEL.delta)
    slips = [control for control in experiment.controls if control.mutant.startswith("slip")]
    claims = (experiment.truth, *(control.claim for control in slips))
    ends = [_run(experiment, claims, f"calibration {check_id} {run}", seed) for run in range(runs)]
    errors: tuple[tuple[str, Decision], ...] = (
        ("truth rejected", "rejected"),
        *((f"accepted: {control.title}", "accepted") for control in slips),
    )
    rows = []
    for (error, wrong), trials in zip(errors, zip(*ends, strict=True), strict=True):
        count = sum(trial.decision == wrong for trial in trials)
        undecided = sum(trial.decision == "open" for trial in trials)
        draws = float(np.mean([trial.process.n for trial in trials]))
        rows.append(Row(check_id, error, runs, count, undecided, draws, RATE, *interval(count, runs)))
    return rows


def _run(experiment: Experiment, claims: Sequence[Claim], stream: str, seed: int) -> tuple[Trial, ...]:
    """One run of all claims on the same draws."""
    trials = tuple(Trial(claim, LEVEL.claim_bounds) for claim in claims)
    sums, n = np.zeros(experiment.measurement.size), 0
    for piece, size in enumerate(piece_sizes(LEVEL.budget)):
        sums = sums + experiment.measurement.sums(experiment.draw(size, generator(seed, stream, piece)))
        n += size
        trials = tuple(trial.after(n, sums) for trial in trials)
        if all(trial.decision != "open" for trial in trials):
            break
    return trials


def main(arguments: Sequence[str]) -> int:
    """Print the table of all checks; 1 if a bound is broken."""
    runs = int(arguments[0]) if arguments else 1000
    broken = 0
    print(f"{'check':24} {'errors':>7} {'rate':>7} {'interval':>17} {'open':>5} {'draws':>8}  error")
    for check_id in catalog.check_ids():
        for row in study((check_id,), runs=runs):
            broken += not row.holds
            span = f"{row.low:.4f} - {row.high:.4f}"
            print(
                f"{row.check:24} {row.errors:7} {row.rate:7.4f} {span:>17} {row.undecided:5} {row.draws:8.0f}"
                f"  {row.error}{'' if row.holds else '   BOUND BROKEN'}",
                flush=True,
            )
    print(f"{runs} runs of each, bound {RATE:g}, intervals at {CONFIDENCE:g}; {broken} bounds broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
