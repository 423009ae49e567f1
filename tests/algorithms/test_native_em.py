"""Compiled EM against the reference, at every instruction set this processor has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from algorithms import em, native
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.native import library

pytestmark = pytest.mark.skipif(not native.available(), reason="no compiled kernels")
LEVELS = library._possible_levels() if native.available() else []


def mixture(rng, k, d, condition=10.0):
    """Means a few deviations apart; covariances of the given condition in random directions."""
    vectors = np.linalg.qr(rng.standard_normal((k, d, d)))[0]
    covariances = (vectors * np.geomspace(1.0, 1 / condition, d)) @ vectors.transpose(0, 2, 1)
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2
    return Mixture(rng.dirichlet(np.full(k, 5.0)), 2 * rng.standard_normal((k, d)), covariances)


def expected_moments(X, shares, model):
    """The same sums by the reference's responsibilities and plain NumPy."""
    state = em.e_step(X, shares, model)
    counted = state.responsibilities * shares[:, None]
    offsets = X[:, None] - model.means
    first = np.einsum("nk,nkd->kd", counted, offsets)
    return (
        state.log_likelihood,
        counted.sum(axis=0),
        first,
        np.einsum("nk,nkd,nke->kde", counted, offsets, offsets),
    )


def assert_moments_agree(X, shares, model, tolerance=1e-12):
    """A few hundred roundings of 1e-16 in each sum, relative to the sum of the sizes of its terms."""
    ours = native.moments(X, shares, model.weights, model.means, model.covariances, model.means)
    log_likelihood, counts, first, second = expected_moments(X, shares, model)
    size = np.abs(X[:, None] - model.means).max()
    assert ours.log_likelihood == pytest.approx(log_likelihood, rel=tolerance, abs=tolerance * shares.sum())
    np.testing.assert_allclose(ours.counts, counts, rtol=0, atol=tolerance * shares.sum())
    np.testing.assert_allclose(ours.first, first, rtol=0, atol=tolerance * shares.sum() * size)
    np.testing.assert_allclose(ours.second, second, rtol=0, atol=tolerance * shares.sum() * size**2)
    np.testing.assert_array_equal(ours.second, ours.second.transpose(0, 2, 1))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 24, 32, 33, 40])
@pytest.mark.parametrize("k", [1, 3])
def test_moments_agree_in_any_dimension(level, d, k):
    rng = np.random.default_rng(d)
    model = mixture(rng, k, d)
    # 1,000 samples fill no whole number of blocks.
    X, shares = model.sample(1_000, rng).X, rng.random(1_000)
    with library.using(level):
        assert_moments_agree(X, shares, model)


@given(
    n=st.integers(1, 40),
    k=st.integers(1, 6),
    d=st.integers(1, 6),
    seed=st.integers(0, 99),
    zeros=st.booleans(),
)
def test_moments_agree_for_few_samples_and_weights_of_zero(n, k, d, seed, zeros):
    rng = np.random.default_rng(seed)
    model = mixture(rng, k, d)
    X = np.round(3 * rng.standard_normal((n, d)))
    shares = np.where(zeros & (rng.random(n) < 0.5), 0.0, rng.random(n))
    assert_moments_agree(X, shares, model)


@pytest.mark.parametrize("level", LEVELS)
def test_moments_agree_far_from_the_origin_and_at_condition_1e10(level):
    rng = np.random.default_rng(1)
    model = mixture(rng, 3, 5, condition=1e10)
    X = model.sample(2_000, rng).X
    far = Mixture(model.weights, model.means + 1e3, model.covariances)
    with library.using(level):
        # A squared distance is rounded to condition times 1e-16, here 1e-6, by either of the two.
        assert_moments_agree(X, np.ones(len(X)), model, tolerance=1e-6)
        assert_moments_agree(X + 1e3, np.ones(len(X)), far, tolerance=1e-3)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("d", [2, 6])
