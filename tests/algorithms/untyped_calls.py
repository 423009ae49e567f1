"""Calls with arguments of types that annotations rule out: run as a script, without the import hook.

Prints what comes of each, as JSON: the message of the InputError, or else the kind of exception or result.
"""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from rating_examples import random_ratings

from algorithms import cross_validation, em, exercise, images, kmeans, mixture_algebra, restarts, streaming
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.estimators import GaussianMixture, KMeans, MatrixFactorization
from algorithms.mixture import Mixture
from algorithms.rating_model import Penalty, random_model
from algorithms.ratings import Ratings, cold_start_filter, split
from algorithms.streaming import em as streaming_em
from algorithms.streaming import kmeans as streaming_kmeans

X = np.random.default_rng(0).standard_normal((9, 2))
STANDARD = Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])
LINE = Mixture(np.ones(1), np.zeros((1, 1)), np.ones((1, 1, 1)))
SPACE = Mixture(np.ones(1), np.zeros((1, 3)), np.eye(3)[None])
PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
ROWS = streaming.Blocks(streaming.ArrayRows(X))
TRAIN = random_ratings(0)


def rng():
    return np.random.default_rng(1)


def fit(regularization):
    return mf.fit(TRAIN, TRAIN, n_factors=2, regularization=regularization, rng=rng())


def factorization(**parameters):
    return MatrixFactorization(2, **parameters).fit(np.ones((3, 3)))


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
    "a seed for draws": lambda: STANDARD.sample(3, 0),
    "a seed for folds": lambda: cross_validation.folds(TRAIN, 5, 0),
    "a seed for a split": lambda: split(TRAIN, 1, 1, 0),
    "a seed for factors": lambda: random_model(TRAIN, 1, 0),
    "a seed for k-means": lambda: kmeans.fit(X, 2, rng=0),
    "a seed for random centers": lambda: restarts.best_kmeans(
        X, 2, rng=np.random, start=restarts.random_centers
    ),
    "a seed for EM": lambda: em.fit(X, 2, rng=0),
    "a seed for matrix factorization": lambda: mf.fit(TRAIN, TRAIN, n_factors=2, regularization=1.0, rng=0),
    "a seed for the SVD": lambda: mf.svd_factors(TRAIN, 2, 0),
    "a seed for streamed k-means": lambda: streaming_kmeans.fit(ROWS, 2, rng=0),
    "a seed for streamed EM": lambda: streaming_em.fit(ROWS, 2, rng=0),
    "a tolerance of text for EM": lambda: em.fit(X, 2, rng=rng(), tol="a"),
    "an infinite floor for EM": lambda: em.fit(X, 2, rng=rng(), covariance_floor=np.inf),
    "a tolerance of text for streamed EM": lambda: streaming_em.fit(ROWS, 2, rng=rng(), tol="a"),
    "streamed EM from a mixture of other width": lambda: streaming_em.fit_from(ROWS, LINE),
    "half an SVD": lambda: mf.svd_factors(TRAIN, 2.5, rng()),
    "half a factor": lambda: mf.random_factors(TRAIN, 2.5, rng()),
    "an estimator with an infinite regularization": lambda: factorization(regularization=np.inf),
    "an estimator with a regularization of text": lambda: factorization(regularization="a"),
    "an estimator with a tolerance of text": lambda: factorization(tol="a"),
    "pixels from 0 to 1": lambda: images.palette(PIXELS / 255),
    "pixels of many bits": lambda: images.palette(PIXELS.astype(int)),
    "gray pixels": lambda: images.palette(PIXELS[..., 0]),
    "transparent pixels": lambda: images.compress_kmeans(np.dstack([PIXELS, PIXELS[..., :1]]), 2, rng=rng()),
    "pixels in lists": lambda: images.compress_em(PIXELS.tolist(), 2, rng=rng()),
    "images of two sizes": lambda: images.distortion(PIXELS, PIXELS[:1]),
    "images without pixels": lambda: images.distortion(PIXELS[:0], PIXELS[:0]),
    "correlation of floats": lambda: images.neighbour_correlation(PIXELS / 1.0),
    "an image of half a row": lambda: images.sample_image(SPACE, (2.5, 3), rng()),
    "an image without columns": lambda: images.sample_image(SPACE, (2, 0), rng()),
    "an image from a line": lambda: images.sample_image(LINE, (2, 3), rng()),
    "rows in lists": lambda: streaming.ArrayRows([[1.0]]),
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
