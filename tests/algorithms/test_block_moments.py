"""Means and covariances in C: against exact and plain sums, and to the bit however rows are stored."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from algorithms import native
from algorithms.errors import InputError
from algorithms.native import library
from algorithms.native.block_moments import block_moments
from algorithms.samples import LARGEST_VALUE
from algorithms.streaming import ArrayRows, Blocks
from algorithms.streaming.moments import mean_and_covariance

LEVELS = library._possible_levels() if native.available() else []


def correlated(n, d, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + 10 * rng.standard_normal(d)


class Counting(ThreadPoolExecutor):
    """So that nobody else does the work."""

    submitted = 0

    def submit(self, *arguments):
        self.submitted += 1
        return super().submit(*arguments)


def through_an_executor(X, block_rows):
    """Block by block, as rows from files are."""
    with Counting(1) as thread:
        found = mean_and_covariance(Blocks(ArrayRows(X), thread, block_rows=block_rows))
    assert thread.submitted == -(-len(X) // block_rows)
    return found


def assert_same_bits(one, other):
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.covariance, other.covariance)


# Right


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("d", [*range(1, 10), 15, 16, 17, 23, 24, 25, 33, 50])
def test_every_block_has_the_moments_of_its_rows(level, d):
    X, origin = correlated(3_001, d), np.linspace(-1.0, 1.0, d)
    with library.using(level):
        ours = block_moments(X, origin, 1_400)  # several pieces a block, and a last block of 201 rows
    for number, rows in enumerate(np.split(X, [1_400, 2_800])):
        offsets = rows - rows.mean(axis=0)
        # Sums of a thousand terms of the data's size and its square, each rounded to 1e-16.
        np.testing.assert_allclose(ours.offsets[number], (rows - origin).mean(axis=0), rtol=0, atol=1e-12)
        scale = np.ptp(rows, axis=0).max() ** 2 * len(rows)
        np.testing.assert_allclose(ours.scatters[number], offsets.T @ offsets, rtol=0, atol=1e-14 * scale)
        np.testing.assert_array_equal(ours.scatters[number], ours.scatters[number].T)


@pytest.mark.parametrize("level", LEVELS)
@given(n=st.integers(1, 40), d=st.integers(1, 10), far=st.sampled_from([0.0, 1e8, -1e15]))
@settings(max_examples=40)
def test_a_few_rows_are_summed_as_exactly_as_numbers_allow(level, n, d, far):
    X = far + np.random.default_rng(n).integers(-4, 5, (n, d))  # whole numbers: offsets are exact
    with library.using(level):
        ours = block_moments(X, X[-1].copy(), n)
    columns = [[Fraction(x) for x in column] for column in X.T]
    means = [sum(column) / n for column in columns]
    for i in range(d):
        assert ours.offsets[0, i] == pytest.approx(
            float(means[i] - Fraction(X[-1, i])), rel=0, abs=8 * n * 2**-53
        )
        for j in range(d):
            exact = sum((x - means[i]) * (y - means[j]) for x, y in zip(columns[i], columns[j], strict=True))
            assert ours.scatters[0, i, j] == pytest.approx(float(exact), rel=0, abs=128 * n * n * 2**-53)


@pytest.mark.parametrize("shape", ["sorted", "a far first row"])
def test_a_covariance_far_from_zero_keeps_its_digits_whatever_the_order_of_rows(shape):
    X = correlated(20_000, 3)
    X = np.sort(X, axis=0) if shape == "sorted" else np.concatenate([[[1e3, -1e3, 0.0]], X])
    moved = np.round(X * 2**20) / 2**20  # so that adding a whole number is exact
    near, far = (mean_and_covariance(Blocks(ArrayRows(moved + shift))) for shift in (0.0, 2.0**31))
    # Offsets from the first row are the same to the bit, and nothing else is ever taken.
    np.testing.assert_array_equal(far.covariance, near.covariance)
    np.testing.assert_allclose(near.covariance, np.cov(moved, rowvar=False, bias=True), rtol=1e-11)


@pytest.mark.parametrize("d", [3, 11])
def test_equal_rows_have_a_covariance_of_zero_and_their_own_mean(d):
    row = np.random.default_rng(d).standard_normal(d)
    found = mean_and_covariance(Blocks(ArrayRows(np.tile(row, (5_003, 1))), block_rows=1_000))
    np.testing.assert_array_equal(found.mean, row)
    np.testing.assert_array_equal(found.covariance, 0.0)


# The same bits


@given(n=st.integers(1, 700), block_rows=st.integers(1, 90), d=st.sampled_from([1, 3, 9]))
@settings(max_examples=30)
def test_rows_in_memory_and_single_blocks_give_the_same_bits(n, block_rows, d):
    X = correlated(n, d, seed=n)
    assert_same_bits(
        mean_and_covariance(Blocks(ArrayRows(X), block_rows=block_rows)), through_an_executor(X, block_rows)
    )


def test_nothing_depends_on_how_many_blocks_a_call_works_on_nor_on_threads():
    X = correlated(20_011, 3)  # 667 and one more block of 30 rows, in three calls
    expected = through_an_executor(X, 30)
    for threads in (1, 2, 5):
        with threadpool_limits(threads, user_api="openmp"):
            assert_same_bits(mean_and_covariance(Blocks(ArrayRows(X), block_rows=30)), expected)


STORED = {
    "columns first": np.asfortranarray,
    "every other row": lambda X: np.repeat(X, 2, axis=0)[::2],
    "the other byte order": lambda X: X.astype(">f8"),
    "single precision": lambda X: X.astype(np.float32),
    "whole numbers": lambda X: X.astype(np.int16),
    "odd addresses": lambda X: (
        np.frombuffer(b"x" + X.tobytes(), np.uint8)[1:].view(np.float64).reshape(X.shape)
    ),
    "read-only": lambda X: np.frombuffer(X.tobytes()).reshape(X.shape),
    "a subclass of arrays": lambda X: X.view(np.recarray),
}


@pytest.mark.parametrize("stored", STORED.values(), ids=STORED)
def test_any_array_of_the_same_numbers_gives_the_same_bits(stored):
    X = np.round(correlated(500, 3))
    data = Blocks(ArrayRows(stored(X)), block_rows=64)
    assert_same_bits(mean_and_covariance(data), through_an_executor(X, 64))


# What is refused


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200, -1.7e308, 1.01e140])
@pytest.mark.parametrize("d", [1, 3, 9])
@pytest.mark.parametrize("row", [0, 63, 300, 699])
def test_a_bad_number_in_memory_is_found_in_its_block(bad, d, row):
    X = correlated(700, d)
    X[row, -1] = bad
    first = row // 64 * 64
    said = rf"^rows {first} to {min(first + 63, 699)}: expected finite data of size up to 1e140"
    with pytest.raises(InputError, match=said):
        mean_and_covariance(Blocks(ArrayRows(X), block_rows=64))


def test_of_several_bad_blocks_the_first_is_named_even_where_all_numbers_are_equal():
    X = np.ones((700, 2))
    X[300:] = 3e140  # blocks without any spread
    X[650] = np.nan
    with pytest.raises(InputError, match=r"^rows 256 to 319:"):
        mean_and_covariance(Blocks(ArrayRows(X), block_rows=64))
    with pytest.raises(InputError, match=r"^rows 320 to 383:"):
        mean_and_covariance(Blocks(ArrayRows(np.where(np.arange(700)[:, None] < 320, 1.0, X)), block_rows=64))


def test_numbers_as_large_as_allowed_are_no_bad_ones():
    X = np.ones((700, 2))
    X[300:, 1] = LARGEST_VALUE
    found = mean_and_covariance(Blocks(ArrayRows(X), block_rows=64))
    np.testing.assert_allclose(found.mean, X.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(found.covariance[1, 1], 1e280 * 300 * 400 / 700**2, rtol=1e-13)


def test_a_bad_number_is_found_beyond_the_blocks_of_one_call():
    X = np.ones((1_000, 1))
    X[700] = np.nan
    with pytest.raises(InputError, match=r"^rows 700 to 701: expected finite data"):
        mean_and_covariance(Blocks(ArrayRows(X), block_rows=2))


NUMBERS = [0.0, -1.0, 1e-310, 1e140, 1e300, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("level", LEVELS)
@given(n=st.integers(1, 300), d=st.integers(1, 12), block_rows=st.integers(1, 300), seed=st.integers(0, 9999))
@settings(max_examples=60)
def test_any_numbers_are_survived_and_what_is_not_finite_shows_on_the_diagonal(level, n, d, block_rows, seed):
    rng = np.random.default_rng(seed)
    X = np.where(rng.random((n, d)) < 0.3 / (n * d), rng.choice(NUMBERS, (n, d)), rng.standard_normal((n, d)))
    X[rng.integers(n), rng.integers(d)] = rng.choice(NUMBERS)
    with library.using(level):
        scatters = block_moments(X, np.zeros(d), block_rows).scatters
    for begin, scatter in zip(range(0, n, block_rows), scatters, strict=True):
        rows = X[begin : begin + block_rows]
        bad = ~np.isfinite(rows).all(axis=0)
        assert not np.isfinite(np.diagonal(scatter)[bad]).any()
        small = (np.abs(rows) <= LARGEST_VALUE).all(axis=0)
        assert np.isfinite(np.diagonal(scatter)[small]).all()
