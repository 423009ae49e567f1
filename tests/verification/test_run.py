"""The loop that runs a check: verdicts, budgets, progress, streams, bad input."""

import math
import os
import re
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from algorithms.errors import InputError
from algorithms.mixture import Mixture, Samples
from verification import catalog
from verification.check import Check, Control, Experiment, slipped
from verification.course import PATH_POINTS
from verification.level import QUICK, Level
from verification.over_designs import check_of
from verification.run import run_at, run_check, run_checks
from verification.statistics.quadratic import coordinates
from verification.statistics.tilt import tilt
from verification.stream import LARGEST_PIECE, generator, piece_sizes

LAW = Mixture(np.array([0.5, 0.5]), np.array([[1.0], [2.0]]), np.array([[[0.2]], [[0.3]]]))


def a_check(mean: float = 1.5, wrong: float = 2.0, law: Mixture = LAW) -> Check:
    """A check that the mean of LAW is `mean`, with one control that says `wrong`."""

    def experiment(delta: float) -> Experiment:
        bets = tilt(coordinates(("E[x]",)), LAW, delta)
        control = Control("other", "Another mean", bets.claim(np.array([wrong])))
        return Experiment(law.sample, bets, bets.claim(np.array([mean])), (control,))

    return Check("a_check", "mixture_mean", "A mean", r"\mathbb{E}[x]", "draws", (), experiment)


def test_true_claim_passes():
    outcome = run_at(a_check(), QUICK, seed=0)
    assert (outcome.verdict, outcome.failure, outcome.needed) == ("pass", "", None)
    assert (outcome.statistic, outcome.closed_form) == ("E[x]", 1.5)
    assert outcome.z == pytest.approx((outcome.estimate - 1.5) / outcome.standard_error, rel=1e-12)
    assert outcome.e_value < 1


def test_wrong_claim_fails_and_the_failure_names_the_numbers():
    outcome = run_at(a_check(mean=1.6), QUICK, seed=0)
    assert outcome.verdict == "fail"
    assert outcome.p_value <= QUICK.alpha
    assert outcome.path[-1].log_e_reject >= outcome.log_reject
    assert outcome.failure.startswith("the draws contradict the closed form: E[x] is 1.")
    assert outcome.failure.endswith("not 1.6")


def test_message_of_a_failure_tells_an_instructor_everything():
    message = run_at(a_check(mean=1.6), QUICK, seed=0).message
    for part in (
        "check a_check: fail",
        r"\mathbb{E}[x]   (theorem mixture_mean)",
        "estimate     E[x] = 1.",
        "closed form  E[x] = 1.6",
        "standard errors",
        "p-value ",
        "a true claim is rejected with probability <= 1e-09",
        "one that is 5 % off passes with probability <= 0.001",
        "controls     1 of 1 wrong answers rejected",
        "why          the draws contradict",
    ):
        assert part in message


def test_control_that_is_the_truth_survives_and_fails_the_check():
    outcome = run_at(a_check(wrong=1.5), QUICK, seed=0)
    assert outcome.verdict == "fail"
    assert outcome.controls[0].verdict == "survived"
    assert outcome.failure == "wrong answers accepted: Another mean"


def test_budget_too_small_is_undecided_and_says_what_is_needed():
    level = replace(QUICK, budget=1000)
    outcome = run_at(a_check(), level, seed=0)
    assert outcome.verdict == "undecided"
    assert outcome.n == 1000
    assert outcome.failure == f"1,000 draws did not decide; about {outcome.needed:,} would"
    # A run with what was asked for is decided (39 of 40 are), and it was not asked for ten times too much.
    assert run_at(a_check(), replace(QUICK, budget=outcome.needed), seed=0).verdict == "pass"
    assert outcome.needed < 10 * run_at(a_check(), QUICK, seed=0).n


