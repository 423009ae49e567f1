"""Ratings as a list of observed entries: loading, cold-start filter, split, user means.

Statement.   A rating matrix M is known only on a set W of (user, item) pairs. What is not in W is unknown,
             not zero, and a rating of 0 is in W like any other. So W is kept as a list and never
             recovered from the nonzero entries of a matrix.
Notation.    Entry n of W is `users[n]`, `items[n]`, `values[n]`; users and items are numbered from 0, and
             `user_ids`, `item_ids` hold their names in the source.
Assumptions. Each pair occurs once.
Source.      The exercise; Koren, Bell and Volinsky, "Matrix factorization techniques for recommender
             systems", IEEE Computer 42(8), 2009.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
from jaxtyping import Bool, Float, Int, Shaped

from algorithms import rating_files
from algorithms.errors import InputError
from algorithms.samples import as_numbers, check_count, check_rng


@dataclass(frozen=True, eq=False)
class Ratings:
    """Observed ratings; `user_ids[users[n]]` and `item_ids[items[n]]` name the pair that entry n rates.

    Columns of another dtype, byte order or alignment are converted. Raises InputError when they differ in
    length, a number names nobody, or a value is not finite or no number.
    """

    users: Int[np.ndarray, " n"]
    items: Int[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]
    user_ids: Shaped[np.ndarray, " n_users"]
    item_ids: Shaped[np.ndarray, " n_items"]

    def __post_init__(self) -> None:
        users, items = np.asarray(self.users), np.asarray(self.items)
        values = as_numbers(self.values, "ratings")
        if not users.shape == items.shape == values.shape == (values.size,):
            raise InputError(
                "expected one user and one item a rating, got shapes "
                f"{users.shape}, {items.shape}, {values.shape}; make them agree"
            )
        _check_numbers(users, self.n_users, "users")
        _check_numbers(items, self.n_items, "items")
        # As kernels read it, and so wide that nothing overflows; not copied where it is so already.
        object.__setattr__(self, "users", np.require(users, np.intp, "A"))
        object.__setattr__(self, "items", np.require(items, np.intp, "A"))
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def n_users(self) -> int:
        """Users that can be named, with or without a rating left."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """Items that can be named, with or without a rating left."""
        return len(self.item_ids)

    def subset(self, chosen: Int[np.ndarray, " m"] | Bool[np.ndarray, " n"]) -> Ratings:
        """The chosen entries, with the numbering of users and items unchanged."""
        return replace(self, users=self.users[chosen], items=self.items[chosen], values=self.values[chosen])

    def with_values(self, values: Float[np.ndarray, " n"]) -> Ratings:
        """The same entries with other values."""
        return replace(self, values=values)


@dataclass(frozen=True, eq=False)
class Split:
    """Disjoint parts of one set of ratings, numbered alike."""

    train: Ratings
    validation: Ratings
    test: Ratings


@dataclass(frozen=True, eq=False)
class CenteredSplit:
    """A split with every user's mean TRAINING rating (n_users,) subtracted; add it back to predict.

    Where the global mean was removed it stands for each user's.
    """

    train: Ratings
    validation: Ratings
    test: Ratings
    user_means: Float[np.ndarray, " n_users"]


def load(path: str | os.PathLike[str]) -> Ratings:
    """Ratings from a CSV with a header, a .npy of (user, restaurant, rating) rows, or MovieLens's u.data.

    CSV columns are found by name (user, restaurant or place or item, rating) or are the first three, and
    ids may be any text. Lines of u.data are (user, item, rating, time), separated by tabs; the time is not
    used. Ids in a .npy are nonnegative integers of any size: they are numbered, never used as indices.
    Raises InputError for a file that `rating_files.read` refuses, and for a pair rated twice.
    """
    triplets = rating_files.read(Path(path))
    return from_triplets(triplets.users, triplets.items, triplets.values)


def bundled() -> Ratings:
    """1,161 ratings (0, 1, 2) of 130 restaurants by 138 consumers; source and license in data/README.md."""
    with resources.as_file(resources.files("algorithms") / "data" / "restaurant_ratings.csv") as path:
        return load(path)


def from_triplets(users: npt.ArrayLike, items: npt.ArrayLike, values: npt.ArrayLike) -> Ratings:
    """Ratings from columns (n,) of ids and values.

    Raises InputError when a pair is rated twice, columns differ in length, ids are neither text nor finite
    numbers, or a value is not finite.
    """
    numbers = as_numbers(values, "ratings")
    user_ids, user_numbers = _numbered(users, numbers.size, "users")
    item_ids, item_numbers = _numbered(items, numbers.size, "items")
    pairs = user_numbers * len(item_ids) + item_numbers
    order = np.argsort(pairs, kind="stable")
    repeats = np.flatnonzero(np.diff(pairs[order]) == 0)
    if repeats.size:
        first = order[repeats[0]]
        user, item = user_ids[user_numbers[first]], item_ids[item_numbers[first]]
        raise InputError(
            f"expected one rating a pair, got several for user {user} and restaurant {item}; keep one of them"
        )
    return Ratings(user_numbers, item_numbers, numbers, user_ids, item_ids)


def cold_start_filter(ratings: Ratings, min_entries: int) -> Ratings:
    """Keep only users and items with MORE than `min_entries` ratings, again and again until all have them.

    The survivors are renumbered. Raises InputError when nobody survives, or for a negative or fractional
    threshold.
    """
    check_count(min_entries, "min_entries", least=0)
    kept = ratings
    while True:
        often = np.bincount(kept.users, minlength=kept.n_users) > min_entries
        popular = np.bincount(kept.items, minlength=kept.n_items) > min_entries
        survives = often[kept.users] & popular[kept.items]
        if survives.all():
            break
        kept = kept.subset(survives)
    if len(kept) == 0:
        raise InputError(
            f"expected users and restaurants with more than {min_entries} ratings, got none among "
            f"{len(ratings)} ratings; lower the cold-start threshold"
        )
    return _renumber(kept)


def split(ratings: Ratings, n_validation: int, n_test: int, rng: np.random.Generator) -> Split:
    """Draw `n_validation` and `n_test` entries without replacement; the rest, at least one, is for training.

    Raises InputError when there are too few ratings, or a size is negative or no whole number.
    """
    check_count(n_validation, "n_validation", least=0)
    check_count(n_test, "n_test", least=0)
    check_rng(rng)
    held_out = n_validation + n_test
    if len(ratings) <= held_out:
        raise InputError(
            f"expected more than {held_out} ratings to hold out {n_validation} and {n_test} of them, "
            f"got {len(ratings)}; bring more ratings or hold out fewer"
        )
    order = rng.permutation(len(ratings))
    validation, test, train = np.split(order, [n_validation, held_out])
    # Training entries keep the order of the source, so sums over them do not depend on the shuffle.
    return Split(ratings.subset(np.sort(train)), ratings.subset(validation), ratings.subset(test))


def user_means(ratings: Ratings) -> Float[np.ndarray, " n_users"]:
    """Each user's mean over the OBSERVED ratings; the mean of all ratings for a user without any."""
    return _group_means(ratings.users, ratings.values, ratings.n_users)


