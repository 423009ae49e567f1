"""Streams and chunks: the same draws at once, in parts, by any number of threads, compiled or not."""

import tracemalloc
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from algorithms import native
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.native import library
from algorithms.sampling import Law, chunk_rows, triangular_roots

needs_kernels = pytest.mark.skipif(not native.available(), reason="no compiled kernels")


def random_mixture(rng, k=3, d=2):
    roots = rng.standard_normal((k, d, d))
    weights = rng.dirichlet(np.ones(k))
    return Mixture(weights, 5 * rng.standard_normal((k, d)), roots @ roots.transpose(0, 2, 1))


def test_drawing_in_chunks_and_at_once_gives_the_same_samples():
    mixture = random_mixture(np.random.default_rng(4), 3, 40)
    n = 2 * chunk_rows(40) + 5
    whole = mixture.sample(n, np.random.default_rng(5))
    chunks = list(mixture.sample_chunks(n, np.random.default_rng(5)))
    assert [len(chunk.labels) for chunk in chunks] == [chunk_rows(40), chunk_rows(40), 5]
    np.testing.assert_array_equal(whole.X, np.concatenate([chunk.X for chunk in chunks]))
    np.testing.assert_array_equal(whole.labels, np.concatenate([chunk.labels for chunk in chunks]))


@needs_kernels
def test_draws_do_not_depend_on_the_number_of_threads():
    mixture = random_mixture(np.random.default_rng(6), 4, 64)
    results = []
    for threads in (1, 2, 5):
        with threadpool_limits(threads, user_api="openmp"):
            results.append(mixture.sample(10 * chunk_rows(64) + 3, np.random.default_rng(7)))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0].X, other.X)
        np.testing.assert_array_equal(results[0].labels, other.labels)


def test_chunks_have_streams_of_their_own():
    rows = chunk_rows(100)
    X = (
        Mixture(np.ones(1), np.zeros((1, 100)), np.eye(100)[None])
        .sample(3 * rows, np.random.default_rng(8))
        .X
    )
    parts = X.reshape(3, rows, 100)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        # Independent: the mean product of 131,000 pairs has standard error 0.0028; six of those.
        assert abs(float(np.mean(parts[a] * parts[b]))) < 6 / np.sqrt(parts[a].size)
    assert not np.array_equal(
        X,
        Mixture(np.ones(1), np.zeros((1, 100)), np.eye(100)[None])
        .sample(3 * rows, np.random.default_rng(9))
        .X,
    )


def test_one_generator_gives_new_draws_each_time():
    rng, mixture = np.random.default_rng(1), random_mixture(np.random.default_rng(0))
    assert not np.array_equal(mixture.sample(5, rng).X, mixture.sample(5, rng).X)


@needs_kernels
@pytest.mark.parametrize("level", library._possible_levels() if native.available() else [])
@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 8, 9, 33])
@pytest.mark.parametrize("k", [1, 3, 16, 17, 40])
def test_compiled_draws_are_those_of_the_reference(level, d, k):
    mixture = random_mixture(np.random.default_rng(d), k, d)
    with library.using("0"):
        theirs = mixture.sample(500, np.random.default_rng(k))
    with library.using(level):
        ours = mixture.sample(500, np.random.default_rng(k))
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    # A sum of d products of size up to 100, in another order.
    np.testing.assert_allclose(ours.X, theirs.X, rtol=0, atol=1e-14 * 100 * d)


@given(
    weights=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=40).filter(sum),
    uniforms=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1 - 2**-53]), min_size=1, max_size=9),
    compiled=st.booleans(),
)
def test_a_component_of_weight_zero_is_drawn_by_no_uniform_number(weights, uniforms, compiled):
    k, n = len(weights), len(uniforms)
    thresholds = np.cumsum(weights)
    law = Law(thresholds / thresholds[-1], np.arange(float(k))[:, None], np.zeros((k, 1, 1)))
    expected = [int(np.flatnonzero(law.thresholds > u)[0]) for u in uniforms]
    np.testing.assert_array_equal(law.labels(np.array(uniforms)), expected)
    assert all(weights[label] > 0 for label in expected)
    if native.available() and compiled:
        X, labels = np.ones((n, 1)), np.empty(n, np.intp)
        native.place_samples(law.thresholds, law.means, law.roots, np.array(uniforms), X, labels)
        np.testing.assert_array_equal(labels, expected)
        np.testing.assert_array_equal(X[:, 0], expected)