def test_whole_fits_agree(level, d):
    rng = np.random.default_rng(2)
    model = mixture(rng, 4, d)
    X, weight = model.sample(1_500, rng).X, rng.integers(1, 5, 1_500).astype(float)
    start = Mixture(np.full(4, 0.25), X[:4], np.broadcast_to(np.cov(X.T), (4, d, d)))
    with library.using("0"):
        theirs = em.fit_from(X, start, sample_weight=weight, max_iter=30, tol=1e-9)
    with library.using(level):
        ours = em.fit_from(X, start, sample_weight=weight, max_iter=30, tol=1e-9)
    assert (ours.n_iter, ours.converged) == (theirs.n_iter, theirs.converged)
    # Thirty iterations may amplify a rounding a thousandfold where components overlap.
    np.testing.assert_allclose(ours.trace, theirs.trace, rtol=1e-12)
    np.testing.assert_allclose(ours.mixture.weights, theirs.mixture.weights, rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours.mixture.means, theirs.mixture.means, rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours.mixture.covariances, theirs.mixture.covariances, rtol=0, atol=1e-11)


def test_a_mean_that_moves_a_million_deviations_leaves_its_covariance_sharp():
    rng = np.random.default_rng(3)
    X = 1e6 + rng.standard_normal((500, 3))
    start = Mixture(np.ones(1), np.zeros((1, 3)), np.eye(3)[None])
    fit = em.fit_from(X, start, max_iter=1)
    expected = np.cov(X.T, bias=True)
    # Nine deviations may be lost, a factor of ten; the offsets themselves are rounded to 1e6 * 1e-16.
    np.testing.assert_allclose(fit.mixture.covariances[0], expected, rtol=0, atol=1e-9)
    # As a difference of moments about zero it would be off by 1e12 * 1e-16.
    assert np.abs((X.T @ X) / 500 - np.outer(X.mean(0), X.mean(0)) - expected).max() > 1e-6


def test_a_million_equal_samples_and_tiny_weights():
    X, weight = np.full((1_000_000, 2), 0.1), np.full(1_000_000, 1e-300)
    start = Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])
    fit = em.fit_from(X, start, sample_weight=weight, covariance_floor=1e-6)
    np.testing.assert_allclose(fit.mixture.means, [[0.1, 0.1]], rtol=1e-15)
    # All that is left is the floor.
    np.testing.assert_allclose(fit.mixture.covariances[0], 1e-6 * np.eye(2), rtol=0, atol=1e-20)


def test_a_component_out_of_reach_keeps_its_shape_at_weight_zero():
    X = np.random.default_rng(4).standard_normal((100, 2))
    start = Mixture(np.full(2, 0.5), np.array([[0.0, 0.0], [1e6, 0.0]]), np.stack([np.eye(2)] * 2))
    fit = em.fit_from(X, start, max_iter=3)
    assert fit.mixture.weights[1] == 0
    np.testing.assert_array_equal(fit.mixture.means[1], [1e6, 0.0])
    np.testing.assert_array_equal(fit.mixture.covariances[1], np.eye(2))


def test_what_the_reference_refuses_is_refused_with_its_words():
    X = np.array([[0.0], [1e200 / 1e61]])
    with pytest.raises(InputError, match="within reach of the mixture, got sample 1"):
        em.fit_from(X, Mixture(np.ones(1), np.zeros((1, 1)), np.full((1, 1, 1), 1e-60)), covariance_floor=0.0)
    with pytest.raises(InputError, match="got a singular one in component 0"):
        em.fit_from(
            np.zeros((3, 2)), Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None]), covariance_floor=0.0
        )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("d", [1, 3, 6, 12])
