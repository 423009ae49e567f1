"""Calibration, measured and not promised: how often checks err, against the bounds they state.

The checks themselves are run many times over different seeds, at bounds so loose (alpha = beta = 5 %) that
errors happen and can be counted: the truth rejected, a wrong answer that is off by the tolerance accepted.
Rates come with exact binomial intervals; a bound is broken when the whole interval lies above it.

    python -m verification.calibration RUNS [FILE]

runs the study of all checks and prints it; it is kept in FILE check by check, and goes on from there.
The study that the report shows is kept in `calibration.json` beside this file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import beta as beta_law

from algorithms.errors import InputError
from verification import catalog
from verification.check import Experiment
from verification.level import Level
from verification.record import code_version
from verification.statistics.claim import Claim
from verification.statistics.process import Decision
from verification.stream import generator, piece_sizes
from verification.trial import Trial

RATE = 0.05
LEVEL = Level("calibration", delta=0.3, alpha=RATE, beta=RATE, budget=200_000)
CONFIDENCE = 0.9999
"""Of each binomial interval: of a hundred rows one lies outside by chance in a hundred studies."""
STORED = Path(__file__).with_name("calibration.json")
TRUTH_REJECTED = "truth rejected"


@dataclass(frozen=True)
class Row:
    """How often runs of one check ended in one kind of error.

    error: TRUTH_REJECTED or "accepted: ...", with the wrong answer. bound: the rate that is promised. low,
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


@dataclass(frozen=True)
class Study:
    """The rows of all checks so far, and what it takes to repeat them."""

    code: str
    seed: int
    runs: int
    rows: tuple[Row, ...] = ()

    def save(self, path: Path) -> None:
        """As JSON, a row a line."""
        rows = ",\n".join(json.dumps(asdict(row)) for row in self.rows)
        head = json.dumps({"code": self.code, "seed": self.seed, "runs": self.runs})
        path.write_text(f'{head[:-1]}, "rows": [\n{rows}\n]}}\n', encoding="utf-8")


def load(path: Path) -> Study:
    """The study in this file. Raises InputError if there is none in it."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Study(held["code"], held["seed"], held["runs"], tuple(Row(**row) for row in held["rows"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path.name} holds no calibration study ({type(error).__name__})") from error


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
        (TRUTH_REJECTED, "rejected"),
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
    """Print the table of all checks; 1 if a bound is broken, 2 for a bad call."""
    try:
        return _main(arguments)
    except InputError as error:
        print(f"calibration: {error}", file=sys.stderr)
        return 2


def _main(arguments: Sequence[str]) -> int:
    if not 1 <= len(arguments) <= 2 or not arguments[0].isdecimal() or int(arguments[0]) < 1:
        raise InputError(
            f"expected RUNS, 1 or more, and perhaps FILE, got {' '.join(arguments) or 'nothing'}"
        )
    runs, path = int(arguments[0]), Path(arguments[1]) if arguments[1:] else None
    known = Study(code_version(), 0, runs)
    if path is not None and path.exists():
        held = load(path)
        if replace(held, rows=()) != known:
            raise InputError(f"{path.name} is of other code or another number of runs; name a new file")
        known = held
    print(f"{'check':24} {'errors':>7} {'rate':>7} {'interval':>17} {'open':>5} {'draws':>8}  error")
    for check_id in catalog.check_ids():
        if check_id not in {row.check for row in known.rows}:
            known = replace(known, rows=(*known.rows, *study((check_id,), runs=runs)))
            if path is not None:
                known.save(path)
        for row in known.rows:
            if row.check == check_id:
                _show(row)
    broken = sum(not row.holds for row in known.rows)
    print(f"{runs} runs of each, bound {RATE:g}, intervals at {CONFIDENCE:g}; {broken} bounds broken")
    return 1 if broken else 0


def _show(row: Row) -> None:
    span = f"{row.low:.4f} - {row.high:.4f}"
    print(
        f"{row.check:24} {row.errors:7} {row.rate:7.4f} {span:>17} {row.undecided:5} {row.draws:8.0f}"
        f"  {row.error}{'' if row.holds else '   BOUND BROKEN'}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