@given(k=st.integers(1, 3), d=st.integers(1, 6), rank=st.integers(0, 6), seed=st.integers(0, 999))
def test_roots_are_triangular_and_square_to_the_covariance_of_any_rank(k, d, rank, seed):
    halves = np.random.default_rng(seed).standard_normal((k, d, rank))
    covariances = halves @ halves.transpose(0, 2, 1)
    roots = triangular_roots(covariances)
    np.testing.assert_array_equal(roots, np.tril(roots))
    # A few dozen roundings of the largest entry.
    tolerance = 1e-14 * (1 + np.abs(covariances).max())
    np.testing.assert_allclose(roots @ roots.transpose(0, 2, 1), covariances, rtol=0, atol=tolerance)


def test_float32_rounds_the_same_draws():
    mixture = random_mixture(np.random.default_rng(2), 3, 5)
    exact = mixture.sample(1000, np.random.default_rng(3))
    single = mixture.sample(1000, np.random.default_rng(3), dtype=np.float32)
    assert single.X.dtype == np.float32
    np.testing.assert_array_equal(single.X, exact.X.astype(np.float32))
    np.testing.assert_array_equal(single.labels, exact.labels)


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.dtype("U5")], ids=str)
def test_points_are_not_drawn_as(dtype):
    with pytest.raises(InputError, match=r"expected dtype np\.float64 or np\.float32"):
        random_mixture(np.random.default_rng(2), 2, 2).sample(3, np.random.default_rng(3), dtype=dtype)


def test_points_beyond_float32_are_refused_instead_of_made_infinite():
    wide = Mixture(np.ones(1), np.full((1, 1), 1e39), np.ones((1, 1, 1)))
    assert np.isfinite(wide.sample(3, np.random.default_rng(0)).X).all()
    with pytest.raises(InputError, match="fit into float32"):
        wide.sample(3, np.random.default_rng(0), dtype=np.float32)


def test_sums_of_draws_have_the_mean_and_covariance_of_the_sum():
    rng = np.random.default_rng(4)
    first, second = random_mixture(rng, 2, 2), random_mixture(rng, 3, 2)
    total, n = first.sum_with(second), 200_000
    X = first.sample_sum(second, n, np.random.default_rng(5))
    mean = total.weights @ total.means
    offsets = total.means - mean
    covariance = (
        np.einsum("k,kij->ij", total.weights, total.covariances) + (total.weights * offsets.T) @ offsets
    )
    # Six standard errors; that of a covariance is at most sqrt(3 / n) times its size where tails are light.
    assert np.all(np.abs(X.mean(axis=0) - mean) < 6 * np.sqrt(np.diagonal(covariance) / n))
    size = np.sqrt(np.outer(np.diagonal(covariance), np.diagonal(covariance)))
    assert np.all(np.abs(np.cov(X.T) - covariance) < 6 * np.sqrt(3 / n) * size)
    with pytest.raises(InputError, match="same dimension"):
        first.sample_sum(random_mixture(rng, 1, 3), 5, rng)


@pytest.mark.parametrize("choice", ["as it is", "0"])
def test_sampling_in_chunks_keeps_memory_flat(choice):
    mixture = random_mixture(np.random.default_rng(6), 3, 3)
    with nullcontext() if choice == "as it is" else library.using(choice):
        tracemalloc.start()
        try:
            for _ in mixture.sample_chunks(20 * chunk_rows(3), np.random.default_rng(0)):
                pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # Two chunks (the yielded one and the next) of points, noise, labels and uniforms; all 20 would be 27 MiB.
    assert peak < 9 * 2**20
