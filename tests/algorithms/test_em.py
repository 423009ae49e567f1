"""EM against the textbook's formulas, scikit-learn from shared starts, and its own promises."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import multivariate_normal
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from algorithms import em, sample_covariance
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.native import library
from algorithms.sample_covariance import covariance_of

# Few distinct values: duplicates, constant columns and collinear points are common.
POINTS = arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(1, 3)),
    elements=st.sampled_from([-2.0, -0.1, 0.0, 0.1, 0.3, 1.0, 7.0]),
)


def overlapping(rng, n_samples=200):
    centers = np.array([[0.0, 0.0], [3.0, 1.0], [-1.0, 4.0]])
    return centers[rng.integers(3, size=n_samples)] + rng.standard_normal((n_samples, 2)) @ [[1, 0.5], [0, 1]]


def rough_start(X):
    return Mixture(np.full(3, 1 / 3), X[:3].copy(), np.stack([2 * np.eye(2)] * 3))


def textbook_step(X, weights, means, covariances):
    """PRML 9.2.2 steps 2 and 3, one number at a time."""
    n, k = len(X), len(weights)
    density = np.array(
        [[weights[j] * multivariate_normal(means[j], covariances[j]).pdf(x) for j in range(k)] for x in X]
    )
    gamma = density / density.sum(axis=1, keepdims=True)
    counts = [sum(gamma[i, j] for i in range(n)) for j in range(k)]
    new_means = [sum(gamma[i, j] * X[i] for i in range(n)) / counts[j] for j in range(k)]
    new_covariances = [
        sum(gamma[i, j] * np.outer(X[i] - new_means[j], X[i] - new_means[j]) for i in range(n)) / counts[j]
        for j in range(k)
    ]
    return (
        np.array(counts) / n,
        np.array(new_means),
        np.array(new_covariances),
        np.log(density.sum(axis=1)).sum(),
    )


def assert_same_mixture(one, other, rtol):
    for name in ("weights", "means", "covariances"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, atol=rtol)


def test_a_step_is_the_textbook_s():
    X = overlapping(np.random.default_rng(0), 40)
    start = rough_start(X)
    weights, means, covariances, log_likelihood = textbook_step(
        X, start.weights, start.means, start.covariances
    )
    state = em.e_step(X, np.ones(40), start)
    assert state.log_likelihood == pytest.approx(log_likelihood, rel=1e-13)
    stepped = em.step(X, np.ones(40), state, 1e-6).mixture
    assert_same_mixture(stepped, Mixture(weights, means, covariances), rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_twenty_steps_agree_with_scikit_learn_from_the_same_start(seed):
    X = overlapping(np.random.default_rng(seed))
    start = rough_start(X)
    rival = GaussianMixture(
        3,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
        reg_covar=0,
        tol=0,
        max_iter=20,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # twenty steps are not meant to converge
        rival.fit(X)
    ours = em.fit_from(X, start, tol=0.0, max_iter=20)
    # Twenty steps amplify the roundings of the first, slowly: EM contracts.
    assert_same_mixture(ours.mixture, Mixture(rival.weights_, rival.means_, rival.covariances_), rtol=1e-9)
    assert ours.trace[-1] / len(X) == pytest.approx(rival.score(X), rel=1e-12)


@given(X=POINTS, n_components=st.integers(1, 6), seed=st.integers(0, 99))
def test_any_data_gives_a_valid_mixture_above_the_floor_with_a_rising_trace(X, n_components, seed):
    fit = em.fit(X, n_components, rng=np.random.default_rng(seed), covariance_floor=0.01, max_iter=30)
    # Raising eigenvalues and transforming back rounds at 1e-16 of the largest, which is below 100.
    assert np.linalg.eigvalsh(fit.mixture.covariances).min() >= 0.01 - 1e-13
    assert fit.trace[-1] == pytest.approx(fit.mixture.log_prob(X).sum(), rel=1e-12, abs=1e-12)
    # A dozen log-densities of size up to 1e3 are summed: their rounding is the only way down.
    assert np.diff(fit.trace).min() >= -1e-11


@given(X=POINTS, n_components=st.integers(1, 6))
def test_the_default_floor_lets_any_data_be_fitted(X, n_components):
    fit = em.fit(X, n_components, rng=np.random.default_rng(0), max_iter=30)
    assert np.all(np.isfinite(fit.trace))
    assert fit.mixture.weights.sum() == pytest.approx(1.0, abs=1e-12)


def test_raising_eigenvalues_is_the_best_a_constrained_covariance_can_do():
    rng = np.random.default_rng(3)
    root = rng.standard_normal((3, 3))
    scatter = root @ np.diag([4.0, 0.5, 0.01]) @ root.T
    floor = 1.0

    def expected_log_density(covariance):
        return -np.linalg.slogdet(covariance)[1] - np.trace(np.linalg.solve(covariance, scatter))

    best = em.raise_eigenvalues(scatter, floor)
    assert np.linalg.eigvalsh(scatter)[0] < floor / 10
    for scale in (1e-3, 1e-2, 0.1, 1.0):
        for _ in range(50):
            nudge = scale * rng.standard_normal((3, 3))
            other = em.raise_eigenvalues(best + nudge @ nudge.T - scale * np.diag(rng.random(3)), floor)
            assert expected_log_density(other) <= expected_log_density(best) + 1e-12


def test_a_covariance_above_the_floor_is_left_as_it_is():
    covariance = np.array([[2.0, 0.3], [0.3, 1.0]])
    np.testing.assert_array_equal(em.raise_eigenvalues(covariance, 0.5), covariance)


def test_adding_the_floor_to_the_diagonal_would_lower_the_likelihood_where_raising_does_not():
    # The reason for the constrained M-step: with sklearn's additive regularization the trace can fall.
    X = np.random.default_rng(0).standard_normal((50, 2)) * [1.0, 0.1]
    fit = em.fit(X, 1, rng=np.random.default_rng(0), covariance_floor=0.0)
    added = Mixture(fit.mixture.weights, fit.mixture.means, fit.mixture.covariances + 0.5 * np.eye(2))
    raised = em.fit(X, 1, rng=np.random.default_rng(0), covariance_floor=0.5).mixture
    assert added.log_prob(X).sum() < raised.log_prob(X).sum() < fit.trace[-1]


def test_one_component_is_the_mean_and_the_covariance():
    X = overlapping(np.random.default_rng(4))
    mixture = em.fit(X, 1, rng=np.random.default_rng(0)).mixture
    np.testing.assert_allclose(mixture.means[0], X.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(mixture.covariances[0], np.cov(X.T, bias=True), rtol=1e-12)


def test_one_component_a_sample_puts_each_on_its_own_with_covariances_at_the_floor():
    X = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
    mixture = em.fit(X, 3, rng=np.random.default_rng(0), covariance_floor=0.25).mixture
    assert sorted(map(tuple, mixture.means.tolist())) == sorted(map(tuple, X.tolist()))
    np.testing.assert_allclose(mixture.covariances, np.stack([0.25 * np.eye(2)] * 3))
    np.testing.assert_allclose(mixture.weights, 1 / 3)


def test_more_components_than_distinct_samples_leaves_the_surplus_at_weight_zero():
    X = np.array([[0.0], [0.0], [50.0]])
    fit = em.fit(X, 4, rng=np.random.default_rng(0))
    np.testing.assert_allclose(np.sort(fit.mixture.weights), [0, 0, 1 / 3, 2 / 3], rtol=1e-12)
    assert set(fit.mixture.sample(500, np.random.default_rng(0)).labels) == set(
        np.flatnonzero(fit.mixture.weights)
    )


def test_a_component_that_loses_its_samples_keeps_its_shape_at_weight_zero():
    X = np.array([[0.0], [1.0]])
    start = Mixture(np.array([0.5, 0.5]), np.array([[0.5], [1e6]]), np.array([[[1.0]], [[2.0]]]))
    fit = em.fit_from(X, start, covariance_floor=1e-3)
    np.testing.assert_array_equal(fit.mixture.weights, [1.0, 0.0])
    assert fit.mixture.means[1, 0] == 1e6
    assert fit.mixture.covariances[1, 0, 0] == 2.0


def test_a_collapse_without_a_floor_says_what_to_do():
    X = np.array([[0.0], [0.0], [5.0], [6.0]])
    with pytest.raises(InputError, match="raise the covariance floor"):
        em.fit(X, 2, rng=np.random.default_rng(0), covariance_floor=0.0)


def test_a_constant_column_gets_the_default_floor_as_its_variance():
    X = np.random.default_rng(5).standard_normal((50, 2)) * [1.0, 0.0] + [0.0, 3.0]
    mixture = em.fit(X, 2, rng=np.random.default_rng(0)).mixture
    average_variance = X[:, 0].var() / 2
    np.testing.assert_allclose(mixture.covariances[:, 1, 1], 1e-6 * average_variance, rtol=1e-9)
    assert em.default_floor(np.full((4, 2), 3.0), np.ones(4)) == 1e-6


@pytest.mark.parametrize("choice", ["0", ""])
@pytest.mark.parametrize("value", [0.1, 1e8 + 0.1, -1e-300])
def test_a_million_equal_samples_have_no_variance_but_the_floor(choice, value):
    # Their mean as a plain sum is off by rounding, which would pass for a variance of 1e-31.
    X, weight = np.full((1_000_000, 2), value), np.full(1_000_000, 0.3)
    with library.using(choice):
        assert np.all(covariance_of(X, weight) == 0)
        assert em.default_floor(X, weight) == 1e-6


@given(seed=st.integers(0, 999))
def test_a_weight_counts_as_that_many_equal_samples(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((15, 2))
    weight = rng.integers(1, 4, size=15)
    start = rough_start(X)
    weighted = em.fit_from(X, start, sample_weight=weight, max_iter=5, tol=0.0, covariance_floor=1e-3)
    repeated = em.fit_from(np.repeat(X, weight, axis=0), start, max_iter=5, tol=0.0, covariance_floor=1e-3)
    assert_same_mixture(weighted.mixture, repeated.mixture, rtol=1e-8)
    np.testing.assert_allclose(weighted.trace, repeated.trace, rtol=1e-10)


def test_weights_as_small_as_1e_300_change_nothing_but_the_scale_of_the_likelihood():
    X = overlapping(np.random.default_rng(6))
    plain = em.fit(X, 3, rng=np.random.default_rng(0), max_iter=5, tol=0.0)
    tiny = em.fit(X, 3, rng=np.random.default_rng(0), max_iter=5, tol=0.0, sample_weight=np.full(200, 1e-300))
    assert_same_mixture(plain.mixture, tiny.mixture, rtol=1e-10)
    np.testing.assert_allclose(tiny.trace, np.multiply(plain.trace, 1e-300), rtol=1e-10)


@pytest.mark.parametrize("offset", [1e4, 1e7])
def test_data_far_from_the_origin_is_fitted_as_well_as_near_it(offset):
    X = overlapping(np.random.default_rng(7))
    near = em.fit_from(X, rough_start(X), max_iter=5, tol=0.0)
    far = em.fit_from(X + offset, rough_start(X + offset), max_iter=5, tol=0.0)
    # The data themselves are rounded to 1e-16 of the offset; five steps magnify this less than a hundredfold.
    tolerance = 1e-14 * offset
    np.testing.assert_allclose(far.mixture.means - offset, near.mixture.means, atol=tolerance)
    np.testing.assert_allclose(far.mixture.covariances, near.mixture.covariances, atol=tolerance)


def test_stops_at_the_first_relative_improvement_within_the_tolerance():
    X = overlapping(np.random.default_rng(8))
    fit = em.fit_from(X, rough_start(X), tol=1e-4)
    gains = np.diff(fit.trace) / np.abs(fit.trace[:-1])
    assert fit.converged
    assert gains[-1] <= 1e-4
    assert np.all(gains[:-1] > 1e-4)
    short = em.fit_from(X, rough_start(X), tol=1e-4, max_iter=fit.n_iter - 1)
    assert not short.converged
    assert short.trace == fit.trace[:-1]


def test_progress_is_reported_after_every_iteration():
    X = overlapping(np.random.default_rng(9))
    seen = []
    fit = em.fit(
        X,
        3,
        rng=np.random.default_rng(0),
        max_iter=50,
        on_iteration=lambda done, most: seen.append((done, most)),
    )
    assert seen == [(i, 50) for i in range(1, fit.n_iter + 1)]


def test_a_start_below_the_floor_is_raised_to_it():
    X = overlapping(np.random.default_rng(10))
    narrow = Mixture(np.array([1.0]), X[:1].copy(), 1e-8 * np.eye(2)[None])
    fit = em.fit_from(X, narrow, covariance_floor=0.5, max_iter=1)
    floored = Mixture(np.array([1.0]), X[:1].copy(), 0.5 * np.eye(2)[None])
    assert fit.trace[0] == pytest.approx(floored.log_prob(X).sum(), rel=1e-12)


@pytest.mark.parametrize("wrong", [{"tol": -1.0}, {"covariance_floor": -1.0}, {"tol": np.nan}], ids=str)
def test_refuses_a_negative(wrong):
    with pytest.raises(InputError, match="of 0 or more"):
        em.fit(np.zeros((3, 1)), 1, rng=np.random.default_rng(0), **wrong)


@pytest.mark.parametrize("at_once", [1, 7])
def test_the_reference_is_the_same_however_the_samples_are_cut(monkeypatch, at_once):
    rng = np.random.default_rng(0)
    X, weight = rng.standard_normal((50, 3)), rng.random(50)
    start = Mixture(np.full(2, 0.5), X[:2], np.stack([np.eye(3)] * 2))
    with library.using("0"):
        whole = em.fit_from(X, start, sample_weight=weight, tol=0.0, max_iter=5)
        monkeypatch.setattr(sample_covariance, "SAMPLES_AT_ONCE", at_once)
        cut = em.fit_from(X, start, sample_weight=weight, tol=0.0, max_iter=5)
        far, narrow = (
            np.vstack([np.zeros((49, 3)), np.full((1, 3), 1e139)]),
            np.stack([1e-60 * np.eye(3)] * 2),
        )
        with pytest.raises(InputError, match="sample 49 "):
            em.e_step(far, np.ones(50), Mixture(np.full(2, 0.5), np.zeros((2, 3)), narrow))
    # Sums in another order, five steps on.
    np.testing.assert_allclose(cut.trace, whole.trace, rtol=1e-13)
    np.testing.assert_allclose(cut.mixture.covariances, whole.mixture.covariances, rtol=0, atol=1e-12)
