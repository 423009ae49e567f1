"""Weights in blocks: a row of weight w counts as w equal rows, however rows and weights are stored."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import em, kmeans
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.native import library
from algorithms.streaming import ArrayRows, Blocks, NpyShards, ParquetFiles
from algorithms.streaming import em as streamed_em
from algorithms.streaming import kmeans as streamed_kmeans
from algorithms.streaming.moments import mean_and_covariance


def some_rows(seed, n=90, d=2):
    rng = np.random.default_rng(seed)
    X = 100.0 + 6 * rng.standard_normal((4, d))[rng.integers(4, size=n)] + rng.standard_normal((n, d))
    return X, rng.integers(0, 4, size=n).astype(float)


def blocks(X, weight, block_rows):
    return Blocks(ArrayRows(X), block_rows=block_rows, weights=ArrayRows(weight[:, None]))


def start_mixture(X):
    return Mixture(np.full(3, 1 / 3), X[:3].copy(), np.stack([4 * np.eye(X.shape[1])] * 3))


@given(seed=st.integers(0, 999), block_rows=st.integers(1, 100), offset=st.sampled_from([0.0, 1e8]))
def test_weighted_moments_stay_within_the_bound_for_any_block_size(seed, block_rows, offset):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 50))
    X, weight = offset + rng.standard_normal((n, 2)), 10.0 ** rng.uniform(-3, 3, size=n)
    weight[1:] *= rng.random(n - 1) < 0.7
    found = mean_and_covariance(blocks(X, weight, block_rows))
    b = -(-n // block_rows)
    extent = float(np.ptp(X)) + 1e-300
    bound = (2 * n / b + 9 * np.log2(b) + 9) * 2**-53 * extent
    w = [Fraction(x) for x in weight]
    columns = [[Fraction(x) for x in column] for column in X.T]
    means = [sum(map(Fraction.__mul__, w, column)) / sum(w) for column in columns]
    for i in range(2):
        assert abs(Fraction(found.mean[i]) - means[i]) <= Fraction(bound + 2 * 2**-53 * abs(found.mean[i]))
        for j in range(2):
            terms = zip(w, columns[i], columns[j], strict=True)
            exact = sum(r * (x - means[i]) * (y - means[j]) for r, x, y in terms) / sum(w)
            assert abs(Fraction(found.covariance[i, j]) - exact) <= Fraction(2 * bound * extent)
    assert found.n_samples == n


@pytest.mark.parametrize("code", ["0", ""], ids=["NumPy", "whatever runs here"])
@given(seed=st.integers(0, 999), block_rows=st.integers(2, 120))
@settings(max_examples=15)
def test_fits_are_those_in_memory_with_the_same_weights(code, seed, block_rows):
    X, weight = some_rows(seed)
    data = blocks(X, weight, block_rows)
    with library.using(code):
        ours = streamed_kmeans.fit_from(data, X[:4])
        reference = kmeans.fit_from(X, X[:4], sample_weight=weight)
        np.testing.assert_allclose(ours.trace, reference.trace, rtol=1e-12)
        np.testing.assert_allclose(ours.centers, reference.centers, rtol=1e-13)
        mixture = streamed_em.fit_from(data, start_mixture(X), tol=0.0, max_iter=4)
        expected = em.fit_from(X, start_mixture(X), tol=0.0, max_iter=4, sample_weight=weight)
    shared = min(len(mixture.trace), len(expected.trace))  # rounding decides which iteration is the last
    np.testing.assert_allclose(mixture.trace[:shared], expected.trace[:shared], rtol=1e-9)
    # Four iterations from a poor start magnify roundings.
    np.testing.assert_allclose(mixture.mixture.means, expected.mixture.means, rtol=1e-8)


@pytest.mark.parametrize("code", ["0", ""], ids=["NumPy", "whatever runs here"])
def test_whole_weights_are_repetitions(code):
    X, weight = some_rows(1, 60)
    repeated = np.repeat(X, weight.astype(int), axis=0)
    start = repeated[:3].copy()
    with library.using(code):
        light, heavy = blocks(X, weight, 16), Blocks(ArrayRows(repeated), block_rows=16)
        one, other = mean_and_covariance(light), mean_and_covariance(heavy)
        np.testing.assert_allclose(one.mean, other.mean, rtol=1e-14)
        np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-12)
        one, other = streamed_kmeans.fit_from(light, start), streamed_kmeans.fit_from(heavy, start)
        np.testing.assert_allclose(one.trace, other.trace, rtol=1e-12)
        one, other = (streamed_em.fit_from(data, start_mixture(X), max_iter=4) for data in (light, heavy))
        np.testing.assert_allclose(one.trace, other.trace, rtol=1e-10)


@pytest.mark.parametrize("scale", [1e-300, 1e100])
def test_the_size_of_weights_does_not_matter(scale):
    X, weight = some_rows(2)
    plain, scaled = (blocks(X, factor * weight, 16) for factor in (1.0, scale))
    np.testing.assert_allclose(mean_and_covariance(scaled).covariance, mean_and_covariance(plain).covariance)
    one, other = (streamed_kmeans.fit_from(data, X[:4]) for data in (plain, scaled))
    np.testing.assert_allclose(other.centers, one.centers, rtol=1e-13)
    assert other.inertia == pytest.approx(scale * one.inertia, rel=1e-10)
    one, other = (streamed_em.fit_from(data, start_mixture(X), max_iter=3) for data in (plain, scaled))
    np.testing.assert_allclose(other.mixture.covariances, one.mixture.covariances, rtol=1e-8)
    assert other.trace[-1] == pytest.approx(scale * one.trace[-1], rel=1e-10)


def test_rows_without_weight_do_not_count_even_a_whole_block_of_them():
    X, weight = some_rows(3)
    weight[:40] = 0.0
    kept = X[weight > 0]
    X, weight = np.concatenate([X, [[1e6, 1e6]]]), np.append(weight, 0.0)
    data = blocks(X, weight, 16)
    np.testing.assert_allclose(
        mean_and_covariance(data).mean, np.average(X, axis=0, weights=weight), rtol=1e-13
    )
    # Two centers far away stay empty at first and move onto rows that count.
    start = np.concatenate([kept[:1], [[-1e5, 0.0], [0.0, -1e5]]])
    fit = streamed_kmeans.fit_from(data, start)
    reference = kmeans.fit_from(X, start, sample_weight=weight)
    np.testing.assert_allclose(fit.trace, reference.trace, rtol=1e-11)
    assert np.abs(fit.centers).max() < 200


def test_starts_are_drawn_with_their_weights():
    X, weight = some_rows(4, 300)
    far = np.full((30, 2), 1e6)
    data = blocks(np.concatenate([X, far]), np.concatenate([weight, np.zeros(30)]), 64)
    clusters = streamed_kmeans.fit(data, 3, rng=np.random.default_rng(0))
    mixture = streamed_em.fit(data, 3, rng=np.random.default_rng(0)).mixture
    assert np.abs(clusters.centers).max() < 200
    assert np.abs(mixture.means).max() < 200


def test_weights_from_files_give_the_same_bits(tmp_path):
    X, weight = some_rows(5)
    expected = streamed_kmeans.fit_from(blocks(X, weight, 16), X[:4])
    for name, array in (("X", X), ("w", weight[:, None])):
        np.save(tmp_path / f"{name}1.npy", array[:33])
        np.save(tmp_path / f"{name}2.npy", array[33:])
    shards = [NpyShards([tmp_path / f"{name}1.npy", tmp_path / f"{name}2.npy"]) for name in "Xw"]
    stored = [Blocks(shards[0], block_rows=16, weights=shards[1])]
    parquet, table = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow").table
    parquet.write_table(table({"x": X[:, 0], "y": X[:, 1], "w": weight}), tmp_path / "all.parquet")
    rows, column = (ParquetFiles([tmp_path / "all.parquet"], names) for names in (["x", "y"], ["w"]))
    stored.append(Blocks(rows, block_rows=16, weights=column))
    for data in stored:
        found = streamed_kmeans.fit_from(data, X[:4])
        np.testing.assert_array_equal(found.centers, expected.centers)
        assert found.trace == expected.trace


BAD = {
    "a negative one": (
        np.append(np.ones(89), -1.0)[:, None],
        "rows 80 to 89: expected nonnegative sample weights",
    ),
    "NaN": (np.append(np.ones(89), np.nan)[:, None], "rows 80 to 89: expected finite sample weights"),
    "zeros only": (np.zeros((90, 1)), "not all zero"),
    "one too few": (np.ones((89, 1)), r"expected weights of shape \(90, 1\), got \(89, 1\)"),
    "two columns": (np.ones((90, 2)), r"expected weights of shape \(90, 1\), got \(90, 2\)"),
    "text": (np.full((90, 1), "a"), "sample weights of real numbers"),
}


@pytest.mark.parametrize(("weight", "said"), BAD.values(), ids=BAD)
def test_weights_are_refused_with(weight, said):
    X, _ = some_rows(6)

    def data():
        return Blocks(ArrayRows(X), block_rows=16, weights=ArrayRows(weight))

    for fit in (
        lambda: mean_and_covariance(data()),
        lambda: streamed_kmeans.fit_from(data(), X[:2]),
        lambda: streamed_em.fit_from(data(), start_mixture(X)),
    ):
        with pytest.raises(InputError, match=said):
            fit()
