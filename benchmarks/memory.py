"""How much memory a fit takes beyond its input, at most twice the input plus the results if it behaves.

The data are made in one process and fitted in another, which has never held anything else: what a process has
once used and given back would hide what it uses later. A tiny fit goes first: code and buffers that libraries
load once for all are no part of a fit's needs.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from algorithms import biased_als, em, gradient_descent, kmeans, stochastic_descent
from algorithms import matrix_factorization as mf
from algorithms.estimators import MatrixFactorization
from algorithms.mixture import Mixture
from algorithms.rating_fit import RatingFit
from algorithms.rating_model import Penalty
from algorithms.ratings import Ratings
from benchmarks import data

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Peak:
    """Bytes of the input, of the results, and of the highest use during the fit beyond that before it."""

    name: str
    input: int
    results: int
    beyond: int

    @property
    def allowed(self) -> int:
        """Twice the input, plus the results."""
        return 2 * self.input + self.results


@dataclass(frozen=True)
class Fit:
    """`make` the input, as arrays to be saved; `run` fits them and returns the results.

    `little` takes a small part of the arrays.
    """

    make: Callable[[], Arrays]
    run: Callable[[Arrays], list[np.ndarray]]
    little: Callable[[Arrays], Arrays] = lambda arrays: {name: array[:2000] for name, array in arrays.items()}


def peak(name: str) -> Peak:
    """Two child processes: one writes the input, the other reads and fits it."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("make", "run"):
            command = [sys.executable, "-m", "benchmarks.memory", step, name, folder]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Peak(name, *json.loads(said))


def _uniform(n: int, d: int) -> Callable[[], Arrays]:
    return lambda: {"X": np.random.default_rng(0).random((n, d))}


def _kmeans(arrays: Arrays) -> list[np.ndarray]:
    fit = kmeans.fit_from(arrays["X"], arrays["X"][:32], max_iter=5)
    return [fit.centers, fit.labels]


def _em(arrays: Arrays) -> list[np.ndarray]:
    X, rng = arrays["X"], np.random.default_rng(3)
    start = Mixture(np.full(10, 0.1), X[rng.choice(len(X), 10)], np.stack([np.eye(X.shape[1])] * 10))
    fit = em.fit_from(X, start, max_iter=2)
    return [fit.mixture.weights, fit.mixture.means, fit.mixture.covariances]


def _ratings() -> Arrays:
    made = data.ratings(337_867, 5_899, 2_200_000)
    return {name: getattr(made, name) for name in ("users", "items", "values", "user_ids", "item_ids")}


def _few_names(arrays: Arrays) -> Arrays:
    """A few ratings of few users and items."""
    return {name: array[:2000] % 50 for name, array in arrays.items()}


def _factorize(arrays: Arrays, init: str) -> list[np.ndarray]:
    ratings = Ratings(**arrays)
    rng = np.random.default_rng(0)
    fit = mf.fit(ratings, ratings, n_factors=20, regularization=1.0, rng=rng, init=init, max_steps=2)
    return [fit.user_factors, fit.item_factors]


def _model(arrays: Arrays, fit: Callable[..., RatingFit]) -> list[np.ndarray]:
    ratings, rng = Ratings(**arrays), np.random.default_rng(0)
    model = fit(ratings, ratings, n_factors=20, penalty=Penalty(0.1, True), rng=rng, max_steps=2).model
    return [model.user_biases, model.item_biases, model.factors.user_factors, model.factors.item_factors]


def _sparse() -> Arrays:
    """The same ratings as SciPy's compressed rows, whose indices need 32 bits here: 12 bytes a rating."""
    made = data.ratings(337_867, 5_899, 2_200_000)
    X = sp.csr_array((made.values, (made.users, made.items)), shape=(made.n_users, made.n_items))
    return {"data": X.data, "indices": X.indices.astype(np.int32), "indptr": X.indptr.astype(np.int32)}


def _few_rows(arrays: Arrays) -> Arrays:
    starts = arrays["indptr"][:500]
    return {
        "data": arrays["data"][: starts[-1]],
        "indices": arrays["indices"][: starts[-1]],
        "indptr": starts,
    }


def _estimate(arrays: Arrays, method: str) -> list[np.ndarray]:
    X = sp.csr_array(
        (arrays["data"], arrays["indices"], arrays["indptr"]), (len(arrays["indptr"]) - 1, 5_899)
    )
    estimator = MatrixFactorization(20, max_iter=2, random_state=0)
    if method == "fit":
        estimator.fit(X)
        # The factors of users are found as well, though the estimator does not keep them.
        return [estimator.components_, np.broadcast_to(0.0, (X.shape[0], 20))]
    estimator.components_, estimator.global_mean_, estimator.n_features_in_ = np.ones((20, 5_899)), 3.0, 5_899
    return [np.asarray(getattr(estimator, method)(X))]


RATINGS = "337867 x 5899, 2200000 ratings, k = 20"
FITS = {
    "k-means 1000000 x 16, k = 32": Fit(_uniform(1_000_000, 16), _kmeans),
    "k-means 2000000 x 3, k = 32": Fit(_uniform(2_000_000, 3), _kmeans),
    "EM 1000000 x 16, K = 10": Fit(_uniform(1_000_000, 16), _em),
    f"ALS {RATINGS}": Fit(_ratings, lambda a: _factorize(a, "random"), _few_names),
    "the same from the SVD": Fit(_ratings, lambda a: _factorize(a, "svd"), _few_names),
    "the same with biases": Fit(_ratings, lambda a: _model(a, biased_als.fit), _few_names),
    "the same by gradient descent": Fit(_ratings, lambda a: _model(a, gradient_descent.fit), _few_names),
    "the same by stochastic descent": Fit(_ratings, lambda a: _model(a, stochastic_descent.fit), _few_names),
    f"the estimator, {RATINGS}": Fit(_sparse, lambda a: _estimate(a, "fit"), _few_rows),
    "its transform": Fit(_sparse, lambda a: _estimate(a, "transform"), _few_rows),
    "its score": Fit(_sparse, lambda a: _estimate(a, "score"), _few_rows),
}


def _highest() -> int:
    """The most memory this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where ru_maxrss also holds what the process that started this one held
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _make(fit: Fit, folder: Path) -> None:
    for name, array in fit.make().items():
        np.save(folder / f"{name}.npy", array)


def _run(fit: Fit, folder: Path) -> tuple[int, int, int]:
    arrays = {path.stem: np.load(path) for path in sorted(folder.glob("*.npy"))}
    fit.run(fit.little(arrays))
    before = _highest()
    results = fit.run(arrays)
    beyond = _highest() - before
    return sum(a.nbytes for a in arrays.values()), sum(a.nbytes for a in results), beyond


if __name__ == "__main__":
    step, name, folder = sys.argv[1:]
    if step == "make":
        _make(FITS[name], Path(folder))
    else:
        print(json.dumps(_run(FITS[name], Path(folder))))
