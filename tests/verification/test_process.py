"""The two bounds of the e-process, against brute force over all sequences of coin throws."""

from collections import defaultdict
from functools import cache
from math import lgamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms.errors import InputError
from algorithms.mixture import Samples
from verification.statistics.bounded import Bounded
from verification.statistics.process import Bounds, Process, log_mean_exp
from verification.trial import Trial

CLAIMED, OFF = 0.4, 0.25
COIN = Bounded(("heads",), lambda samples: samples.X, tolerances=np.array([OFF]))
CLAIM = COIN.claim(np.array([CLAIMED]))
BOUNDS = Bounds(alpha=0.3, beta=0.3)


@cache
def decided_sequences(throws: int = 12) -> tuple[tuple[str, int, int], ...]:
    """Decision, heads, tails of every sequence up to its decision, by the code that runs checks."""
    leaves = []
    unfinished = [(Trial(CLAIM, BOUNDS), 0, 0)]
    while unfinished:
        trial, heads, tails = unfinished.pop()
        if trial.decision != "open" or heads + tails == throws:
            leaves.append((trial.decision, heads, tails))
            continue
        n = heads + tails + 1
        for more in (0, 1):
            sums = np.array([float(n), float(heads + more)])
            unfinished.append((trial.after(n, sums), heads + more, tails + 1 - more))
    return tuple(leaves)


def decision_probability(chance: float, decision: str) -> float:
    """P(decision) within 12 throws of a coin, exactly."""
    return sum(
        chance**heads * (1 - chance) ** tails
        for found, heads, tails in decided_sequences()
        if found == decision
    )


def crossing_probability(chance: float, crosses, throws: int) -> float:
    """P(a walk of heads ever satisfies crosses(n, heads)), by exact recursion over all its paths."""
    alive, crossed = {0: 1.0}, 0.0
    for n in range(1, throws + 1):
        step: dict[int, float] = defaultdict(float)
        for heads, mass in alive.items():
            for more, weight in ((1, chance), (0, 1 - chance)):
                if crosses(n, heads + more):
                    crossed += mass * weight
                else:
                    step[heads + more] += mass * weight
        alive = step
    return crossed


@cache
def bets(n: int, heads: int) -> np.ndarray:
    return CLAIM.log_bets(np.array([float(n), float(heads)]))


def test_enumeration_covers_all_sequences():
    assert sum(decision_probability(0.3, d) for d in ("rejected", "accepted", "open")) == pytest.approx(1)


def test_true_claim_is_rejected_in_at_most_alpha_of_all_sequences():
    false_alarms = decision_probability(CLAIMED, "rejected")
    # Above zero, or the bound would be met by never rejecting.
    assert 0.02 < false_alarms <= BOUNDS.alpha


@pytest.mark.parametrize("chance", [CLAIMED + OFF, CLAIMED - OFF, 0.8, 0.05])
def test_wrong_claim_is_accepted_in_at_most_beta_of_all_sequences(chance):
    assert decision_probability(chance, "accepted") <= BOUNDS.beta


def test_acceptance_bound_is_not_vacuous():
    assert decision_probability(CLAIMED + OFF, "accepted") > 0.02


def test_closer_alternative_is_not_covered_and_may_be_accepted_more_often():
    assert decision_probability(CLAIMED + 0.05, "accepted") > BOUNDS.beta


@pytest.mark.parametrize("alpha", [0.5, 0.1, 0.01, 1e-4])
def test_ville_bound_holds_exactly_on_a_long_walk(alpha):
    def crosses(n, heads):
        return log_mean_exp(bets(n, heads)) >= -np.log(alpha)

    crossing = crossing_probability(CLAIMED, crosses, throws=150)
    assert alpha / 20 < crossing <= alpha


@pytest.mark.parametrize("beta", [0.5, 0.1, 0.01])
@pytest.mark.parametrize(("side", "chance"), [(0, CLAIMED + OFF), (1, CLAIMED - OFF)])
def test_a_bet_rarely_gives_up_under_the_alternative_it_is_for(beta, side, chance):
    def gives_up(n, heads):
        return bets(n, heads)[side] <= np.log(beta)

    crossing = crossing_probability(chance, gives_up, throws=150)
    assert beta / 20 < crossing <= beta


def test_oracle_sees_through_a_fixed_sample_test_that_is_watched():
    """The negative control of the oracle: a z-test at 5 %, looked at after every throw, errs in far more."""

    def crosses(n, heads):
        return abs(heads - n * CLAIMED) > 1.96 * np.sqrt(n * CLAIMED * (1 - CLAIMED))

    assert crossing_probability(CLAIMED, crosses, throws=150) > 0.25


@pytest.mark.parametrize("throws", [1, 5, 40])
def test_e_process_has_mean_one_under_the_claim(throws):
    heads = np.arange(throws + 1)
    chances = np.array([np.exp(log_binomial(throws, h, CLAIMED)) for h in heads])
    mean = sum(
        chance * np.exp(log_mean_exp(bets(throws, h))) for chance, h in zip(chances, heads, strict=True)
    )
    # 41 terms, each to a few roundings of lgamma at 40! (about 1e-14).
    assert mean == pytest.approx(1, rel=1e-12)


def log_binomial(n: int, k: int, chance: float) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(chance) + (n - k) * log(1 - chance)


def test_process_remembers_its_extremes():
    process = Process().after(1, np.array([3.0, -1.0])).after(2, np.array([-2.0, -0.5]))
    assert process.log_e_max == pytest.approx(np.log((np.exp(3) + np.exp(-1)) / 2), rel=1e-14)
    assert process.log_acceptance == 1.0  # the bets have been down to -2 and -1: the least of it counts
    assert process.p_value == pytest.approx(2 / (np.exp(3) + np.exp(-1)), rel=1e-14)


def test_decided_trial_stays_as_it_is():
    trial = Trial(CLAIM, BOUNDS).after(50, np.array([50.0, 50.0]))
    assert trial.decision == "rejected"
    assert trial.after(1000, np.array([1000.0, 400.0])) is trial


def test_rejection_counts_when_both_bounds_are_met_at_one_look():
    process = Process().after(1, np.array([-5.0, -5.0])).after(2, np.array([9.0, -5.0]))
    assert process.log_acceptance >= BOUNDS.log_accept
    assert process.decision(BOUNDS) == "rejected"


@given(st.lists(st.floats(-600, 600), min_size=1, max_size=8))
def test_log_mean_exp_agrees_with_direct_evaluation(values):
    direct = np.log(np.mean(np.exp(np.array(values))))
    # exp of numbers up to 600 loses 600 roundings, which the log turns into an absolute error.
    assert log_mean_exp(np.array(values)) == pytest.approx(direct, rel=1e-12, abs=1e-12)


def test_infinite_bets_are_allowed():
    assert log_mean_exp(np.array([np.inf, 0.0])) == np.inf
    assert log_mean_exp(np.array([-np.inf, 0.0])) == pytest.approx(-np.log(2), rel=1e-15)
    assert Process().after(1, np.array([np.inf, 0.0])).decision(BOUNDS) == "rejected"


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 2.0, float("nan")])
@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_rate_outside_zero_one_is_refused(name, rate):
    with pytest.raises(InputError, match=f"^{name} must lie strictly between 0 and 1, got"):
        Bounds(**{"alpha": 0.1, "beta": 0.1, name: rate})


def test_sums_of_throws_are_counts():
    throws = Samples(np.array([[1.0], [0.0], [1.0]]), np.zeros(3, dtype=int))
    assert COIN.sums(throws).tolist() == [3.0, 2.0]
