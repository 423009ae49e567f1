"""Run by test_interrupts.py: Ctrl-C during a long task, then the same task in short, once more.

For each task this prints a line of JSON: how long the task went on after the signal, and how much of its work
it did then, by how many threads the process was left with, whether the input is as before, and whether a
short task gives the same before and after.
"""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field

import numpy as np

from algorithms import biased_als, em, gradient_descent, kmeans, sampling, stochastic_descent
from algorithms import matrix_factorization as mf
from algorithms.mixture import Mixture
from algorithms.rating_model import Penalty
from algorithms.ratings import Ratings
from algorithms.streaming import em as streamed_em
from algorithms.streaming import kmeans as streamed_kmeans
from algorithms.streaming.blocks import Blocks
from algorithms.streaming.sources import ArrayRows

FOREVER = 1 << 40


@dataclass
class Progress:
    """Counts what is done; sends the signal once `first` steps are done and some more time has passed."""

    first: int
    done: int = 0
    at_signal: int | None = None
    sent: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, *_):
        with self.lock:
            self.done += 1
            if self.done == self.first:
                threading.Timer(0.02, self.interrupt).start()

    def interrupt(self):
        self.at_signal, self.sent = self.done, time.perf_counter()
        os.kill(os.getpid(), signal.SIGINT)


def samples(n, d):
    return np.random.default_rng(0).random((n, d))


def some_mixture(X, k):
    return Mixture(np.full(k, 1 / k), X[:k], np.stack([0.1 * np.eye(X.shape[1])] * k))


def some_ratings(n):
    rng = np.random.default_rng(0)
    users, items = np.divmod(np.unique(rng.integers(n // 5 * 500, size=n)), 500)
    return Ratings(users, items, rng.random(len(users)), np.arange(n // 5), np.arange(500))


def k_means(X, steps, on_iteration):
    return kmeans.fit_from(X, X[:100], max_iter=steps, on_iteration=on_iteration).centers


def expectation_maximization(X, steps, on_iteration):
    fit = em.fit_from(X, some_mixture(X, 9), max_iter=steps, tol=0.0, on_iteration=on_iteration)
    return fit.mixture.means


def alternating(ratings, steps, on_iteration):
    fit = mf.fit(
        ratings,
        ratings,
        n_factors=20,
        regularization=1.0,
        rng=np.random.default_rng(0),
        max_steps=steps,
        patience=steps,
        on_iteration=on_iteration,
    )
    return fit.item_factors


def modeled(fit):
    def run(ratings, steps, on_iteration):
        penalty, rng = Penalty(0.1, True), np.random.default_rng(0)
        return fit(
            ratings, None, n_factors=5, penalty=penalty, rng=rng, max_steps=steps, on_iteration=on_iteration
        ).model.item_biases

    return run


def in_blocks(fit):
    """Every block counts, for what must not go on is the threads."""

    @dataclass(frozen=True, eq=False)
    class Counted(ArrayRows):
        on_read: object = None

        def read(self, start, stop):
            if self.on_read is not None:
                self.on_read()
                time.sleep(0.02)
            return super().read(start, stop)

    def run(X, steps, on_iteration):
        return fit(Blocks(Counted(X, on_iteration), block_rows=100), X, steps)

    return run


def k_means_of_blocks(data, X, steps):
    return streamed_kmeans.fit_from(data, X[:100], max_iter=steps).centers


def em_of_blocks(data, X, steps):
    return streamed_em.fit_from(data, some_mixture(X, 9), max_iter=steps, tol=0.0).mixture.means


def drawn(n_chunks, steps, on_chunk):
    """Many small chunks, of which the signal finds most handed to the threads, or about to be."""

    class Counted(sampling.Draws):
        def _fill(self, *arguments):
            if on_chunk is not None:
                on_chunk()
                time.sleep(0.02)
            super()._fill(*arguments)

    law = sampling.Law(np.array([0.3, 1.0]), np.zeros((2, 1)), np.ones((2, 1, 1)))
    rows = sampling.chunk_rows(1) * min(n_chunks, steps)
    return Counted(law, rows, np.random.default_rng(0)).whole(np.float64)[0]


# What to make data with, its size, the task, and after how many steps the signal comes.
TASKS = {
    "k-means": (lambda n: samples(n, 16), 100_000, k_means, 2),
    "k-means of colors": (lambda n: samples(n, 3), 300_000, k_means, 2),
    "EM": (lambda n: samples(n, 8), 100_000, expectation_maximization, 2),
    "alternating regressions": (some_ratings, 100_000, alternating, 2),
    "biases and factors": (some_ratings, 20_000, modeled(biased_als.fit), 2),
    "gradient descent": (some_ratings, 20_000, modeled(gradient_descent.fit), 2),
    "stochastic descent": (some_ratings, 5_000, modeled(stochastic_descent.fit), 1),
    "k-means in blocks": (lambda n: samples(n, 3), 50_000, in_blocks(k_means_of_blocks), 3),
    "EM in blocks": (lambda n: samples(n, 3), 50_000, in_blocks(em_of_blocks), 3),
    "drawing": (lambda n: n, 20_000, drawn, 3),
}


def digest(data):
    if isinstance(data, Ratings):
        return [digest(data.users), digest(data.items), digest(data.values)]
    return hash(data.tobytes()) if isinstance(data, np.ndarray) else data


def interrupted(name):
    make, size, task, first = TASKS[name]
    short, long = make(min(size, 2000)), make(size)
    before, expected, progress = digest(long), task(short, 2, None), Progress(first)
    ended = "by itself"
    try:
        task(long, FOREVER, progress.step)
    except KeyboardInterrupt:
        ended = "by the signal"
    seconds, at_end = time.perf_counter() - progress.sent, progress.done
    time.sleep(0.1)
    return {
        "task": name,
        "ended": ended,
        "seconds": seconds,
        "steps after the signal": at_end - progress.at_signal,
        "steps after the end": progress.done - at_end,
        "threads": threading.active_count(),
        "input unchanged": digest(long) == before,
        "next result right": bool(np.array_equal(task(short, 2, None), expected)),
    }


if __name__ == "__main__":
    sampling.NUMBERS_A_CHUNK = 16
    for name in sys.argv[1:]:
        print(json.dumps(interrupted(name)), flush=True)
