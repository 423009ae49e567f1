"""Every check passes, rejects each of its wrong answers, and keeps its promises about numbers."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from derivations.closed_forms import closed_form_names
from derivations.library import theorem_ids
from verification import catalog
from verification.course import PATH_POINTS
from verification.level import QUICK
from verification.outcome import Outcome
from verification.run import run_at, run_check

SEED = 20_240_101


@cache
def quick(check_id: str) -> Outcome:
    return run_check(catalog.load(check_id), level="quick", seed=SEED)


def explain(outcome: Outcome) -> str:
    """What a failing test prints."""
    lines = [f"    {control.verdict:9} {control.mutant}: {control.title}" for control in outcome.controls]
    return "\n".join([outcome.message, *lines])


@pytest.mark.parametrize(
    ("check_id", "level"),
    [
        pytest.param(
            check_id, level, id=f"{check_id}[{level}]", marks=pytest.mark.full if level == "full" else ()
        )
        for level in ("quick", "full")
        for check_id in catalog.check_ids()
    ],
)
@pytest.mark.usefixtures("many_calls")
def test_check(check_id, level):
    outcome = (
        quick(check_id) if level == "quick" else run_check(catalog.load(check_id), level=level, seed=SEED)
    )
    assert outcome.verdict == "pass", explain(outcome)
    assert outcome.failure == ""
    assert outcome.needed is None
    assert {control.verdict for control in outcome.controls} == {"rejected"}, explain(outcome)
    assert outcome.p_value > outcome.alpha
    assert outcome.path[-1].n == outcome.n
    assert outcome.path[-1].log_e_accept >= outcome.log_accept
    assert len(outcome.path) <= PATH_POINTS


@pytest.mark.parametrize("check_id", catalog.check_ids())
class TestEachCheck:
    def test_names_a_theorem_and_closed_forms_that_exist(self, check_id):
        check = catalog.load(check_id)
        assert check.theorem in theorem_ids()
        assert set(check.closed_forms) <= set(closed_form_names())

    def test_has_a_slip_and_other_controls_with_different_names(self, check_id):
        names = [control.mutant for control in catalog.load(check_id).experiment(0.05).controls]
        assert "slip" in names
        assert len(names) == len(set(names)) >= 3

    def test_no_control_is_the_truth(self, check_id):
        experiment = catalog.load(check_id).experiment(0.05)
        sums = experiment.measurement.sums(experiment.draw(20, np.random.default_rng(0)))
        for control in experiment.controls:
            assert not np.allclose(
                control.claim.log_bets(sums), experiment.truth.log_bets(sums), rtol=1e-9, atol=0
            ), control.mutant

    @pytest.mark.usefixtures("many_calls")
    def test_slip_is_the_hardest_control(self, check_id):
        outcome = quick(check_id)
        draws = {control.mutant: control.n for control in outcome.controls}
        assert any(n == max(draws.values()) for mutant, n in draws.items() if mutant.startswith("slip"))
        # Structural errors are far from the truth: the design is chosen so that they fall early.
        structural = [n for mutant, n in draws.items() if not mutant.startswith("slip")]
        assert max(structural) < 10_000

    def test_outcome_is_the_same_again_whatever_ran_before(self, check_id):
        short = replace(QUICK, budget=8)
        first = run_at(catalog.load(check_id), short, seed=SEED)
        run_at(catalog.load("mixture_mean"), short, seed=1)
        again = run_at(catalog.load(check_id), short, seed=SEED)
        # As text: a check that names no number has nan for one, and nan is not equal to itself.
        assert repr(replace(first, seconds=0.0)) == repr(replace(again, seconds=0.0))


def test_every_closed_form_is_tested_by_some_check():
    tested = {name for check_id in catalog.check_ids() for name in catalog.load(check_id).closed_forms}
    assert set(closed_form_names()) <= tested
