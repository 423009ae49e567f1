"""Measured, not promised: how often runs err at alpha = beta = 0.05, against the bounds.

Counts are judged by exact binomial tails at 1e-6: a run of this file is red by chance once in 1e5.
"""

import re

import numpy as np
import pytest
from scipy.stats import binom

from algorithms.errors import InputError
from algorithms.mixture import Mixture
from verification import calibration, catalog
from verification.check import Check, Experiment
from verification.level import Level
from verification.run import run_at
from verification.statistics.quadratic import coordinates, products, upper_triangle
from verification.statistics.tilt import tilt

RATE = 0.05
LEVEL = Level("calibration", delta=0.3, alpha=RATE, beta=RATE, budget=20_000)
LAW = Mixture(np.array([0.6, 0.4]), np.array([[2.0], [-0.5]]), np.array([[[0.5]], [[1.0]]]))
MEAN, VARIANCE = 1.0, 0.6 * 0.5 + 0.4 * 1.0 + 0.6 * 0.4 * 2.5**2
STATISTICS = {
    "mean": (coordinates(("E[x]",)), np.array([MEAN])),
    "variance": (products("Var[x]", np.array([MEAN])), upper_triangle(np.array([[VARIANCE]]))),
}

pytestmark = pytest.mark.usefixtures("many_calls")


def verdicts(statistic: str, factor: float, runs: int) -> dict[str, int]:
    """How often each verdict comes when the closed form is `factor` times the truth."""
    statistics, truth = STATISTICS[statistic]

    bets = tilt(statistics, LAW, LEVEL.delta)
    experiment = Experiment(LAW.sample, bets, bets.claim(factor * truth), ())
    check = Check("calibration", "mixture_mean", "", "", "", (), lambda delta: experiment)
    found = [run_at(check, LEVEL, seed=seed).verdict for seed in range(runs)]
    return {verdict: found.count(verdict) for verdict in ("pass", "fail", "undecided")}


def is_compatible(errors: int, runs: int) -> bool:
    """Could a procedure with error rate RATE make this many errors or more? (Exact, at 1e-6.)"""
    return bool(binom.sf(errors - 1, runs, RATE) > 1e-6)


RUNS = [pytest.param(60, id="60 runs"), pytest.param(5000, id="5000 runs", marks=pytest.mark.full)]


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("statistic", STATISTICS)
def test_true_claims_are_rejected_at_most_at_rate_alpha(statistic, runs):
    counts = verdicts(statistic, 1.0, runs)
    assert counts["undecided"] == 0
    assert is_compatible(counts["fail"], runs)


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("factor", [1 - LEVEL.delta, 1 + LEVEL.delta], ids=["too small", "too large"])
def test_claims_that_are_off_by_delta_pass_at_most_at_rate_beta(statistic, factor, runs):
    counts = verdicts(statistic, factor, runs)
    assert counts["undecided"] == 0
    assert is_compatible(counts["pass"], runs)


def test_calibration_would_notice_a_rate_above_the_bound():
    """Claims closer than delta are not covered: at half a tolerance too many pass, and it shows."""
    assert not is_compatible(verdicts("mean", 1 + LEVEL.delta / 2, 100)["pass"], 100)


CHEAP = ("mixture_mean", "gaussian_characteristic", "marginal", "component_count")


@pytest.mark.parametrize(
    ("check_ids", "runs"),
    [
        pytest.param(CHEAP, 30, id="some checks"),
        pytest.param(catalog.check_ids(), 1000, id="all checks", marks=pytest.mark.full),
    ],
)
def test_study_finds_no_bound_broken(check_ids, runs):
    rows = calibration.study(check_ids, runs=runs)
    assert {row.check for row in rows} == set(check_ids)
    assert {row.error for row in rows} > {"truth rejected"}
    assert [row for row in rows if not row.holds or row.undecided] == []


STORED = calibration.load(calibration.STORED)


