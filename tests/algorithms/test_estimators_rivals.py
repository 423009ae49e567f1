"""From the same start the estimators compute what scikit-learn's own do, to the last digits but few."""

import warnings

import numpy as np
import pytest
import sklearn.cluster
import sklearn.mixture
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

from algorithms import kmeans
from algorithms.estimators import GaussianMixture, KMeans
from algorithms.mixture import Mixture
from algorithms.samples import as_samples


@st.composite
def data_with_starts(draw):
    """Data in general position, with repeated rows and constant columns, and distinct rows to start from."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    distinct, d = draw(st.integers(1, 25)), draw(st.integers(1, 4))
    X = rng.standard_normal((distinct, d)) * draw(st.sampled_from([0.01, 1.0, 300.0])) + draw(
        st.sampled_from([0.0, 50.0])
    )
    if draw(st.booleans()):
        X[:, draw(st.integers(0, d - 1))] = 7.0
    k = draw(st.one_of(st.just(distinct), st.integers(1, distinct)))
    start = X[rng.choice(distinct, k, replace=False)]
    repeats = rng.integers(1, 4, size=distinct) if draw(st.booleans()) else np.ones(distinct, dtype=int)
    return rng.permutation(np.repeat(X, repeats, axis=0)), start


def clusters_stay_filled(X, start):
    """An emptied cluster is moved elsewhere, and there scikit-learn has another rule than we."""
    state = kmeans.start(X, np.ones(len(X)), start)
    for _ in range(300):
        if len(set(state.labels)) < len(start):
            return False
        previous, state = state, kmeans.step(X, np.ones(len(X)), state)
        if np.array_equal(previous.labels, state.labels):
            return True
    return True


@given(case=data_with_starts())
def test_k_means_is_scikit_learn_s_from_the_same_start(case):
    X, start = case
    # Equal distances are broken by rounding, differently in each; one-dimensional halves are the usual case.
    distances = np.sort(((as_samples(X)[:, None] - start) ** 2).sum(axis=2), axis=1)
    assume(len(start) == 1 or np.diff(distances[:, :2]).min() > 1e-9 * max(1.0, distances.max()))
    assume(clusters_stay_filled(X, start))
    ours = KMeans(len(start), init=start).fit(X)
    theirs = sklearn.cluster.KMeans(len(start), init=start, n_init=1, tol=0, algorithm="lloyd").fit(X)
    scale = np.abs(X).max()
    np.testing.assert_allclose(
        ours.cluster_centers_, theirs.cluster_centers_, rtol=0, atol=1e-9 * max(1.0, scale)
    )
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    # Squares of numbers that are rounded at 1e-16 of the largest.
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9, abs=1e-12 * scale**2)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), atol=1e-6 * max(1.0, scale))


def rival_mixture(start, reg_covar, max_iter):
    return sklearn.mixture.GaussianMixture(
        start.n_components,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
        reg_covar=reg_covar,
        tol=0,
        max_iter=max_iter,
    )


@given(seed=st.integers(0, 10**6), k=st.integers(1, 3), d=st.integers(1, 3), repeated=st.booleans())
@settings(max_examples=25)  # thirty milliseconds each, most of them scikit-learn's
def test_em_is_scikit_learn_s_from_the_same_start(seed, k, d, repeated):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((60, d)) + 3 * rng.standard_normal((k, d))[rng.integers(k, size=60)]
    if repeated:
        X = rng.permutation(np.repeat(X, 2, axis=0))
    start = Mixture(np.full(k, 1 / k), X[:k].copy(), np.stack([2 * np.eye(d)] * k))
    theirs = rival_mixture(start, 0.0, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # ten steps are not meant to converge
        theirs.fit(X)
    ours = GaussianMixture(k, init=start, tol=0.0, max_iter=10, covariance_floor=0.0).fit(X)
    # A component that shrinks onto few samples magnifies rounding; then there is nothing to compare.
    assume(np.linalg.cond(ours.covariances_).max() < 1e4)
    assert ours.score(X) * len(X) == pytest.approx(theirs.score(X) * len(X), abs=1e-8)
    np.testing.assert_allclose(ours.means_, theirs.means_, rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours.covariances_, theirs.covariances_, atol=1e-8)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    assert ours.bic(X) == pytest.approx(theirs.bic(X), abs=1e-7)
    assert ours.aic(X) == pytest.approx(theirs.aic(X), abs=1e-7)


@pytest.mark.parametrize("repeats", [1, 3], ids=["each sample once", "duplicates"])
@pytest.mark.parametrize("n_distinct", [1, 2, 5], ids=["one point", "two points", "five points"])
def test_em_with_a_component_a_point_has_scikit_learn_s_likelihood(n_distinct, repeats):
    # Points far apart: every covariance is zero but for the regularization, which is the same in both then.
    X = np.repeat(100.0 * np.eye(5)[:n_distinct, :3] + np.arange(n_distinct)[:, None] * 10, repeats, axis=0)
    start = Mixture(
        np.full(n_distinct, 1 / n_distinct), X[::repeats].copy(), np.stack([np.eye(3)] * n_distinct)
    )
    ours = GaussianMixture(n_distinct, init=start, covariance_floor=1e-3).fit(X)
    theirs = rival_mixture(start, 1e-3, 50)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # with tol=0 it never says it converged
        theirs.fit(np.repeat(X, 2, axis=0))  # it wants two samples at least
    assert ours.score(X) == pytest.approx(theirs.score(X), abs=1e-8)
    np.testing.assert_allclose(ours.means_, theirs.means_, rtol=0, atol=1e-9)


@pytest.mark.parametrize("k", [1, 3])
def test_em_on_a_constant_column_has_scikit_learn_s_likelihood_of_the_others(k):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 2)) + 6 * np.eye(3)[rng.integers(3, size=90), :2]
    start = Mixture(np.full(k, 1 / k), X[:k].copy(), np.stack([np.eye(2)] * k))
    wide = np.column_stack([X, np.full(90, 4.0)])
    wide_start = Mixture(
        start.weights,
        np.column_stack([start.means, np.full(k, 4.0)]),
        np.stack([np.diag([1.0, 1.0, 0.5])] * k),
    )
    ours = GaussianMixture(k, init=wide_start, tol=0.0, max_iter=8, covariance_floor=1e-6).fit(wide)
    theirs = rival_mixture(start, 0.0, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # eight steps are not meant to converge
        theirs.fit(X)
    # The constant column adds ln N(4 | 4, floor) a sample.
    constant = -0.5 * np.log(2 * np.pi * 1e-6)
    assert ours.score(wide) == pytest.approx(theirs.score(X) + constant, abs=1e-8)
