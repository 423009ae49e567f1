"""Ratings made to look like MovieLens 100K, which is not bundled: its size, spreads and long tails."""

import numpy as np

from algorithms.ratings import Ratings, from_triplets


def movielens_like(rng, n_users=943, n_items=1682, n_ratings=100_000, n_factors=5) -> Ratings:
    """Ratings 1 to 5: 3.5 + user (sd 0.45) + item (sd 0.5) + taste (sd 0.4) + noise (sd 0.85), rounded.

    Popularity falls off as a power of the rank, for users and items alike, so some have very few ratings.
    """
    activity = rng.permutation(1 / np.arange(10, n_users + 10) ** 0.7)
    popularity = rng.permutation(1 / np.arange(10, n_items + 10) ** 1.1)
    pairs = np.empty(0, dtype=np.int64)
    while len(pairs) < n_ratings:
        users = rng.choice(n_users, n_ratings, p=activity / activity.sum())
        items = rng.choice(n_items, n_ratings, p=popularity / popularity.sum())
        pairs = np.unique(np.concatenate([pairs, users * n_items + items]))
    users, items = np.divmod(np.sort(rng.permutation(pairs)[:n_ratings]), n_items)
    taste = rng.standard_normal((n_users, n_factors)), rng.standard_normal((n_items, n_factors))
    exact = (
        3.5
        + 0.45 * rng.standard_normal(n_users)[users]
        + 0.5 * rng.standard_normal(n_items)[items]
        + 0.4 / np.sqrt(n_factors) * (taste[0][users] * taste[1][items]).sum(axis=1)
        + 0.85 * rng.standard_normal(n_ratings)
    )
    return from_triplets(users, items, np.clip(np.rint(exact), 1, 5))
