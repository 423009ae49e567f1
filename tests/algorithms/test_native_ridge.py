"""Compiled ridge regressions and predictions against the reference, at every instruction set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from algorithms import matrix_factorization as mf
from algorithms import native
from algorithms.errors import InputError
from algorithms.native import library, ridge

pytestmark = pytest.mark.skipif(not native.available(), reason="no compiled kernels")
LEVELS = library._possible_levels() if native.available() else []


def entries(rng, n_rows, n_columns, density):
    """A random sparse matrix as (rows, columns, values)."""
    rows, columns = np.nonzero(rng.random((n_rows, n_columns)) < density)
    return rows, columns, rng.standard_normal(len(rows))


def assert_rows_agree(groups, factors, n_rows, regularization):
    with library.using("0"):
        expected = mf.ridge_rows(groups, factors, n_rows, regularization)
    ours = mf.ridge_rows(groups, factors, n_rows, regularization)
    # Either solution is off by about size * 1e-16 times the condition of its system.
    condition = 1 + np.linalg.norm(factors) ** 2 / regularization
    tolerance = 1e-15 * condition * (1 + np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=max(tolerance, 1e-14))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("k", [1, 2, 3, 7, 8, 9, 16, 20, 25, 40])
def test_rows_of_every_length_agree(level, k):
    rng = np.random.default_rng(k)
    # Lengths 0 to 80: dual systems of every size below k, primal ones, and rows longer than a chunk.
    rows = np.repeat(np.arange(81), np.arange(81))
    columns = np.concatenate([rng.choice(90, n, replace=False) for n in range(81)])
    groups = mf.group_rows(rows, columns, rng.standard_normal(len(rows)))
    with library.using(level):
        assert_rows_agree(groups, rng.standard_normal((90, k)), 85, 0.5)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("k", [5, 17, 20])
def test_rows_that_are_solved_side_by_side_agree(level, k):
    rng = np.random.default_rng(k)
    lengths = np.repeat(np.arange(1, 20), 19)  # whole vectors and a rest
    rows = np.repeat(np.arange(len(lengths)), lengths)
    columns = np.concatenate([rng.choice(90, n, replace=False) for n in lengths])
    groups = mf.group_rows(rows, columns, rng.standard_normal(len(rows)))
    with library.using(level):
        assert_rows_agree(groups, rng.standard_normal((90, k)), len(lengths), 0.5)


@given(
    n_rows=st.integers(1, 8),
    n_columns=st.integers(1, 12),
    k=st.integers(1, 12),
    log_strength=st.floats(-6, 6),
    seed=st.integers(0, 99),
)
def test_rows_agree_for_any_shape_and_strength(n_rows, n_columns, k, log_strength, seed):
    rng = np.random.default_rng(seed)
    rows, columns, values = entries(rng, n_rows, n_columns, 0.6)
    factors = np.round(rng.standard_normal((n_columns, k)))  # often of low rank, with equal rows
    assert_rows_agree(mf.group_rows(rows, columns, values), factors, n_rows, 10.0**log_strength)


@pytest.mark.parametrize("level", LEVELS)
def test_the_residual_is_at_the_rounding_of_the_system(level):
    rng = np.random.default_rng(1)
    factors, values = rng.standard_normal((300, 100)), rng.standard_normal(250)
    groups = mf.group_rows(np.zeros(250, np.intp), np.arange(250), values)
    with library.using(level):
        (b,) = mf.ridge_rows(groups, factors, 1, 1e-3)
    F = factors[:250]
    residual = F.T @ (F @ b - values) + 1e-3 * b
    # A hundred roundings of |F|^2 |b|.
    assert np.abs(residual).max() <= 100 * 2.2e-16 * np.linalg.norm(F, 2) ** 2 * np.linalg.norm(b)


@pytest.mark.parametrize("level", LEVELS)
def test_whole_fits_agree(level):
    rng = np.random.default_rng(2)
    rows, columns, values = entries(rng, 60, 40, 0.3)
    by_user, by_item = mf.group_rows(rows, columns, values), mf.group_rows(columns, rows, values)
    ours = theirs = mf.Factors(rng.random((60, 12)), rng.random((40, 12)))
    for _ in range(5):
        with library.using("0"):
            theirs = mf.step(by_user, by_item, theirs, 0.3)
        with library.using(level):
            ours = mf.step(by_user, by_item, ours, 0.3)
    np.testing.assert_allclose(ours.user_factors, theirs.user_factors, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.item_factors, theirs.item_factors, rtol=0, atol=1e-10)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("k", [1, 7, 8, 20])
def test_predictions_agree(level, k):
    rng = np.random.default_rng(k)
    users, items = rng.integers(30, size=500), rng.integers(20, size=500)
    Q, P = rng.standard_normal((30, 2 * k))[:, ::2], rng.standard_normal((20, k))
    with library.using(level):
        ours = native.predict(Q, P, users, items)
    np.testing.assert_allclose(ours, (Q[users] * P[items]).sum(axis=1), rtol=0, atol=1e-14 * k)


def test_results_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(3)
    groups, factors = mf.group_rows(*entries(rng, 500, 200, 0.2)), rng.standard_normal((200, 16))
    results = []
    for threads in (1, 2, 5):
        with threadpool_limits(threads, user_api="openmp"):
            results.append(mf.ridge_rows(groups, factors, 500, 0.1))
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@pytest.mark.parametrize(
    ("row", "column"), [(5, 0), (-1, 0), (0, 7), (0, -1)], ids=["row", "-row", "column", "-column"]
)
def test_an_index_outside_is_an_error_not_a_crash(row, column):
    group = (np.array([row]), np.array([[column]]), np.zeros((1, 1), np.int32))
    with pytest.raises(IndexError):
        native.ridge_rows([group], np.ones(1), np.ones((7, 3)), 5, 1.0)
    with pytest.raises(IndexError):
        native.predict(np.ones((5, 3)), np.ones((7, 3)), np.array([row]), np.array([column]))


@pytest.mark.parametrize("beyond", [1 << 31, 1 << 32, -(1 << 32)])
@pytest.mark.parametrize("which", [0, 1, 2], ids=["row", "column", "entry"])
def test_an_index_that_32_bits_cannot_hold_is_refused_and_not_taken_for_another(which, beyond):
    group = [np.array([0]), np.array([[0]]), np.array([[0]])]
    group[which] = group[which] + beyond  # the lower 32 bits of the two last ones are 0, which exists
    with pytest.raises(IndexError, match=r"0 to 2\^31 - 1, got"):
        native.ridge_rows([tuple(group)], np.ones(1), np.ones((7, 3)), 5, 1.0)
    with pytest.raises(IndexError):
        native.predict(np.ones((5, 3)), np.ones((7, 3)), np.array([beyond]), np.array([0]))


@pytest.mark.parametrize("products", [1, 500, 20_000])
def test_many_short_calls_give_what_one_long_call_gives(monkeypatch, products):
    rng, calls = np.random.default_rng(4), []
    rows, columns, values = entries(rng, 60, 40, 0.3)
    groups, factors = mf.group_rows(rows, columns, values), rng.standard_normal((40, 9))
    expected = mf.ridge_rows(groups, factors, 60, 0.1)
    monkeypatch.setattr(ridge, "PRODUCTS_A_CALL", products)
    monkeypatch.setattr(ridge, "call", lambda *arguments: calls.append(1) or library.call(*arguments))
    np.testing.assert_array_equal(mf.ridge_rows(groups, factors, 60, 0.1), expected)
    most = len(rows) * 9 * 9
    assert min(60, most // (4 * products)) <= len(calls) <= 60


@pytest.mark.parametrize("entry", [1, -1])
def test_an_entry_without_a_value_is_an_error_not_a_crash(entry):
    group = (np.array([0]), np.array([[0]]), np.array([[entry]]))
    with pytest.raises(IndexError):
        native.ridge_rows([group], np.ones(1), np.ones((7, 3)), 5, 1.0)


def test_no_groups_and_no_entries_leave_zeros():
    solved = native.ridge_rows([], np.empty(0), np.ones((4, 2)), 3, 1.0)
    np.testing.assert_array_equal(solved, np.zeros((3, 2)))
    none = np.empty(0, np.int64)
    assert native.predict(np.ones((1, 2)), np.ones((1, 2)), none, none).shape == (0,)


def test_a_system_that_is_singular_to_rounding_is_left_to_the_reference():
    # Equal rows without a ridge to speak of: the second pivot is zero in float64.
    group = mf.RowGroup(np.array([0]), np.array([[0, 1]]), np.array([[0, 1]]), np.ones(2))
    factors = np.ones((3, 3))
    factors[2] = 0, 1, 0
    tables = [(group.rows, group.columns, group.entries)]
    assert native.ridge_rows(tables, np.ones(2), factors, 1, 1e-30) is None
    assert native.ridge_rows(tables, np.ones(2), factors, 1, 1e-3) is not None
    with pytest.raises(InputError, match="each fit unique"):
        mf.ridge_rows((group,), factors, 1, 1e-30)
    # One such row among others of its length, and none.
    for columns, singular in (([[0, 2], [0, 1], [0, 2]], True), ([[0, 2], [2, 1], [0, 2]], False)):
        tables = [(np.arange(3), np.array(columns), np.zeros((3, 2), int))]
        assert (native.ridge_rows(tables, np.ones(2), factors, 3, 1e-30) is None) == singular
