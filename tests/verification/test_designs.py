"""The claims on labels, mean and covariance hold for every kind of mixture, and wrong ones are noticed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms.errors import InputError
from algorithms.mixture import Mixture, Samples
from verification.check import Check
from verification.designs import DESIGNS, spread_out
from verification.level import QUICK
from verification.over_designs import check_of, experiment, whitening
from verification.run import run_at, run_check


@pytest.mark.parametrize(
    ("name", "level"),
    [
        pytest.param(name, level, id=f"{name}[{level}]", marks=pytest.mark.full if level == "full" else ())
        for level in ("quick", "full")
        for name in DESIGNS
    ],
)
def test_claims_hold_on_the_design(name, level):
    outcome = run_check(check_of(name), level=level, seed=20_240_101)
    assert outcome.verdict == "pass", outcome.message
    assert outcome.n_rejected == len(outcome.controls) >= 3


def test_designs_are_as_different_as_they_claim():
    made = {name: design() for name, design in DESIGNS.items()}
    assert {1, 20} <= {design.n_components for design in made.values()}
    assert {1, 16} <= {design.n_features for design in made.values()}
    smallest = {name: np.linalg.eigvalsh(design.covariances)[:, 0] for name, design in made.items()}
    assert smallest["nearly_singular"] == pytest.approx(1e-8, rel=1e-6)
    assert np.abs(smallest["singular"]).max() < 1e-15
    assert not made["points"].covariances.any()
    assert made["weight_of_a_millionth"].weights.min() == 1e-6
    assert np.ptp(made["far_apart"].means) > 1000


def test_directions_that_cannot_move_are_found():
    y = whitening(DESIGNS["in_a_plane"]())
    assert (len(y.matrix), len(y.still)) == (2, 1)
    # The plane's normal: (1, 0.5, -1) x (0, 1, 2) = (2, -2, 1).
    normal = y.still[0] / np.linalg.norm(y.still[0])
    assert np.abs(normal) == pytest.approx(np.array([2, 2, 1]) / 3, abs=1e-12)


def test_units_do_not_make_a_feature_disappear():
    assert len(whitening(DESIGNS["unequal_units"]()).still) == 0


def broken(law: Mixture, sampler) -> Check:
    """The check of `law` whose draws come from `sampler(n, rng)`."""

    def wrong(delta: float):
        return replace(experiment(law, delta), draw=sampler)

    return replace(check_of("k3_d2"), experiment=wrong)


def test_draws_that_leave_the_plane_fail():
    law = DESIGNS["in_a_plane"]()

    def shaken(n, rng):
        samples = law.sample(n, rng)
        return Samples(samples.X + 1e-4 * rng.standard_normal(samples.X.shape), samples.labels)

    outcome = run_at(broken(law, shaken), QUICK, seed=0)
    assert outcome.verdict == "fail"
    assert "P(x leaves its plane)" in outcome.failure


def test_component_of_weight_zero_that_comes_up_fails():
    law = DESIGNS["weight_of_zero"]()
    other = Mixture(np.array([0.7, 0.29, 0.01]), law.means, law.covariances)
    outcome = run_at(broken(law, other.sample), QUICK, seed=0)
    assert outcome.verdict == "fail"


@st.composite
def mixtures(draw) -> Mixture:
    """Any number of components and features up to 6, any rank, means up to 100, weights down to 1e-3."""
    k, d = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    rank = draw(st.integers(0, d))
    size = draw(st.sampled_from([0.01, 1.0, 100.0]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = rng.dirichlet(np.ones(k)) + 1e-3
    roots = rng.standard_normal((k, d, rank))
    means = size * rng.standard_normal((k, d)) + 1.0
    return Mixture(weights / weights.sum(), means, roots @ roots.transpose(0, 2, 1))


def holds(law: Mixture) -> None:
    if not (law.covariances.any() or np.ptp(law.means, axis=0).any()):
        return  # a single point has nothing to whiten
    check = replace(check_of("k3_d2"), experiment=lambda delta: experiment(law, delta))
    outcome = run_at(check, replace(QUICK, delta=0.2), seed=1)
    assert outcome.verdict == "pass", outcome.message


@settings(max_examples=15)
@given(mixtures())
def test_claims_hold_on_mixtures_drawn_at_random(law):
    holds(law)


@pytest.mark.full
@settings(max_examples=300)
@given(mixtures())
def test_claims_hold_on_many_mixtures_drawn_at_random(law):
    holds(law)


def test_components_of_a_design_are_no_two_alike():
    law = spread_out(20, 16)
    assert len(np.unique(law.means.round(6), axis=0)) == 20
    assert len(np.unique(law.covariances.round(6), axis=0)) == 20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.array([0.6, 0.6])}, "weights with sum 1, got minimum 0.6 and sum 1.2"),
        ({"weights": np.array([1.5, -0.5])}, "nonnegative weights with sum 1, got minimum -0.5"),
        ({"covariances": -np.ones((2, 1, 1))}, "positive semidefinite covariances, got .* in component 0"),
        ({"means": np.array([[0.0], [np.nan]])}, "expected finite means of size up to 1e140, got NaN"),
        ({"means": np.zeros((3, 1))}, r"got shapes \(2,\), \(3, 1\), \(2, 1, 1\); make K and D agree"),
    ],
)
@pytest.mark.usefixtures("many_calls")
def test_mixture_that_is_none_is_refused_in_one_line(change, message):
    parameters = {"weights": np.full(2, 0.5), "means": np.zeros((2, 1)), "covariances": np.ones((2, 1, 1))}
    with pytest.raises(InputError, match=message) as refused:
        experiment(Mixture(**{**parameters, **change}), 0.05)
    assert "\n" not in str(refused.value)