@pytest.mark.parametrize("deviations", [9.0, 12.0, 13.0, 18.0, 30.0, 37.0])
def test_a_component_with_next_to_no_weight_still_moves_as_it_should(level, d, deviations):
    """Responsibilities of e^-40 to e^-700 must not be left out where a component has no others."""
    X = np.random.default_rng(8).uniform(-0.5, 0.5, (300, d))
    means = np.zeros((2, d))
    means[1, 0] = deviations
    start = Mixture(np.full(2, 0.5), means, np.stack([np.eye(d)] * 2))
    with library.using("0"):
        theirs = em.fit_from(X, start, max_iter=1, covariance_floor=1e-9)
    with library.using(level):
        ours = em.fit_from(X, start, max_iter=1, covariance_floor=1e-9)
    # A log-density of -deviations^2 / 2 is rounded to 1e-16 of itself: 1e-13 of the responsibilities.
    np.testing.assert_allclose(ours.mixture.weights, theirs.mixture.weights, rtol=1e-11)
    np.testing.assert_allclose(ours.mixture.means, theirs.mixture.means, rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours.mixture.covariances, theirs.mixture.covariances, rtol=0, atol=1e-11)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 40])
@pytest.mark.parametrize("weighted", [False, True])
def test_scatter_is_that_of_plain_sums(level, d, weighted):
    rng = np.random.default_rng(d)
    X, weight, origin = rng.standard_normal((1_001, d)), rng.random(1_001), rng.standard_normal(d)
    with library.using(level):
        ours = native.scatter(X, weight if weighted else None, origin)
    w, offsets = weight if weighted else np.ones(len(X)), X - origin
    # A thousand terms of size up to 50, each rounded to 1e-16.
    assert ours.weight == pytest.approx(w.sum(), rel=1e-13)
    np.testing.assert_allclose(ours.first, w @ offsets, rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours.second, (offsets.T * w) @ offsets, rtol=0, atol=1e-11)


@pytest.mark.parametrize("d", [4, 12])
def test_results_do_not_depend_on_the_number_of_threads(d):
    rng = np.random.default_rng(5)
    model = mixture(rng, 3, d)
    X = model.sample(20_000, rng).X
    fits = []
    for threads in (1, 2, 5):
        with threadpool_limits(threads, user_api="openmp"):
            fits.append(em.fit_from(X, model, max_iter=3))
    for fit in fits[1:]:
        assert fit.trace == fits[0].trace
        np.testing.assert_array_equal(fit.mixture.covariances, fits[0].mixture.covariances)


@pytest.mark.parametrize("scale", [1e-320, 1e-310, 1e-290, 1e130])
def test_the_scale_of_the_weights_changes_nothing_but_that_of_the_likelihood(scale):
    rng = np.random.default_rng(7)
    model = mixture(rng, 3, 4)
    X, weight = model.sample(300, rng).X, rng.integers(1, 5, 300).astype(float)
    # Powers of two, so that the scaled weights have the same digits where they have all of them.
    plain, scaled = (
        em.fit_from(X, model, sample_weight=w, max_iter=3, covariance_floor=1e-9)
        for w in (weight, weight * 2.0 ** round(np.log2(scale)))
    )
    np.testing.assert_allclose(scaled.mixture.weights, plain.mixture.weights, rtol=1e-12)
    np.testing.assert_allclose(scaled.mixture.covariances, plain.mixture.covariances, rtol=0, atol=1e-12)


def test_strided_weights_are_those_of_a_copy():
    rng = np.random.default_rng(9)
    model = mixture(rng, 2, 3)
    X, weight = model.sample(200, rng).X, rng.random(400)
    strided = em.fit_from(X, model, sample_weight=weight[::2], max_iter=2)
    assert strided.trace == em.fit_from(X, model, sample_weight=weight[::2].copy(), max_iter=2).trace


def test_views_and_read_only_arrays_are_taken_as_they_are():
    rng = np.random.default_rng(6)
    model = mixture(rng, 2, 3)
    X = rng.standard_normal((300, 6))
    frozen = X[:, ::2].copy()
    frozen.flags.writeable = False
    assert em.fit_from(X[:, ::2], model).trace == em.fit_from(frozen, model).trace
    np.testing.assert_array_equal(X[:, ::2], frozen)
