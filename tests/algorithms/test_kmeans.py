"""k-means against brute force over all labelings and against scikit-learn from shared starts."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans

from algorithms import kmeans
from algorithms.errors import InputError

# Few distinct values, so that duplicates, ties and constant columns are common; 0.1 is not a binary fraction.
POINTS = arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(1, 3)),
    elements=st.sampled_from([-2.0, -0.1, 0.0, 0.1, 0.3, 1.0, 7.0]),
)


def blobs(rng, n_clusters=4, n_features=3, n_samples=300):
    centers = 20 * rng.standard_normal((n_clusters, n_features))
    return centers[rng.integers(n_clusters, size=n_samples)] + rng.standard_normal((n_samples, n_features))


def best_inertia(X, n_clusters):
    """The minimum of J over all labelings, straight from the definition."""
    best = np.inf
    for labels in product(range(n_clusters), repeat=len(X)):
        parts = [X[np.array(labels) == k] for k in range(n_clusters)]
        best = min(best, sum(((part - part.mean(axis=0)) ** 2).sum() for part in parts if len(part)))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_the_best_of_many_starts_is_the_optimum_over_all_labelings(seed):
    X = np.random.default_rng(seed).standard_normal((8, 2))
    optimum = best_inertia(X, 3)
    inertias = [kmeans.fit(X, 3, rng=np.random.default_rng(start)).inertia for start in range(30)]
    assert min(inertias) == pytest.approx(optimum, rel=1e-12)
    assert max(inertias) > 1.01 * optimum or len(set(np.round(inertias, 9))) == 1  # local optima do exist


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn_from_the_same_start(seed):
    rng = np.random.default_rng(seed)
    X = blobs(rng)
    start = X[rng.choice(len(X), 4, replace=False)]
    weight = rng.integers(1, 5, size=len(X))
    ours = kmeans.fit_from(X, start, sample_weight=weight)
    theirs = KMeans(4, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=300).fit(
        X, sample_weight=weight
    )
    np.testing.assert_array_equal(ours.labels, theirs.labels_)
    # Both sum some hundred numbers of size 1e2 in different orders.
    np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, rtol=0, atol=1e-11)
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-12)
    assert ours.converged


@given(X=POINTS, n_clusters=st.integers(1, 15), seed=st.integers(0, 99))
def test_converges_to_a_fixed_point_of_both_half_steps(X, n_clusters, seed):
    fit = kmeans.fit(X, n_clusters, rng=np.random.default_rng(seed))
    assert fit.converged
    distances = ((X[:, None] - fit.centers) ** 2).sum(axis=2)
    np.testing.assert_array_equal(fit.labels, distances.argmin(axis=1))
    assert fit.inertia == pytest.approx(distances.min(axis=1).sum(), rel=1e-12)
    for k in set(fit.labels):
        # Means of up to a dozen numbers of size 7.
        np.testing.assert_allclose(fit.centers[k], X[fit.labels == k].mean(axis=0), rtol=0, atol=1e-14)


@given(X=POINTS, surplus=st.integers(0, 4), seed=st.integers(0, 99))
def test_with_at_least_as_many_clusters_as_distinct_points_nothing_is_lost(X, surplus, seed):
    distinct = np.unique(X, axis=0)
    fit = kmeans.fit(X, len(distinct) + surplus, rng=np.random.default_rng(seed))
    assert fit.inertia == 0.0
    assert fit.converged
    assert len(set(fit.labels)) == len(distinct)
    np.testing.assert_array_equal(fit.centers[fit.labels], X)
    np.testing.assert_array_equal(
        np.unique(fit.centers, axis=0), distinct
    )  # the surplus coincides with others


def test_an_empty_cluster_moves_to_the_farthest_sample():
    X = np.array([[0.0], [1.0], [2.0], [10.0]])
    state = kmeans.start(X, np.ones(4), np.array([[1.0], [500.0]]))
    assert set(state.labels) == {0}
    moved = kmeans.step(X, np.ones(4), state)
    # The one cluster's mean is 3.25, and 10 is farthest from it.
    np.testing.assert_array_equal(moved.centers, [[3.25], [10.0]])
    np.testing.assert_array_equal(moved.labels, [0, 0, 0, 1])


def test_a_sample_of_weight_zero_attracts_no_empty_cluster():
    X, weight = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([1.0, 1.0, 1.0, 0.0])
    moved = kmeans.step(X, weight, kmeans.start(X, weight, np.array([[1.0], [500.0]])))
    np.testing.assert_array_equal(moved.centers, [[1.0], [0.0]])


def test_several_empty_clusters_move_to_samples_far_from_each_other():
    X = np.array([[0.0], [4.0], [8.0], [99.0], [100.0]])
    state = kmeans.start(X, np.ones(5), np.array([[20.0], [1e6], [2e6]]))
    moved = kmeans.step(X, np.ones(5), state)
    # 100 is farthest from the mean 42.2, then 0; 99 now has a center nearby.
    np.testing.assert_array_equal(moved.centers[1:], [[100.0], [0.0]])


@given(seed=st.integers(0, 999))
def test_a_weight_counts_as_that_many_equal_samples(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((10, 2))
    weight = rng.integers(0, 4, size=10)
    weight[0] = 1
    start = rng.standard_normal((3, 2))
    weighted = kmeans.fit_from(X, start, sample_weight=weight)
    repeated = kmeans.fit_from(np.repeat(X, weight, axis=0), start)
    # Samples of weight zero have labels too and may take an iteration more to settle, nothing else.
    np.testing.assert_allclose(weighted.trace[: len(repeated.trace)], repeated.trace, rtol=1e-12)
    np.testing.assert_allclose(weighted.centers, repeated.centers, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("offset", [1e6, 1e9])
def test_clusters_far_from_the_origin_are_told_apart(offset):
    X = blobs(np.random.default_rng(0), n_samples=100)
    near = kmeans.fit_from(X, X[:4])
    far = kmeans.fit_from(X + offset, X[:4] + offset)
    np.testing.assert_array_equal(near.labels, far.labels)
    # The data themselves are rounded to 1e-16 of the offset.
    np.testing.assert_allclose(far.centers - offset, near.centers, atol=4e-16 * offset)


def test_one_outlier_does_not_blur_the_rest():
    X = np.array([[0.0], [0.1], [1.0], [1.1], [1e12]])
    fit = kmeans.fit(X, 3, rng=np.random.default_rng(0), max_iter=50)
    inertias = [kmeans.fit(X, 3, rng=np.random.default_rng(seed)).inertia for seed in range(10)]
    assert min(inertias) == pytest.approx(2 * 2 * 0.05**2)
    assert fit.converged


def test_one_cluster_is_the_weighted_mean():
    X, weight = np.array([[1.0, 0.0], [4.0, 3.0]]), [2.0, 1.0]
    fit = kmeans.fit(X, 1, rng=np.random.default_rng(0), sample_weight=weight)
    np.testing.assert_allclose(fit.centers, [[2.0, 1.0]], rtol=1e-15)
    assert fit.inertia == pytest.approx(2 * 2 + 1 * 8)


def test_weights_as_small_as_1e_300_change_nothing_but_the_scale_of_the_objective():
    X = blobs(np.random.default_rng(1), n_samples=50)
    plain = kmeans.fit(X, 4, rng=np.random.default_rng(2))
    tiny = kmeans.fit(X, 4, rng=np.random.default_rng(2), sample_weight=np.full(50, 1e-300))
    np.testing.assert_array_equal(plain.labels, tiny.labels)
    np.testing.assert_allclose(plain.centers, tiny.centers, rtol=1e-14)
    assert tiny.inertia == pytest.approx(plain.inertia * 1e-300)


def test_stopping_early_is_not_called_convergence():
    X = np.random.default_rng(0).random((500, 2))
    fit = kmeans.fit(X, 20, rng=np.random.default_rng(0), max_iter=2)
    assert (fit.n_iter, fit.converged, len(fit.trace)) == (2, False, 3)
    assert kmeans.fit(X, 20, rng=np.random.default_rng(0)).converged


def test_progress_is_reported_after_every_iteration():
    seen = []
    fit = kmeans.fit(
        np.random.default_rng(0).random((50, 2)),
        5,
        rng=np.random.default_rng(0),
        max_iter=40,
        on_iteration=lambda done, at_most: seen.append((done, at_most)),
    )
    assert seen == [(i, 40) for i in range(1, fit.n_iter + 1)]


def test_the_second_center_is_drawn_in_proportion_to_weight_times_squared_distance():
    X, weight = np.array([[0.0], [1.0], [3.0]]), np.array([1.0, 4.0, 1.0])
    rng = np.random.default_rng(0)
    counts = np.zeros((3, 3))
    n = 5_000
    for _ in range(n):
        first, second = kmeans.plus_plus_centers(X, weight, 2, rng).ravel()
        counts[np.searchsorted([0, 1, 3], first), np.searchsorted([0, 1, 3], second)] += 1
    chances = weight * (X - X.T) ** 2
    expected = (weight / 6)[:, None] * chances / chances.sum(axis=1, keepdims=True)
    # Six standard errors: a false alarm in about one of 1e8 seeds.
    assert np.all(np.abs(counts / n - expected) <= 6 * np.sqrt(expected * (1 - expected) / n))


def test_samples_of_weight_zero_never_become_centers():
    X = np.array([[0.0], [1e9], [1.0]])
    for seed in range(20):
        centers = kmeans.plus_plus_centers(X, np.array([1.0, 0.0, 1.0]), 3, np.random.default_rng(seed))
        assert 1e9 not in centers


def test_assigning_in_pieces_changes_nothing(monkeypatch):
    X = blobs(np.random.default_rng(3), n_samples=100)
    whole = kmeans.assign(X, X[:7])
    monkeypatch.setattr(kmeans, "SAMPLES_AT_ONCE", 7)
    for one, other in zip(whole, kmeans.assign(X, X[:7]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_refuses_no_clusters_no_iterations_and_centers_that_do_not_fit():
    X = np.zeros((3, 2))
    with pytest.raises(InputError, match="n_clusters to be 1 or more, got 0"):
        kmeans.fit(X, 0, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="max_iter to be 1 or more, got 0"):
        kmeans.fit(X, 1, rng=np.random.default_rng(0), max_iter=0)
    with pytest.raises(InputError, match="expected 2 features a sample, got 3"):
        kmeans.fit_from(X, np.zeros((1, 3)))
