"""A full sweep of alternating least squares: both half-steps, each ridge regression solved exactly.

Spark is no part of the extra `bench`: it needs Java. Where `pip install pyspark` was run, it takes part.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sp

from algorithms import matrix_factorization as mf
from algorithms.native import library
from algorithms.ratings import Ratings
from benchmarks import data
from benchmarks.timing import Entry, Workload, clock


def workloads(quick: bool) -> Iterator[Workload]:
    yield _sweep(3_529, 2_072, 150_000, 100, 3.0)
    if not quick:
        yield _sweep(337_867, 5_899, 2_200_000, 20, 4.0)


def _sweep(
    n_users: int, n_items: int, n_ratings: int, k: int, target: float, regularization: float = 5.0
) -> Workload:
    def prepare() -> dict[str, Entry]:
        ratings = data.ratings(n_users, n_items, n_ratings)
        start = mf.random_factors(ratings, k, np.random.default_rng(0))
        values = ratings.values - ratings.values.mean()
        by_user = mf.group_rows(ratings.users, ratings.items, values)
        by_item = mf.group_rows(ratings.items, ratings.users, values)

        def ours() -> None:
            mf.step(by_user, by_item, start, regularization)

        def reference() -> None:
            with library.using("0"):
                ours()

        return {
            "ksquared": ours,
            "ksquared NumPy": reference,
            "LensKit (float32)": lambda: _lenskit(ratings, k, regularization),
            "cmfrec": lambda: _cmfrec(ratings, k, regularization),
            "Spark": lambda: _spark(ratings, k, regularization),
        }

    name = f"ALS {n_users} x {n_items}, {n_ratings} ratings, k = {k}, a sweep"
    rivals = ("LensKit (float32)", "cmfrec")
    return Workload(name, prepare, 1, target, repetitions=3, one_blas_thread=rivals)


def _difference(run: Callable[[int], float], sweeps: int) -> float:
    """Seconds of a sweep, set-up taken off."""
    short = run(1)
    return (run(1 + sweeps) - short) / sweeps


def _lenskit(ratings: Ratings, k: int, regularization: float) -> float:
    import pandas as pd
    from lenskit.als import BiasedMFScorer
    from lenskit.data import from_interactions_df
    from lenskit.training import TrainingOptions

    logging.disable(logging.WARNING)
    table = pd.DataFrame({"user_id": ratings.users, "item_id": ratings.items, "rating": ratings.values})
    known = from_interactions_df(table)

    def run(sweeps: int) -> float:
        model = BiasedMFScorer(embedding_size=k, epochs=sweeps, regularization=regularization)
        start = clock()
        model.train(known, TrainingOptions(rng=1))
        return clock() - start

    return _difference(run, 3)


def _cmfrec(ratings: Ratings, k: int, regularization: float) -> float:
    from cmfrec import CMF

    shape = (ratings.n_users, ratings.n_items)
    places = (ratings.users.astype(np.int32), ratings.items.astype(np.int32))
    matrix = sp.coo_matrix((ratings.values, places), shape)

    def run(sweeps: int) -> float:
        model = CMF(
            k=k,
            lambda_=regularization,
            method="als",
            use_cg=False,
            user_bias=False,
            item_bias=False,
            center=False,
            niter=sweeps,
            precompute_for_predictions=False,
            verbose=False,
            random_state=1,
        )
        start = clock()
        model.fit(matrix)
        return clock() - start

    return _difference(run, 2)


def _spark(ratings: Ratings, k: int, regularization: float) -> float:
    import pandas as pd
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master(f"local[{os.cpu_count()}]").config("spark.driver.memory", "4g")
    spark = session.config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    table = pd.DataFrame({"user": ratings.users, "item": ratings.items, "rating": ratings.values})
    known = spark.createDataFrame(table).repartition(os.cpu_count() or 1).cache()
    known.count()

    def run(sweeps: int) -> float:
        model = ALS(rank=k, maxIter=sweeps, regParam=regularization, seed=1)
        start = time.perf_counter()  # it works in another process, whose time is no CPU time of this one
        model.fit(known)
        return time.perf_counter() - start

    return _difference(run, 3)
