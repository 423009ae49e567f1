"""Draws from a mixture, a chunk at a time, by several threads.

Statement.   z ~ Cat(pi) by inversion of a uniform number, then x = mu_z + A_z e with e standard normal and
             A_k A_k^T = Sigma_k, A_k lower triangular; Sigma_k may be singular.
Notation.    `thresholds` the cumulative weights (K,), `means` (K, D), `roots` A (K, D, D).
Streams.     One number of 256 bits is drawn from the caller's generator. Chunk c, of `chunk_rows(D)` samples,
             has a generator of its own: NumPy's SFC64, seeded by that number and c. So the samples depend
             neither on the number of threads nor on whether they are drawn at once or chunk by chunk.
Source.      Bishop, PRML 11.1.1; Salmon et al., "Parallel random numbers", SC 2011, on streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from algorithms import native
from algorithms.samples import check_rng

# Random numbers in a chunk: they stay in the second-level cache until they have become points.
NUMBERS_A_CHUNK = 1 << 17


@dataclass(frozen=True, eq=False)
class Law:
    """What the draws need to know of a mixture."""

    thresholds: Float[np.ndarray, " k"]
    means: Float[np.ndarray, "k d"]
    roots: Float[np.ndarray, "k d d"]

    def labels(self, uniforms: Float[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
        """For each number in [0, 1) the first component whose threshold is above it."""
        return np.searchsorted(self.thresholds[:-1], uniforms, side="right")

    def place(
        self, labels: Int[np.ndarray, " n"], noise: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, "n d"]:
        """mu_k + A_k noise_n, k = labels_n."""
        X = np.empty_like(noise)
        for k in range(len(self.means)):
            own = labels == k
            X[own] = self.means[k] + noise[own] @ self.roots[k].T
        return X


def chunk_rows(n_features: int) -> int:
    """How many samples make a chunk."""
    return max(1, NUMBERS_A_CHUNK // n_features)


def triangular_roots(covariances: Float[np.ndarray, "k d d"]) -> Float[np.ndarray, "k d d"]:
    """Lower triangular A_k with A_k A_k^T = Sigma_k, also for singular ones, where Cholesky breaks down.

    With Sigma = V diag(l) V^T and sqrt(l) V^T = Q R, Sigma = R^T R.
    """
    eigenvalues, vectors = np.linalg.eigh(covariances)
    halves = np.sqrt(np.maximum(eigenvalues, 0.0))[:, :, None] * vectors.transpose(0, 2, 1)
    upper = np.linalg.qr(halves)[1]
    return np.ascontiguousarray(upper.transpose(0, 2, 1))


class Draws:
    """`n_samples` draws from `law`, in chunks 0, 1, ... that can be made in any order."""

    def __init__(self, law: Law, n_samples: int, rng: np.random.Generator) -> None:
        check_rng(rng)
        self._law, self._n_samples = law, n_samples
        self._rows = chunk_rows(law.means.shape[1])
        self._entropy = [int(word) for word in rng.integers(0, 1 << 64, size=4, dtype=np.uint64)]

    def slices(self) -> list[slice]:
        """The rows of each chunk."""
        starts = range(0, self._n_samples, self._rows)
        return [slice(start, min(start + self._rows, self._n_samples)) for start in starts]

    def chunks(self) -> Iterator[tuple[Float[np.ndarray, "_ d"], Int[np.ndarray, " _"]]]:
        """Points and labels of one chunk after the other."""
        for rows in self.slices():
            n = rows.stop - rows.start
            X, labels = np.empty((n, self._law.means.shape[1])), np.empty(n, np.intp)
            self._fill(rows, X, labels)
            yield X, labels

    def whole(self, dtype: type[np.floating]) -> tuple[Float[np.ndarray, "n d"], Int[np.ndarray, " n"]]:
        """All points, rounded to `dtype`, and labels; chunks are filled by as many threads as kernels use."""
        d = self._law.means.shape[1]
        X, labels = np.empty((self._n_samples, d), dtype), np.empty(self._n_samples, np.intp)

        def fill(rows: slice) -> None:
            if X.dtype == np.float64:
                self._fill(rows, X[rows], labels[rows])
            else:
                exact = np.empty((rows.stop - rows.start, d))
                self._fill(rows, exact, labels[rows])
                X[rows] = exact

        slices = self.slices()
        threads = min(native.thread_count(), len(slices))
        if threads < 2:
            for rows in slices:
                fill(rows)
        else:
            with ThreadPoolExecutor(threads) as pool:
                try:
                    list(pool.map(fill, slices))
                except BaseException:  # an interrupt among them: what has not begun never will
                    pool.shutdown(cancel_futures=True)
                    raise
        return X, labels

    def _fill(self, rows: slice, X: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"]) -> None:
        seed = np.random.SeedSequence(self._entropy, spawn_key=(rows.start // self._rows,))
        stream, law = np.random.Generator(np.random.SFC64(seed)), self._law
        uniforms = stream.random(len(labels))
        stream.standard_normal(out=X)
        if native.available():
            native.place_samples(law.thresholds, law.means, law.roots, uniforms, X, labels)
        else:
            labels[:] = law.labels(uniforms)
            X[:] = law.place(labels, X)
