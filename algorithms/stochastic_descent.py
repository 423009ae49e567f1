"""Matrix factorization by stochastic gradient descent, one rating after the other in random order.

Statement.   Visit the observed entries in a fresh random order. At entry (i, x), with e its rating less its
             estimate, move b_i, c_x, q_i, p_x by `learning_rate` times e times their partial derivatives
             (1, 1, p_x, q_i), less that entry's share of their penalty.
Notation.    As in `rating_model`. A row's penalty is shared equally among its entries: each bears lambda if
             the penalty goes by count, else lambda divided by their number.
Assumptions. An update reads and writes its own user's and item's parameters only. Entries without a common
             user or item therefore commute. `rounds` gathers entries into rounds that keep the order of any
             two that do not commute; a round is one NumPy operation, and the result is, to the last bit,
             that of the loop over single entries.
Source.      Koren, Bell and Volinsky, IEEE Computer 42(8), 2009.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import numpy as np
from jaxtyping import Float, Int

from algorithms.errors import InputError
from algorithms.matrix_factorization import Factors
from algorithms.rating_fit import RatingFit, drive
from algorithms.rating_model import Penalty, RatingModel, random_model
from algorithms.ratings import Ratings

# Entries that are dealt into rounds together.
ENTRIES_AT_ONCE = 1 << 15


def fit(
    train: Ratings,
    validation: Ratings | None,
    *,
    n_factors: int,
    penalty: Penalty,
    rng: np.random.Generator,
    with_biases: bool = True,
    learning_rate: float = 0.02,
    decay: float = 0.95,
    max_steps: int = 40,
    patience: int = 3,
    on_iteration: Callable[[int, int], None] | None = None,
) -> RatingFit:
    """Fit by passes over the ratings, stopping early on `validation` if that is given.

    Pass number t, from 0, goes at `learning_rate * decay**t`. `with_biases=False` leaves the biases at zero.
    Raises InputError for rates or decays outside (0, 1], counts below one, no ratings, or when the rate is
    so large that parameters overflow.
    """
    if not (0 < learning_rate <= 1 and 0 < decay <= 1):
        raise InputError(
            f"expected learning_rate and decay above 0 and up to 1, got {learning_rate} and {decay}; "
            "choose them there"
        )
    rates = (learning_rate * decay**t for t in count())

    def step(model: RatingModel) -> RatingModel:
        return one_pass(train, model, penalty, rng.permutation(len(train)), next(rates), with_biases)

    return drive(
        train,
        validation,
        random_model(train, n_factors, rng),
        step,
        penalty=penalty,
        max_steps=max_steps,
        patience=patience,
        on_iteration=on_iteration,
    )


def one_pass(
    train: Ratings,
    model: RatingModel,
    penalty: Penalty,
    order: Int[np.ndarray, " n"],
    learning_rate: float,
    with_biases: bool,
) -> RatingModel:
    """The model after one update an entry, in the given order."""
    Q, P = model.factors.user_factors.copy(), model.factors.item_factors.copy()
    b, c = model.user_biases.copy(), model.item_biases.copy()
    user_share = _share(penalty, train.users, train.n_users)
    item_share = _share(penalty, train.items, train.n_items)
    bias_rate = learning_rate if with_biases else 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # a rate too large is named below
        for chosen in _in_rounds(train, order):
            i, x = train.users[chosen], train.items[chosen]
            q, p = Q[i], P[x]
            e = train.values[chosen] - (model.mean + (b[i] + c[x]) + (q * p).sum(axis=1))
            b[i] += bias_rate * (e - user_share[i] * b[i])
            c[x] += bias_rate * (e - item_share[x] * c[x])
            Q[i] += learning_rate * (e[:, None] * p - user_share[i, None] * q)
            P[x] += learning_rate * (e[:, None] * q - item_share[x, None] * p)
    # Squares of what is left must be finite too, for the objective is made of them.
    if not all(part.max() < 1e100 and part.min() > -1e100 for part in (Q, P, b, c)):
        raise InputError(f"expected updates that settle, got overflow at rate {learning_rate:.3g}; lower it")
    return replace(model, user_biases=b, item_biases=c, factors=Factors(Q, P))


def _in_rounds(train: Ratings, order: Int[np.ndarray, " n"]) -> Iterator[Int[np.ndarray, " _"]]:
    """The entries in rounds, a stretch of the order at a time: those of all would need much memory."""
    for begin in range(0, len(order), ENTRIES_AT_ONCE):
        stretch = order[begin : begin + ENTRIES_AT_ONCE]
        for entries in rounds(train.users[stretch], train.items[stretch]):
            yield stretch[entries]


def rounds(users: Int[np.ndarray, " n"], items: Int[np.ndarray, " n"]) -> list[Int[np.ndarray, _]]:
    """The entries 0..n-1 in rounds: no two of a round share a user or an item, and of two entries that do
    share one, the earlier is in an earlier round."""
    user_rounds = [0] * (int(users.max(initial=-1)) + 1)
    item_rounds = [0] * (int(items.max(initial=-1)) + 1)
    number = np.empty(len(users), dtype=np.intp)
    for entry, (user, item) in enumerate(zip(users.tolist(), items.tolist(), strict=True)):
        latest = max(user_rounds[user], item_rounds[item])
        number[entry] = latest
        user_rounds[user] = item_rounds[item] = latest + 1
    by_round = np.argsort(number, kind="stable")
    return np.split(by_round, np.cumsum(np.bincount(number))[:-1])


def _share(penalty: Penalty, rows: Int[np.ndarray, " n"], n_rows: int) -> Float[np.ndarray, " n_rows"]:
    """The penalty that each entry of a row bears."""
    counts = np.bincount(rows, minlength=n_rows)
    return np.asarray(penalty.of_rows(rows, n_rows) / np.maximum(counts, 1))
