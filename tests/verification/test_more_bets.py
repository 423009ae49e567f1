"""Bets on counts, events, scales, heavy tails: fair under the claim, opposites under the alternative."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi2

from algorithms.errors import InputError
from algorithms.mixture import Mixture, Samples
from derivations.raw_moments import Law, moments
from verification.statistics.events import Events
from verification.statistics.frequencies import Frequencies
from verification.statistics.heavy import Heavy, influence, largest_scale
from verification.statistics.line import moment_along
from verification.statistics.scale import Scales


def labeled(labels) -> Samples:
    return Samples(np.zeros((len(labels), 1)), np.array(labels))


class TestFrequencies:
    P = np.array([0.5, 0.3, 0.2])
    COUNTS = Frequencies(("a", "b", "c"), 0.1 * P)

    def bets(self, probabilities):
        """Log bets of one draw in each cell, shape (cells, bets)."""
        claim = self.COUNTS.claim(probabilities)
        return np.array([claim.log_bets(self.COUNTS.sums(labeled([cell]))) for cell in range(3)])

    def test_bets_are_fair_under_the_claim(self):
        assert self.P @ np.exp(self.bets(self.P)) == pytest.approx(np.ones(6), rel=1e-14)

    @given(st.integers(0, 2), st.floats(0, 1), st.floats(0, 1))
    def test_opposite_bets_are_fair_when_a_cell_is_off(self, cell, beyond, split):
        p = self.P[cell] * 1.1 + beyond * (1 - 1.1 * self.P[cell])
        others = np.array([split, 1 - split]) * (1 - p)
        law = np.insert(others, cell, p)
        assert law @ np.exp(-self.bets(self.P)[:, cell]) <= 1 + 1e-12

    def test_counts_are_counts(self):
        assert self.COUNTS.sums(labeled([0, 2, 2, 1, 2])).tolist() == [5, 1, 1, 3]

    @pytest.mark.parametrize("cell", [-1, 3, 99])
    def test_draw_in_no_cell_refutes_the_claim(self, cell):
        sums = self.COUNTS.sums(labeled([0, cell]))
        assert (self.COUNTS.claim(self.P).log_bets(sums) == np.inf).all()

    def test_draw_in_an_impossible_cell_refutes_the_claim(self):
        claim = self.COUNTS.claim(np.array([0.6, 0.4, 0.0]))
        assert claim.log_bets(self.COUNTS.sums(labeled([0, 1, 2]))).max() == np.inf
        assert np.isfinite(claim.log_bets(self.COUNTS.sums(labeled([0, 1, 1])))[:3]).all()

    @pytest.mark.parametrize("wrong", [[0.5, 0.3, 0.3], [0.7, 0.5, -0.2], [np.nan, 0.5, 0.5]])
    def test_probabilities_that_are_none_are_refused(self, wrong):
        with pytest.raises(
            InputError, match=r"^claimed probabilities must be 0 or more and add up to 1, got"
        ):
            self.COUNTS.claim(np.array(wrong))


class TestEvents:
    EVENTS = Events(("rises", "falls"), share=0.05)

    def test_one_event_refutes_the_claim(self):
        sums = np.array([1000.0, 0.0, 1.0])
        assert self.EVENTS.never(1).log_bets(sums).tolist() == [np.inf]
        assert np.isfinite(self.EVENTS.never(0).log_bets(sums)).all()
        assert self.EVENTS.never(0, 1).log_bets(sums)[1] == np.inf

    def test_claim_is_accepted_after_as_many_replicates_as_the_module_says(self):
        claim = self.EVENTS.never(0)
        assert claim.log_bets(np.array([134.0, 0, 0]))[0] > np.log(1e-3)
        assert claim.log_bets(np.array([135.0, 0, 0]))[0] < np.log(1e-3)

    @pytest.mark.parametrize("share", [0.05, 0.2, 1.0])
    def test_opposite_bet_is_fair_when_the_event_happens_as_often_as_the_share_or_more(self, share):
        never = self.EVENTS.never(0).log_bets(np.array([1.0, 0, 0]))[0]
        # exp(-infinity) = 0 where it happened.
        assert (1 - share) * np.exp(-never) <= 1 + 1e-15

    def test_sums_count_columns(self):
        samples = Samples(np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), np.zeros(3, dtype=int))
        assert self.EVENTS.sums(samples).tolist() == [3, 2, 1]


@pytest.mark.parametrize("degrees", [1.0, 3.0, 50.0])
@pytest.mark.parametrize("delta", [0.01, 0.3])
class TestScales:
    def expectation(self, function, degrees, scale):
        """E of a function of scale times y^2, y^2 chi-squared: in y the density has no pole at zero."""

        def integrand(y):
            return function(scale * y**2) * chi2.pdf(y**2, degrees) * 2 * y

        return quad(integrand, 1e-12, 40, points=[np.sqrt(degrees)], limit=200, epsabs=1e-10)[0]

    def bet(self, number, degrees, delta):
        measurement = Scales(("s",), lambda s: s.X[:, :1], lambda s: s.X[:, 1:], delta)
        claim = measurement.claim(np.array([2.0]))
        return lambda s: (
            np.array([claim.log_bets(np.array([one, degrees]))[number] for one in (0.0, 1.0)])
            @ np.array([1 - s, s])
        )  # the bets are affine in the squares

    @pytest.mark.parametrize("number", [0, 1])
    def test_bets_are_fair_under_the_claim(self, number, degrees, delta):
        bet = self.bet(number, degrees, delta)
        assert self.expectation(lambda s: np.exp(bet(s)), degrees, 2.0) == pytest.approx(1, rel=1e-8)

    @pytest.mark.parametrize(("number", "sign"), [(0, 1), (1, -1)])
    @pytest.mark.parametrize("factor", [1.0, 1.5])
    def test_opposite_bets_are_fair_beyond_the_tolerance(self, number, sign, factor, degrees, delta):
        bet = self.bet(number, degrees, delta)
        scale = 2.0 * (1 + sign * factor * delta)
        opposite = self.expectation(lambda s: np.exp(-bet(s)), degrees, scale)
        assert opposite <= 1 + 1e-8
        if factor == 1:
            assert opposite == pytest.approx(1, rel=1e-8)


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf])
def test_scale_that_is_none_is_refused(scale):
    measurement = Scales(("s",), lambda s: s.X[:, :1], lambda s: s.X[:, 1:], 0.1)
    with pytest.raises(InputError, match=r"^the claimed s must be a number above 0, got"):
        measurement.claim(np.array([scale]))


@st.composite
def laws_with_tails(draw):
    """Points of any size with masses: what is left of every law on a computer."""
    size = draw(st.integers(2, 6))
    points = np.array(draw(st.lists(st.floats(-1e6, 1e6), min_size=size, max_size=size)))
    masses = np.array(draw(st.lists(st.floats(1e-6, 1), min_size=size, max_size=size)))
    return points, masses / masses.sum()


class TestHeavy:
    def bets(self, points, mean, variance, tolerance):
        measurement = Heavy(
            ("v",), lambda s: s.X, np.array([[mean]]), np.array([variance]), np.array([tolerance])
        )
        claim = measurement.claim(0)
        one = [Samples(np.array([[point]]), np.zeros(1, dtype=int)) for point in points]
        return np.array([claim.log_bets(measurement.sums(sample)) for sample in one])

    @given(laws_with_tails(), st.floats(0.01, 2), st.floats(1, 3))
    def test_bets_are_fair_for_every_law_with_the_mean_and_no_larger_variance(self, law, share, slack):
        points, masses = law
        mean = float(masses @ points)
        variance = float(masses @ (points - mean) ** 2)
        if variance > 1e-9:
            bets = self.bets(points, mean, slack * variance, share * np.sqrt(variance))
            assert (masses @ np.exp(bets) <= 1 + 1e-9).all()

    @given(laws_with_tails(), st.floats(0.01, 1), st.booleans())
    def test_opposite_bets_are_fair_when_the_mean_is_off_by_the_tolerance(self, law, share, up):
        points, masses = law
        mean = float(masses @ points)
        variance = float(masses @ (points - mean) ** 2)
        if variance > 1e-9:
            tolerance = share * np.sqrt(variance)
            claimed = mean - tolerance if up else mean + tolerance
            bet = self.bets(points, claimed, variance, tolerance)[:, 0 if up else 1]
            assert masses @ np.exp(-bet) <= 1 + 1e-9

    def test_influence_is_odd_rising_and_bounded_by_its_two_polynomials(self):
        u = np.linspace(-50, 50, 2001)
        assert influence(-u) == pytest.approx(-influence(u), rel=1e-15)
        assert (np.diff(influence(u)) > 0).all()
        assert (np.exp(influence(u)) <= (1 + u + u**2 / 2) * (1 + 1e-12)).all()
        assert (np.exp(-influence(u)) <= (1 - u + u**2 / 2) * (1 + 1e-12)).all()

    @pytest.mark.parametrize("shift", [1e-4, 0.01, 0.5])
    def test_scale_is_the_largest_admissible_and_for_small_shifts_that_of_a_gaussian(self, shift):
        def price(scale):
            return (1 - scale * shift + scale**2 * (4 + shift**2) / 2) * (1 + scale**2 * 4 / 2)

        scale = largest_scale(4.0, shift)
        # At a shift of 1e-4 the price is 1 - 3e-9 in between: rounding alone is 1e-16.
        assert price(scale) <= 1 + 1e-15
        assert price(1.01 * scale) > 1
        if shift < 0.1:
            assert scale == pytest.approx(shift / 4, rel=shift)

    def test_claimed_mean_that_is_no_number_is_refused(self):
        with pytest.raises(InputError, match=r"^the claimed v must be a finite number, got nan$"):
            Heavy(("v",), lambda s: s.X, np.array([[1.0], [np.nan]]), np.ones(1), np.ones(1))


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_moments_along_a_line_agree_with_exact_recursion(power):
    law = Mixture(
        np.array([0.6, 0.4]),
        np.array([[1.0, -0.5], [0.3, 2.0]]),
        np.array([[[1.0, 0.3], [0.3, 0.5]], [[0.2, 0.0], [0.0, 0.0]]]),
    )
    exact = moments(Law(law.weights, law.means, law.covariances))
    assert moment_along(law, np.ones(2), power) == pytest.approx(float(exact[power]), rel=1e-13)
