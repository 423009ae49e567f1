"""Calls with arguments of types that annotations rule out: run as a script, without the import hook.

Prints what comes of each, as JSON: the message of the InputError, or else the kind of exception or result.
"""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from rating_examples import random_ratings

from algorithms import cross_validation, exercise, mixture_algebra
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.estimators import GaussianMixture, KMeans
from algorithms.mixture import Mixture
from algorithms.rating_model import Penalty, random_model
from algorithms.ratings import Ratings, cold_start_filter, split

X = np.random.default_rng(0).standard_normal((9, 2))
STANDARD = Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])
TRAIN = random_ratings(0)


def rng():
    return np.random.default_rng(1)


def fit(regularization):
    return mf.fit(TRAIN, TRAIN, n_factors=2, regularization=regularization, rng=rng())


CALLS = {
    "half a draw": lambda: STANDARD.sample(1.5, rng()),
    "half a draw of an estimator": lambda: GaussianMixture(2).fit(X).sample(1.5),
    "draws counted by text": lambda: STANDARD.sample("3", rng()),
    "chunks of half a draw": lambda: STANDARD.sample_chunks(1.5, rng()),
    "fewer labels than noise": lambda: STANDARD.place(np.zeros(1, int), np.zeros((2, 2))),
    "a tolerance of text": lambda: mixture_algebra.merge_equal(STANDARD, "a"),
    "half a summand": lambda: mixture_algebra.n_fold_sum(STANDARD, 2.5),
    "ratings of text": lambda: replace(TRAIN, values=TRAIN.values.astype(str)),
    "ratings of objects": lambda: replace(TRAIN, values=TRAIN.values.astype(object)),
    "complex ratings": lambda: TRAIN.with_values(TRAIN.values + 1j),
    "users of fractions": lambda: replace(TRAIN, users=TRAIN.users + 0.5),
    "a table of ratings": lambda: Ratings(
        TRAIN.users[None], TRAIN.items[None], TRAIN.values[None], TRAIN.user_ids, TRAIN.item_ids
    ),
    "holding out half a rating": lambda: split(TRAIN, 1.5, 1, rng()),
    "holding out text": lambda: split(TRAIN, 1, "a", rng()),
    "a threshold of a fraction": lambda: cold_start_filter(TRAIN, 1.5),
    "a threshold of text": lambda: exercise.cold_start_preprocessing(sp.csr_matrix(np.eye(3)), "a"),
    "half a fold": lambda: cross_validation.folds(TRAIN, 2.5, rng()),
    "folds counted by text": lambda: cross_validation.folds(TRAIN, "5", rng()),
    "a user of text": lambda: random_model(TRAIN, 1, rng()).recommend("1", 2, TRAIN),
    "half a user": lambda: random_model(TRAIN, 1, rng()).recommend(1.5, 2, TRAIN),
    "a regularization of text": lambda: fit("a"),
    "a regularization of None": lambda: fit(None),
    "a penalty of text": lambda: Penalty("a"),
    "a loss with a penalty of text": lambda: exercise.loss([], ([], []), X, X.T, "a"),
    "no start of k-means": lambda: KMeans(2, init=None).fit(X),
}
GOOD = {
    "ratings in lists": lambda: Ratings([0], [0], [1.0], ["ann"], ["inn"]),
}


def outcome(call: Callable[[], object]) -> str:
    try:
        return type(call()).__name__
    except InputError as error:
        return str(error)
    except Exception as error:
        return type(error).__name__


if __name__ == "__main__":
    print(json.dumps({name: outcome(call) for name, call in {**CALLS, **GOOD}.items()}))