@pytest.mark.usefixtures("many_calls")
@pytest.mark.parametrize("budget", [40, 100])
@pytest.mark.parametrize("check_id", ["em_m_step", "marginal", "component_count", "gaussian_characteristic"])
def test_needed_budget_is_said_for_every_kind_of_bet(check_id, budget):
    outcome = run_at(catalog.load(check_id), replace(QUICK, budget=budget), seed=0)
    assert outcome.verdict == "undecided"
    assert outcome.needed > budget


def test_budget_that_showed_nothing_projects_ten_budgets():
    # One draw right between: the bets of both directions lose next to nothing.
    check = a_check(mean=1e6)
    outcome = run_at(replace(check, experiment=nothing_drawn(check)), replace(QUICK, budget=10), seed=0)
    assert (outcome.verdict, outcome.needed) == ("undecided", 100)


def nothing_drawn(check: Check):
    """The same experiment, whose bets look at a component that is never drawn."""

    def experiment(delta: float) -> Experiment:
        bets = tilt(coordinates(("E[x]",)), LAW, delta, component=7)
        claim = bets.claim(np.array([1.5]))
        return Experiment(LAW.sample, bets, claim, (Control("other", "Another mean", claim),))

    return experiment


def test_outcome_without_a_number_has_none():
    outcome = run_at(
        replace(a_check(), experiment=nothing_drawn(a_check())), replace(QUICK, budget=10), seed=0
    )
    assert outcome.entries == ()
    assert math.isnan(outcome.estimate)
    assert "estimate" not in outcome.message


def test_closed_form_that_cannot_be_claimed_fails_the_check():
    outcome = run_at(a_check(mean=math.nan), QUICK, seed=0)
    assert (outcome.verdict, outcome.n) == ("fail", 0)
    assert (
        outcome.failure
        == "the closed form cannot be claimed: the claimed E[x] must be a finite number, got nan"
    )


def raising(n: int, rng: np.random.Generator) -> Samples:
    raise np.linalg.LinAlgError("Singular matrix")


def nothing_but_nan(n: int, rng: np.random.Generator) -> Samples:
    return Samples(np.full((n, 1), np.nan), np.zeros(n, dtype=int))


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (raising, r"LinAlgError in test_run\.py, line \d+: Singular matrix"),
        (nothing_but_nan, r"draws that are no numbers \(nan\)"),
    ],
)
@pytest.mark.parametrize("threads", [0, 1], ids=["here", "sent away"])
def test_code_that_breaks_down_fails_its_check_and_no_other(draw, reason, threads):
    """It is a finding about the code that is checked: not bad input, and no end of the run."""

    def experiment(delta: float) -> Experiment:
        return replace(a_check().experiment(delta), draw=draw)

    broken = replace(a_check(), id="broken", experiment=experiment)
    with ThreadPoolExecutor(1) if threads else nullcontext() as executor:
        failed, passed = run_checks((broken, a_check()), QUICK, seed=0, executor=executor)
    assert (failed.verdict, passed.verdict) == ("fail", "pass")
    assert re.fullmatch(f"what is checked broke down: {reason}", failed.failure)


def test_draws_from_another_law_with_the_same_mean_may_pass_a_check_of_the_mean():
    """What a check does not claim to see: the guarantee is about the mean it names."""
    wider = Mixture(LAW.weights, LAW.means + 0.0, 1.2 * LAW.covariances)
    assert run_at(a_check(law=wider), QUICK, seed=0).verdict == "pass"


def test_another_seed_gives_other_draws():
    assert run_at(a_check(), QUICK, seed=0).estimate != run_at(a_check(), QUICK, seed=1).estimate


def test_slipped_changes_the_first_number_only():
    truth = np.array([2.0, 3.0])
    assert slipped(truth, 0.01).tolist() == [2.02, 3.0]
    assert truth.tolist() == [2.0, 3.0]


def test_progress_counts_draws_up_to_the_budget():
    seen: list[tuple[int, int]] = []
    outcome = run_at(a_check(), QUICK, seed=0, on_progress=lambda done, most: seen.append((done, most)))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert {most for _, most in seen} == {QUICK.budget}
    assert seen[-1][0] >= outcome.n


