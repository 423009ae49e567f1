"""A bet must be fair under the claim, its opposite under the alternative: the lemmas of every verdict."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms.errors import InputError
from algorithms.mixture import Mixture, Samples
from verification.statistics.bounded import Bounded
from verification.statistics.joint import Joint
from verification.statistics.likelihood import Likelihoods
from verification.statistics.quadratic import coordinates, law_of, products
from verification.statistics.tilt import solve_tilts, tilt

MIXTURE = Mixture(
    weights=np.array([0.7, 0.3]),
    means=np.array([[1.0], [3.0]]),
    covariances=np.array([[[0.5]], [[1.0]]]),
)
OTHER = Mixture(np.ones(1), np.array([[1.5]]), np.array([[[1.2]]]))
AXIS = np.arange(-12, 18, 0.03)
"""Trapezoid points on the line: exact to 1e-13 for densities as smooth and as far from the ends as these."""


def expectation(law: Mixture, function) -> float:
    return float(np.sum(np.exp(law.log_prob(AXIS[:, None])) * function(AXIS)) * 0.03)


def one_draw(x: float) -> Samples:
    return Samples(np.array([[x]]), np.zeros(1, dtype=int))


def log_bets(claim, measurement):
    """The log bets on each single point of AXIS, shape (points, J)."""
    return np.array([claim.log_bets(measurement.sums(one_draw(x))) for x in AXIS])


@pytest.mark.parametrize(
    "statistics", [coordinates(("x",)), products("x", np.array([0.4]))], ids=["x", "square"]
)
@pytest.mark.parametrize("delta", [0.01, 0.3])
class TestTilt:
    def test_bets_are_fair_under_the_claim(self, statistics, delta):
        measurement = tilt(statistics, MIXTURE, delta)
        bets = log_bets(measurement.claim(law_of(statistics, MIXTURE).mean), measurement)
        for bet in bets.T:
            assert expectation(MIXTURE, lambda x, bet=bet: np.exp(bet)) == pytest.approx(1, abs=1e-11)

    @pytest.mark.parametrize("sign", [1, -1])
    @pytest.mark.parametrize("factor", [1.0, 2.0])
    def test_opposite_bets_are_fair_when_the_closed_form_is_off(self, statistics, delta, sign, factor):
        measurement = tilt(statistics, MIXTURE, delta)
        mean = law_of(statistics, MIXTURE).mean
        wrong = measurement.claim(mean * (1 - sign * factor * delta))
        bet = log_bets(wrong, measurement)[:, 0 if sign > 0 else 1]
        opposite = expectation(MIXTURE, lambda x: np.exp(-bet))
        assert opposite <= 1 + 1e-11
        if factor == 1:  # the tilt is the largest possible: at the tolerance itself nothing is given away
            assert opposite == pytest.approx(1, abs=1e-9)

    def test_tilt_is_the_largest_admissible_one(self, statistics, delta):
        law = law_of(statistics, MIXTURE)
        tolerance = delta * law.mean
        solved = solve_tilts(law, tolerance)
        gap = law.log_mgf(solved) + law.log_mgf(-solved) - solved * tolerance
        larger = 1.001 * solved
        assert gap <= 0
        assert law.log_mgf(larger) + law.log_mgf(-larger) > larger * tolerance


def test_tilt_of_a_gaussian_mean_is_wald_s():
    """For N(m, s^2) the largest tilt is delta m / s^2, the likelihood ratio of N(m + delta m, s^2)."""
    law = Mixture(np.ones(1), np.array([[2.0]]), np.array([[[3.0]]]))
    assert tilt(coordinates(("x",)), law, 0.1).tilts == pytest.approx(0.1 * 2 / 3, rel=1e-9)


def test_bet_on_one_component_ignores_the_others():
    law = Mixture(np.ones(1), MIXTURE.means[:1], MIXTURE.covariances[:1])
    measurement = tilt(coordinates(("x",)), law, 0.1, component=1)
    samples = Samples(np.array([[1.0], [10.0], [3.0]]), np.array([1, 0, 1]))
    assert measurement.sums(samples).tolist() == [2.0, 4.0]
    nothing = Samples(np.array([[1.0]]), np.array([0]))
    claim = measurement.claim(np.array([1.0]))
    assert claim.log_bets(measurement.sums(nothing)).tolist() == [0.0, 0.0]
    assert claim.entries(measurement.sums(nothing)) == ()


def test_standard_error_of_an_estimate_is_that_of_the_claimed_law():
    measurement = tilt(coordinates(("x",)), MIXTURE, 0.1)
    samples = MIXTURE.sample(400, np.random.default_rng(0))
    (entry,) = measurement.claim(np.array([1.6])).entries(measurement.sums(samples))
    variance = 0.7 * 0.5 + 0.3 * 1.0 + 0.7 * 0.3 * (3.0 - 1.0) ** 2
    assert entry.standard_error == pytest.approx(np.sqrt(variance / 400), rel=1e-12)
    assert entry.estimate == pytest.approx(samples.X.mean(), rel=1e-12)
    assert entry.z == pytest.approx((entry.estimate - 1.6) / entry.standard_error, rel=1e-12)


@st.composite
def laws_on_the_unit_interval(draw):
    size = draw(st.integers(1, 5))
    points = np.array(draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    masses = np.array(draw(st.lists(st.floats(0.01, 1), min_size=size, max_size=size)))
    return points, masses / masses.sum()


@given(laws_on_the_unit_interval(), st.floats(0.02, 0.2))
def test_bounded_bets_are_fair_for_every_law_with_the_claimed_mean(law, tolerance):
    points, masses = law
    mean = float(points @ masses)
    bets = bounded_bets(mean, tolerance, points)
    if bets is not None:
        # A fair bet or a better one; five terms of order one are exact to 1e-14.
        assert (masses @ np.exp(bets) <= 1 + 1e-12).all()


@given(laws_on_the_unit_interval(), st.floats(0.02, 0.2), st.floats(0, 0.3))
def test_opposite_bounded_bets_are_fair_for_every_law_beyond_the_tolerance(law, tolerance, beyond):
    points, masses = law
    mean = float(points @ masses)
    for side, claimed in ((0, mean - tolerance - beyond), (1, mean + tolerance + beyond)):
        bets = bounded_bets(claimed, tolerance, points)
        if bets is not None:
            assert masses @ np.exp(-bets[:, side]) <= 1 + 1e-12


def bounded_bets(claimed: float, tolerance: float, points: np.ndarray) -> np.ndarray | None:
    """Bets at each point; None when claim or alternative leave the interval and there is nothing to bet."""
    if not (tolerance < claimed < 1 - tolerance):
        return None
    measurement = Bounded(("u",), lambda samples: samples.X, tolerances=np.array([tolerance]))
    claim = measurement.claim(np.array([claimed]))
    return np.array([claim.log_bets(measurement.sums(one_draw(float(point)))) for point in points])


def test_claimed_mean_outside_the_range_is_rejected_at_once():
    measurement = Bounded(("u",), lambda samples: samples.X, tolerances=np.array([0.1]))
    assert (measurement.claim(np.array([1.2])).log_bets(np.array([1.0, 0.5])) == np.inf).all()


def test_alternative_outside_the_range_has_given_up():
    measurement = Bounded(("u",), lambda samples: samples.X, tolerances=np.array([0.1]))
    up, down = measurement.claim(np.array([0.95])).log_bets(np.array([2.0, 2.0]))
    assert up == -np.inf
    assert down == pytest.approx(2 * np.log(0.85 / 0.95), rel=1e-14)


def test_bounded_statistics_are_scaled_to_the_unit_interval_and_back():
    measurement = Bounded(("cos",), lambda s: np.cos(s.X), tolerances=np.array([0.1]), low=-1.0, high=1.0)
    samples = Samples(np.array([[0.0], [np.pi], [np.pi]]), np.zeros(3, dtype=int))
    assert measurement.sums(samples) == pytest.approx([3.0, 1.0])
    (entry,) = measurement.claim(np.array([-0.2])).entries(measurement.sums(samples))
    assert (entry.estimate, entry.closed_form) == pytest.approx((-1 / 3, -0.2))


def test_likelihood_ratio_is_fair_both_ways():
    measurement = Likelihoods((MIXTURE, OTHER))
    (bet,) = log_bets(measurement.claim(0), measurement).T
    assert expectation(MIXTURE, lambda x: np.exp(bet)) == pytest.approx(1, abs=1e-11)
    assert expectation(OTHER, lambda x: np.exp(-bet)) == pytest.approx(1, abs=1e-11)


def test_joint_claim_bets_on_each_part():
    mean, law = tilt(coordinates(("x",)), MIXTURE, 0.1), Likelihoods((MIXTURE, OTHER))
    joint = Joint((mean, law))
    samples = MIXTURE.sample(20, np.random.default_rng(5))
    claims = mean.claim(np.array([1.6])), law.claim(0)
    expected = np.concatenate([claims[0].log_bets(mean.sums(samples)), claims[1].log_bets(law.sums(samples))])
    together = joint.claim(*claims)
    assert together.log_bets(joint.sums(samples)).tolist() == expected.tolist()
    assert together.entries(joint.sums(samples)) == claims[0].entries(mean.sums(samples))


def test_statistic_without_spread_is_refused():
    flat = Mixture(np.ones(1), np.ones((1, 2)), np.array([[[1.0, 0.0], [0.0, 0.0]]]))
    with pytest.raises(InputError, match=r"^x_2 is constant under the design: compare it directly"):
        tilt(coordinates(("x_1", "x_2")), flat, 0.1)


def test_statistic_with_mean_zero_is_refused():
    centered = Mixture(np.ones(1), np.zeros((1, 1)), np.ones((1, 1, 1)))
    with pytest.raises(InputError, match=r"^x has mean zero under the design"):
        tilt(coordinates(("x",)), centered, 0.1)


@pytest.mark.parametrize("mean", [np.nan, np.inf])
def test_claimed_mean_that_is_no_number_is_refused(mean):
    with pytest.raises(InputError, match=r"^the claimed x must be a finite number, got"):
        tilt(coordinates(("x",)), MIXTURE, 0.1).claim(np.array([mean]))


def test_covariance_that_is_not_positive_semidefinite_is_refused():
    with pytest.raises(InputError, match="semidefinite"):
        tilt(coordinates(("x",)), Mixture(np.ones(1), np.ones((1, 1)), -np.ones((1, 1, 1))), 0.1)
