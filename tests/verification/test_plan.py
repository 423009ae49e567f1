"""What a check costs is said beforehand, to its order of magnitude."""

from dataclasses import replace

import pytest

from verification import catalog
from verification.level import FULL, QUICK
from verification.plan import plan
from verification.run import run_check

NAMES = ["mixture_mean", "mixture_covariance", "sampler", "marginal", "product", "em_m_step"]


@pytest.mark.usefixtures("many_calls")
@pytest.mark.parametrize("check_id", NAMES)
def test_plan_is_what_the_run_takes_to_an_order_of_magnitude(check_id):
    check = catalog.load(check_id)
    said, outcome = plan(check, QUICK, seed=0), run_check(check, level="quick", seed=0)
    taken = max(outcome.n, *(control.n for control in outcome.controls))
    # The time to a bound is random, with a deviation as large as itself divided by the root of the bound.
    assert outcome.n / 4 < said.accept < 4 * outcome.n
    assert taken / 4 < said.draws < 12 * taken


def test_a_fifth_of_the_tolerance_costs_twentyfive_times_the_draws():
    check = catalog.load("mixture_mean")
    quick, full = plan(check, QUICK, seed=0), plan(check, FULL, seed=0)
    # Exact in the limit of small tilts; at 5 % third cumulants are a few percent of the second.
    assert full.accept / quick.accept == pytest.approx(25, rel=0.1)
    assert full.seconds > quick.seconds


def test_rarer_misses_cost_in_proportion_to_the_logarithm():
    check = catalog.load("mixture_mean")
    strict, lax = (plan(check, replace(QUICK, beta=beta), seed=0).accept for beta in (1e-6, 1e-2))
    assert strict / lax == pytest.approx(3, rel=1e-3)