def test_long_path_is_thinned_and_keeps_its_ends(monkeypatch):
    monkeypatch.setattr("verification.stream.LARGEST_PIECE", 8)  # hundreds of looks
    outcome = run_at(a_check(), Level("fine", delta=0.03), seed=0)
    assert outcome.n > 8 * PATH_POINTS
    assert outcome.verdict == "pass"
    assert len(outcome.path) == PATH_POINTS
    assert (outcome.path[0].n, outcome.path[-1].n) == (8, outcome.n)


@pytest.mark.parametrize("name", ["k1_d1", "k3_d2"])
def test_numbers_do_not_depend_on_the_threads_of_the_linear_algebra(name):
    """Sums that are split over threads differ in the last digit; one feature is where OpenBLAS splits."""
    level, found = Level("short", delta=0.01, budget=120_000), []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            found.append(repr(replace(run_at(check_of(name), level, seed=0), seconds=0.0)))
    assert len(set(found)) == 1


def test_worker_is_one_thread_though_its_kernels_are_loaded_later():
    """In a process of its own: the limit is set before anything has called a kernel."""
    code = "from verification import work; work.one_thread(); from algorithms import native; "
    ran = subprocess.run(
        [sys.executable, "-c", code + "print(native.thread_count())"],
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["1"]


@pytest.mark.usefixtures("many_calls")
def test_memory_does_not_grow_with_the_draws(monkeypatch):
    monkeypatch.setattr("verification.stream.LARGEST_PIECE", 1024)

    def peak(budget: int) -> int:
        tracemalloc.start()
        run_at(a_check(), Level("endless", delta=1e-4, budget=budget), seed=0)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1000)
    # 90,000 draws more: their numbers, noise and labels would take 2 MB. Of a piece only its sums are kept.
    assert peak(100_000) - peak(10_000) < 200_000


@pytest.mark.parametrize("budget", [1, 31, 32, 1000, 3_000_000])
def test_pieces_add_up_to_the_budget(budget):
    sizes = list(piece_sizes(budget))
    assert sum(sizes) == budget
    assert max(sizes) <= LARGEST_PIECE


def test_streams_differ_by_seed_check_and_piece():
    keys = [(0, "a", 0), (1, "a", 0), (0, "b", 0), (0, "a", 1), (0, "a\x01", 0), (2**40, "a", 0)]
    assert len({generator(*key).random() for key in keys}) == len(keys)
    assert generator(5, "a", 3).random() == generator(5, "a", 3).random()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alpha": 0.0}, "^alpha must lie strictly between 0 and 1, got 0.0$"),
        ({"beta": 1.0}, "^beta must lie strictly between 0 and 1, got 1.0$"),
        ({"delta": 0.0}, "^delta, the relative error to notice, must lie between 0 and 1, got 0.0$"),
        ({"budget": 0}, "^the budget must be at least 1 draw, got 0$"),
    ],
)
def test_level_that_promises_nothing_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(QUICK, **change)


def test_unknown_level_is_refused():
    with pytest.raises(InputError, match=r"^there is no level 'exact'; choose from quick, full$"):
        run_check(a_check(), level="exact", seed=0)


def test_negative_seed_is_refused():
    with pytest.raises(InputError, match=r"^the seed must be 0 or larger, got -1$"):
        run_check(a_check(), level="quick", seed=-1)


def test_unknown_check_is_refused_with_the_ids_there_are():
    with pytest.raises(InputError, match=r"^there is no check 'mean'; choose from .*mixture_mean"):
        catalog.load("mean")


def test_check_whose_id_is_not_its_file_is_an_error(monkeypatch):
    module = __import__("verification.checks.mixture_mean", fromlist=["CHECK"])
    monkeypatch.setattr(module, "CHECK", replace(module.CHECK, id="other"))
    with pytest.raises(TypeError, match="must define CHECK"):
        catalog.load("mixture_mean")