@pytest.mark.full
@pytest.mark.parametrize("check_id", dict.fromkeys(row.check for row in STORED.rows))
def test_study_that_the_report_shows_is_the_one_this_code_gives(check_id):
    """If not: delete the file, and python -m verification.calibration 500 verification/calibration.json."""
    again = calibration.study((check_id,), runs=STORED.runs, seed=STORED.seed)
    stored = [row for row in STORED.rows if row.check == check_id]
    # The intervals may differ in the last digit, with another SciPy.
    assert [(row.error, row.errors, row.undecided, row.draws) for row in again] == [
        (row.error, row.errors, row.undecided, row.draws) for row in stored
    ]


def test_stored_study_has_thousands_of_runs_of_many_checks_and_breaks_no_bound():
    assert STORED.runs * len(STORED.rows) > 10_000
    assert len({row.check for row in STORED.rows}) > 20
    assert [row for row in STORED.rows if not row.holds or row.undecided] == []


def test_study_is_kept_and_gone_on_with(tmp_path, monkeypatch, capsys):
    path = tmp_path / "study.json"
    monkeypatch.setattr(catalog, "check_ids", lambda: ("gaussian_characteristic",))
    assert calibration.main(["5", str(path)]) == 0
    first = calibration.load(path)
    monkeypatch.setattr(catalog, "check_ids", lambda: ("gaussian_characteristic", "mixture_mean"))
    monkeypatch.setattr(calibration, "study", lambda names, runs: calibration_rows(names, runs))
    assert calibration.main(["5", str(path)]) == 0
    assert calibration.load(path).rows[: len(first.rows)] == first.rows
    assert {row.check for row in calibration.load(path).rows[len(first.rows) :]} == {"mixture_mean"}
    assert "5 runs of each, bound 0.05" in capsys.readouterr().out


def calibration_rows(names: tuple[str, ...], runs: int) -> tuple[calibration.Row, ...]:
    """Stands for a study; what is in the file already must not be asked for again."""
    assert names == ("mixture_mean",)
    return (calibration.Row("mixture_mean", "truth rejected", runs, 0, 0, 1.0, 0.05, 0.0, 1.0),)


@pytest.mark.parametrize("call", [[], ["x"], ["0"], ["1", "a", "b"]])
def test_bad_call_of_the_study_is_one_line(call, capsys):
    assert calibration.main(call) == 2
    assert re.fullmatch(r"calibration: expected RUNS, 1 or more, .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", r"calibration: study\.json holds no calibration study \(KeyError\)"),
        ('{"code": "0", "seed": 0, "runs": 5, "rows": []}', "calibration: study.json is of other code or"),
    ],
)
def test_file_of_another_study_is_refused_and_left_alone(tmp_path, capsys, text, message):
    path = tmp_path / "study.json"
    path.write_text(text)
    assert calibration.main(["5", str(path)]) == 2
    assert re.match(message, capsys.readouterr().err)
    assert path.read_text() == text


def test_study_finds_a_bound_that_is_broken(monkeypatch):
    """Bounds twice as loose as stated, as if the two sides had been forgotten: errors become frequent."""
    loose = Level("loose", delta=0.3, alpha=0.7, beta=0.7, budget=2000)
    monkeypatch.setattr(calibration, "LEVEL", loose)
    assert not all(row.holds for row in calibration.study(("marginal",), runs=100))


@pytest.mark.parametrize(("errors", "runs"), [(0, 100), (3, 100), (50, 100), (100, 100)])
def test_interval_ends_where_the_count_becomes_improbable(errors, runs):
    low, high = calibration.interval(errors, runs)
    tail = (1 - calibration.CONFIDENCE) / 2
    assert binom.sf(errors - 1, runs, low) == pytest.approx(tail if errors else 1.0, rel=1e-6)
    assert binom.cdf(errors, runs, high) == pytest.approx(tail if errors < runs else 1.0, rel=1e-6)


def test_study_of_no_runs_is_refused():
    with pytest.raises(InputError, match=r"^the number of runs must be 1 or more, got 0$"):
        calibration.study(CHEAP, runs=0)