def item_means(ratings: Ratings) -> Float[np.ndarray, " n_items"]:
    """Each item's mean over the OBSERVED ratings; the mean of all ratings for an item without any."""
    return _group_means(ratings.items, ratings.values, ratings.n_items)


def remove_user_means(parts: Split) -> CenteredSplit:
    """Subtract the user means of the training part from all three parts.

    A user whose training ratings are all equal is left with zeros, which stay observed entries.
    """
    return _centered(parts, user_means(parts.train))


def remove_global_mean(parts: Split) -> CenteredSplit:
    """Subtract the mean of all training ratings from all three parts; InputError when there are none."""
    if len(parts.train) == 0:
        raise InputError("expected training ratings to take the mean of, got none; bring some")
    return _centered(parts, np.full(parts.train.n_users, parts.train.values.mean()))


def _centered(parts: Split, means: Float[np.ndarray, " n_users"]) -> CenteredSplit:
    return CenteredSplit(
        train=subtract_user_means(parts.train, means),
        validation=subtract_user_means(parts.validation, means),
        test=subtract_user_means(parts.test, means),
        user_means=means,
    )


def subtract_user_means(ratings: Ratings, means: Float[np.ndarray, " n_users"]) -> Ratings:
    """The ratings with their user's entry of `means` subtracted; InputError unless each user has one."""
    if means.shape != (ratings.n_users,):
        raise InputError(f"expected {ratings.n_users} means, got shape {means.shape}; give one a user")
    return ratings.with_values(ratings.values - means[ratings.users])


def check_numbered_alike(one: Ratings, other: Ratings) -> None:
    """InputError unless both have the same numbers of users and items, as the parts of a split do."""
    check_numbering(other, one.n_users, one.n_items)


def check_numbering(ratings: Ratings, n_users: int, n_items: int) -> None:
    """InputError unless `ratings` has that many users and items."""
    if (ratings.n_users, ratings.n_items) != (n_users, n_items):
        raise InputError(
            f"expected ratings numbered alike, got {n_users} x {n_items} and "
            f"{ratings.n_users} x {ratings.n_items} users and items; take both from one split"
        )


def _check_numbers(numbers: Shaped[np.ndarray, " n"], size: int, what: str) -> None:
    if numbers.dtype.kind not in "iu":
        raise InputError(f"expected {what} as whole numbers, got dtype {numbers.dtype}; number them from 0")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < size:
        raise InputError(
            f"expected {what} from 0 to {size - 1}, got {numbers.min()} to {numbers.max()}; number them anew"
        )


def _numbered(
    ids: npt.ArrayLike, size: int, what: str
) -> tuple[Shaped[np.ndarray, " k"], Int[np.ndarray, " n"]]:
    """The distinct ids, sorted, and the number of each entry's id among them."""
    column = np.asarray(ids)
    if column.shape != (size,):
        raise InputError(f"expected {size} {what}, one a rating, got shape {column.shape}; make them agree")
    if column.dtype.kind == "O" and all(isinstance(name, str) for name in column):
        column = column.astype(str)  # as tables of other libraries hold text
    if column.dtype.kind not in "iufUST" or (column.dtype.kind == "f" and not np.isfinite(column).all()):
        raise InputError(
            f"expected {what} named by text or finite numbers, got {column.dtype}; drop or convert others"
        )
    distinct, numbers = np.unique(column, return_inverse=True)
    return distinct, numbers


def _group_means(
    groups: Int[np.ndarray, " n"], values: Float[np.ndarray, " n"], n_groups: int
) -> Float[np.ndarray, " g"]:
    if len(values) == 0:
        raise InputError("expected ratings to take means of, got none; bring some")
    counts = np.bincount(groups, minlength=n_groups)
    sums = np.bincount(groups, weights=values, minlength=n_groups)
    means = np.full(n_groups, values.mean())
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


def _renumber(ratings: Ratings) -> Ratings:
    """Number only the users and items that still have ratings."""
    users, user_numbers = np.unique(ratings.users, return_inverse=True)
    items, item_numbers = np.unique(ratings.items, return_inverse=True)
    return Ratings(
        user_numbers, item_numbers, ratings.values, ratings.user_ids[users], ratings.item_ids[items]
    )
