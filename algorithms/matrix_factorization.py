"""Matrix factorization by alternating ridge regressions over the observed entries.

Statement.   Minimize sum_{(i,x) in W} (M_ix - q_i . p_x)^2 + lambda (sum_i |q_i|^2 + sum_x |p_x|^2).
Notation.    `user_factors` Q (n_users, k), `item_factors` P^T (n_items, k), `regularization` lambda > 0,
             W the observed entries.
Assumptions. Ratings as `algorithms.ratings` holds them, usually with the user means removed. With one side
             fixed the problem falls apart into one ridge regression a row; each is solved exactly, so the
             objective never rises. A row without entries gets the zero vector, the minimizer of its penalty.
Source.      The exercise; Koren, Bell and Volinsky, IEEE Computer 42(8), 2009; Bishop, PRML 3.1.4,
             eq. 3.28; for the dual form PRML 6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float, Int

from algorithms import native
from algorithms.errors import InputError
from algorithms.ratings import Ratings, check_numbered_alike, check_numbering
from algorithms.samples import as_numbers, check_count, check_positive, check_rng
from algorithms.truncated_svd import balanced_halves

# The entries that indices of 32 bits can tell apart.
MOST_ENTRIES = 1 << 31
# Numbers held at once in a batch of regressions: 2 MiB.
NUMBERS_AT_ONCE = 1 << 18
# Entries predicted at once where only a sum over them is wanted, or an eighth of all if that is more.
ENTRIES_AT_ONCE = 1 << 15
PARTS = 8


@dataclass(frozen=True, eq=False)
class Factors:
    """Q and the transpose of P: one row a user, one row an item."""

    user_factors: Float[np.ndarray, "n_users k"]
    item_factors: Float[np.ndarray, "n_items k"]

    def predict(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """q_i . p_x for each entry of `ratings`, not reading its values; InputError if numbered otherwise."""
        check_numbering(ratings, len(self.user_factors), len(self.item_factors))
        if native.available():
            return native.predict(self.user_factors, self.item_factors, ratings.users, ratings.items)
        products = np.empty(len(ratings))
        for begin in range(0, len(ratings), ENTRIES_AT_ONCE):
            part = slice(begin, begin + ENTRIES_AT_ONCE)
            Q, P = self.user_factors[ratings.users[part]], self.item_factors[ratings.items[part]]
            products[part] = (Q * P).sum(axis=1)
        return products


@dataclass(frozen=True, eq=False)
class RowGroup:
    """All rows with the same number of entries: their indices, and each entry's column and number.

    `entry_values` are the values of all entries by number: one array, which all groups share.
    """

    rows: Int[np.ndarray, " m"]
    columns: Int[np.ndarray, "m length"]
    entries: Int[np.ndarray, "m length"]
    entry_values: Float[np.ndarray, " n"]

    @property
    def values(self) -> Float[np.ndarray, "m length"]:
        """The value of each entry."""
        return np.asarray(self.entry_values[self.entries])


@dataclass(frozen=True, eq=False)
class FactorizationFit:
    """The factors with the smallest validation loss seen, and how they were found.

    Traces hold one value an evaluation: entry e belongs to step e * eval_every, entry 0 to the start.
    `best_iteration` is the step whose factors these are, `n_iter` the steps taken, and `converged` is
    true when patience ran out before `max_steps`.
    """

    factors: Factors
    validation_trace: tuple[float, ...]
    train_trace: tuple[float, ...]
    best_iteration: int
    n_iter: int
    converged: bool

    @property
    def user_factors(self) -> Float[np.ndarray, "n_users k"]:
        """Q."""
        return self.factors.user_factors

    @property
    def item_factors(self) -> Float[np.ndarray, "n_items k"]:
        """P transposed."""
        return self.factors.item_factors


def fit(
    train: Ratings,
    validation: Ratings,
    *,
    n_factors: int,
    regularization: float,
    rng: np.random.Generator,
    init: Literal["random", "svd"] = "random",
    max_steps: int = 100,
    patience: int = 5,
    eval_every: int = 1,
    on_iteration: Callable[[int, int], None] | None = None,
) -> FactorizationFit:
    """Factorize `train`; stop early on `validation`, which must be numbered alike and not empty.

    The train trace is the objective above, the validation trace the plain sum of squared errors: a penalty
    says nothing about prediction. Losses are evaluated every `eval_every` steps; training stops once
    `patience` evaluations in a row bring no new smallest validation loss. `init` is `random_factors` or
    `svd_factors`. `on_iteration(done, max_steps)` is called after each step. Raises InputError for
    parameters out of range.
    """
    if len(validation) == 0:
        raise InputError("expected validation ratings to stop by, got none; hold out at least one")
    check_numbered_alike(train, validation)
    return fit_from(
        train,
        initial_factors(train, n_factors, rng, init),
        regularization=regularization,
        validation_loss=lambda factors: squared_error(validation, factors),
        max_steps=max_steps,
        patience=patience,
        eval_every=eval_every,
        on_iteration=on_iteration,
    )


def fit_from(
    train: Ratings,
    start: Factors,
    *,
    regularization: float,
    validation_loss: Callable[[Factors], float],
    max_steps: int = 100,
    patience: int = 5,
    eval_every: int = 1,
    on_iteration: Callable[[int, int], None] | None = None,
) -> FactorizationFit:
    """Alternate from `start`, judging factors by `validation_loss`; otherwise as `fit`."""
    check_positive(regularization, "regularization")
    check_numbering(train, len(start.user_factors), len(start.item_factors))
    for part in (start.user_factors, start.item_factors):
        as_numbers(part, "starting factors")
    for value, name in ((max_steps, "max_steps"), (patience, "patience"), (eval_every, "eval_every")):
        check_count(value, name)
    by_user = group_rows(train.users, train.items, train.values)
    by_item = group_rows(train.items, train.users, train.values)
    factors = best = start
    del start  # so that its memory can be had again once it is surpassed
    validation_trace = [validation_loss(factors)]
    train_trace = [objective(train, factors, regularization)]
    best_iteration, n_iter, converged = 0, 0, False
    while not converged and n_iter < max_steps:
        factors = without_user_factors(factors)
        factors = step(by_user, by_item, factors, regularization)
        n_iter += 1
        if n_iter % eval_every == 0:
            loss = validation_loss(factors)
            if loss < min(validation_trace):
                best, best_iteration = factors, n_iter
            validation_trace.append(loss)
            train_trace.append(objective(train, factors, regularization))
            converged = n_iter - best_iteration >= patience * eval_every
        if on_iteration is not None:
            on_iteration(n_iter, max_steps)
    return FactorizationFit(
        best, tuple(validation_trace), tuple(train_trace), best_iteration, n_iter, converged
    )


def step(
    by_user: tuple[RowGroup, ...], by_item: tuple[RowGroup, ...], factors: Factors, regularization: float
) -> Factors:
    """One iteration: the best Q for the present P, then the best P for that Q."""
    user_factors = ridge_rows(by_user, factors.item_factors, len(factors.user_factors), regularization)
    item_factors = ridge_rows(by_item, user_factors, len(factors.item_factors), regularization)
    return Factors(user_factors, item_factors)


def without_user_factors(factors: Factors) -> Factors:
    """The same with zeros for Q, which take no memory: `step` does not read it, so it need not be kept."""
    return Factors(np.broadcast_to(0.0, factors.user_factors.shape), factors.item_factors)


def squared_error(ratings: Ratings, factors: Factors) -> float:
    """sum (M_ix - q_i . p_x)^2 over the entries of `ratings`."""
    total = 0.0
    for part in in_parts(ratings):
        errors = factors.predict(part)
        errors -= part.values
        total += float(errors @ errors)
    return total


def objective(ratings: Ratings, factors: Factors, regularization: float) -> float:
    """The squared error plus the penalty: the function that every half-step lowers."""
    return squared_error(ratings, factors) + penalty(factors, regularization)


def penalty(factors: Factors, regularization: float) -> float:
    """lambda times the sum of all squares."""
    return regularization * (squared_norm(factors.user_factors) + squared_norm(factors.item_factors))


def squared_norm(factors: Float[np.ndarray, "m k"]) -> float:
    """The sum of all squares, without an array of them."""
    return float(np.einsum("mk,mk->", factors, factors))


def in_parts(ratings: Ratings, at_once: int | None = None) -> Iterator[Ratings]:
    """The ratings in parts, a few unless told otherwise, in order and not copied: sums need little memory."""
    size = max(ENTRIES_AT_ONCE, -(-len(ratings) // PARTS)) if at_once is None else at_once
    for begin in range(0, len(ratings), size):
        part = slice(begin, begin + size)
        yield replace(
            ratings, users=ratings.users[part], items=ratings.items[part], values=ratings.values[part]
        )


def initial_factors(ratings: Ratings, n_factors: int, rng: np.random.Generator, init: str) -> Factors:
    """`random_factors` or `svd_factors`, by the name that the exercise gives them."""
    check_start(n_factors, init)
    return (random_factors if init == "random" else svd_factors)(ratings, n_factors, rng)


def check_start(n_factors: int, init: str) -> None:
    """InputError for less than one factor, or an unknown name."""
    check_count(n_factors, "n_factors")
    if init not in ("random", "svd"):
        raise InputError(f"expected init 'random' or 'svd', got {init!r}; choose one of them")


def random_factors(ratings: Ratings, n_factors: int, rng: np.random.Generator) -> Factors:
    """Entries drawn uniformly from [0, 1)."""
    return uniform_factors((ratings.n_users, ratings.n_items), n_factors, rng)


def uniform_factors(shape: tuple[int, int], n_factors: int, rng: np.random.Generator) -> Factors:
    """`random_factors` for so many users and items."""
    check_count(n_factors, "n_factors")
    check_rng(rng)
    return Factors(rng.random((shape[0], n_factors)), rng.random((shape[1], n_factors)))


def svd_factors(ratings: Ratings, n_factors: int, rng: np.random.Generator) -> Factors:
    """Q = U sqrt(S), P = sqrt(S) V^T: the rank-k truncated SVD of the matrix with its gaps filled by zeros.

    See `algorithms.truncated_svd` for how exact it is. Factors beyond the smaller side are zero and stay so.
    """
    check_count(n_factors, "n_factors")
    check_rng(rng)
    check_countable(ratings.users, ratings.items)
    indices = (ratings.users.astype(np.int32), ratings.items.astype(np.int32))
    matrix = sp.csr_array((ratings.values, indices), shape=(ratings.n_users, ratings.n_items))
    del indices
    return truncated_svd(matrix, n_factors, rng)


def truncated_svd(matrix: sp.csr_array, n_factors: int, rng: np.random.Generator) -> Factors:
    """`svd_factors` where the matrix is at hand, its gaps being zeros."""
    return Factors(*balanced_halves(matrix, n_factors, rng))


def group_rows(
    rows: Int[np.ndarray, " n"], columns: Int[np.ndarray, " n"], values: Float[np.ndarray, " n"]
) -> tuple[RowGroup, ...]:
    """The entries gathered by row, and the rows by length, so that NumPy can solve them in batches.

    Indices have 32 bits: there are two for each entry. InputError where these are too few.
    """
    check_countable(rows, columns)
    order = np.argsort(rows, kind="stable").astype(np.int32)
    lengths = np.bincount(rows)
    starts = np.cumsum(lengths) - lengths
    # Groups are views of two arrays: as arrays of their own they would leave gaps in memory.
    all_entries, all_columns = np.empty((2, len(rows)), np.int32)
    groups, end = [], 0
    for length in np.unique(lengths[lengths > 0]):
        chosen = np.flatnonzero(lengths == length)
        begin = end
        for some in np.array_split(chosen, -(-len(chosen) * length // ENTRIES_AT_ONCE)):
            part = slice(end, end + len(some) * length)
            end = part.stop
            all_entries[part] = order[starts[some, None] + np.arange(length)].ravel()
            all_columns[part] = columns[all_entries[part]]
        group_columns, entries = (a[begin:end].reshape(-1, length) for a in (all_columns, all_entries))
        groups.append(RowGroup(chosen.astype(np.int32), group_columns, entries, values))
    return tuple(groups)


def check_countable(rows: Int[np.ndarray, " n"], columns: Int[np.ndarray, " n"]) -> None:
    """InputError where indices of 32 bits are too few for the entries, the rows or the columns."""
    largest = max(len(rows), int(rows.max(initial=0)) + 1, int(columns.max(initial=0)) + 1)
    if largest > MOST_ENTRIES:
        raise InputError(
            f"expected up to {MOST_ENTRIES} ratings, rows and columns, got {largest}; take a part of them"
        )


def ridge_rows(
    groups: tuple[RowGroup, ...], factors: Float[np.ndarray, "m k"], n_rows: int, regularization: float
) -> Float[np.ndarray, "n_rows k"]:
    """For each row r the exact minimizer of |v_r - F_r b|^2 + lambda |b|^2, F_r the factors of its columns.

    The groups are those of one call of `group_rows`, so they share their values.
    A row with fewer entries than factors is solved in the dual, F^T (F F^T + lambda)^-1 v: smaller and
    better conditioned than the primal (F^T F + lambda)^-1 F^T v, and equal to it. Raises InputError when
    lambda is so small that a system is singular in float64.
    """
    if native.available():
        tables = [(group.rows, group.columns, group.entries) for group in groups]
        values = np.ascontiguousarray(groups[0].entry_values) if groups else np.empty(0)
        solved = native.ridge_rows(tables, values, np.ascontiguousarray(factors), n_rows, regularization)
        if solved is not None:
            return solved
    k = factors.shape[1]
    result = np.zeros((n_rows, k))
    for group in groups:
        length = group.columns.shape[1]
        size = max(1, NUMBERS_AT_ONCE // (max(length, k) * k))
        for begin in range(0, len(group.rows), size):
            part = slice(begin, begin + size)
            F, v = factors[group.columns[part]], group.entry_values[group.entries[part], None]
            Ft = F.transpose(0, 2, 1)
            try:
                if length < k:
                    solution = Ft @ np.linalg.solve(F @ Ft + regularization * np.eye(length), v)
                else:
                    solution = np.linalg.solve(Ft @ F + regularization * np.eye(k), Ft @ v)
            except np.linalg.LinAlgError as error:
                raise InputError(
                    f"expected regularization that makes each fit unique, got {regularization}; raise it"
                ) from error
            result[group.rows[part]] = solution[:, :, 0]
    return result
