"""Blocks of rows, cut at fixed row numbers, and statistics reduced over them along a fixed tree."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Float

from algorithms import native
from algorithms.errors import InputError
from algorithms.samples import as_numbers, as_samples, check_count, check_rng
from algorithms.streaming.sources import ArrayRows, Source

# Rows a block: large enough to hide the interpreter, small enough for many blocks to be in memory at once.
BLOCK_ROWS = 1 << 16
# Blocks handed to the executor ahead of the one whose statistic is merged next.
IN_FLIGHT = 64

Statistic = TypeVar("Statistic")


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows, and the weight of each; None stands for weights of one."""

    X: Float[np.ndarray, "n d"]
    sample_weight: Float[np.ndarray, " n"] | None

    def weights(self) -> Float[np.ndarray, " n"]:
        """The weights, written out."""
        return np.ones(len(self.X)) if self.sample_weight is None else self.sample_weight


@dataclass(frozen=True, eq=False)
class Blocks:
    """The rows of `source` in blocks of `block_rows`, worked on by `executor`.

    Without an executor each pass starts as many threads as kernels use, by Python or by a kernel. Any
    `concurrent.futures.Executor` will do, `dask.distributed.Client.get_executor()` among them. `weights` is
    a source with one column, as long as `source`: a row of weight w counts as w equal rows. Raises
    InputError for `block_rows` < 1 or weights of another shape; weights that are negative or all zero are
    found when they are read.
    """

    source: Source
    executor: Executor | None = None
    block_rows: int = BLOCK_ROWS
    weights: Source | None = None

    def __post_init__(self) -> None:
        check_count(self.block_rows, "block_rows")
        if self.weights is not None:
            shape, expected = (self.weights.n_samples, self.weights.n_features), (self.source.n_samples, 1)
            if shape != expected:
                raise InputError(f"expected weights of shape {expected}, got {shape}; give one a row")

    def __len__(self) -> int:
        return -(-self.source.n_samples // self.block_rows)

    def read(self, number: int) -> Block:
        """Block `number`; InputError for anything but finite real numbers, and for negative weights."""
        return _read(self.source, self.weights, number, self.block_rows)

    def largest_weight(self) -> float:
        """One without weights. They are divided by it, so that sums of tiny ones keep their digits."""
        if self.weights is None:
            return 1.0
        parts = (_read_weights(self.weights, number, self.block_rows) for number in range(len(self)))
        largest = max(float(part.max()) for part in parts)
        if largest == 0:
            raise InputError("expected sample weights that are not all zero, got zeros; check the weights")
        return largest

    def in_memory(self) -> Float[np.ndarray, "n d"] | None:
        """All rows, unchecked, where they lie in memory as blocks need them, and have no weights.

        None where they do not, or where an executor is to do the work.
        """
        if not isinstance(self.source, ArrayRows) or self.executor is not None or self.weights is not None:
            return None
        array = np.asarray(self.source.array)
        ready = array.dtype == np.float64 and array.flags.c_contiguous and array.flags.aligned
        return array if ready else None

    def reduce(
        self,
        statistic: Callable[[Block], Statistic],
        merge: Callable[[Statistic, Statistic], Statistic],
    ) -> Statistic:
        """`statistic` of every block, merged pairwise in the order of the blocks: memory stays flat.

        For another process both the source and `statistic` must be picklable: a function of a module, or a
        `functools.partial` of one.
        """
        tree: Tree[Statistic] = Tree(merge)
        for result in self._mapped(statistic):
            tree.add(result)
        return tree.total()

    def _mapped(self, statistic: Callable[[Block], Statistic]) -> Iterator[Statistic]:
        if self.executor is not None:
            yield from self._through(self.executor, statistic)
            return
        with ThreadPoolExecutor(min(len(self), _n_threads()), initializer=native.work_alone) as threads:
            yield from self._through(threads, statistic)

    def _through(self, executor: Executor, statistic: Callable[[Block], Statistic]) -> Iterator[Statistic]:
        waiting: deque[Future[Statistic]] = deque()
        try:
            for number in range(len(self)):
                waiting.append(
                    executor.submit(_statistic, statistic, self.source, self.weights, number, self.block_rows)
                )
                if len(waiting) == IN_FLIGHT:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # after an error nobody wants the rest
                future.cancel()

    def sample(self, n_rows: int, rng: np.random.Generator) -> Block:
        """`n_rows` distinct rows at random, or all if there are no more, in the order of the source."""
        check_rng(rng)
        n = self.source.n_samples
        chosen = np.sort(rng.choice(n, size=min(n_rows, n), replace=False))
        numbers, within = np.divmod(chosen, self.block_rows)
        rows, weights = [], []
        for number in np.unique(numbers):
            block, drawn = self.read(int(number)), within[numbers == number]
            rows.append(block.X[drawn])
            weights.append(block.weights()[drawn])
        return Block(np.concatenate(rows), None if self.weights is None else np.concatenate(weights))


class Tree(Generic[Statistic]):
    """Merges neighbors of equal size first, like a binary counter: a balanced tree over what was added."""

    def __init__(self, merge: Callable[[Statistic, Statistic], Statistic]) -> None:
        self._merge = merge
        self._pending: list[tuple[int, Statistic]] = []  # (number of blocks, their statistic), large first

    def add(self, statistic: Statistic) -> None:
        size = 1
        while self._pending and self._pending[-1][0] == size:
            _, left = self._pending.pop()
            statistic, size = self._merge(left, statistic), 2 * size
        self._pending.append((size, statistic))

    def total(self) -> Statistic:
        _, result = self._pending[-1]
        for _, left in reversed(self._pending[:-1]):
            result = self._merge(left, result)
        return result


def _n_threads() -> int:
    """As many as compiled kernels use; for the reference one a processor that this process may use."""
    if native.available():
        return native.thread_count()
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _statistic(
    statistic: Callable[[Block], Statistic],
    source: Source,
    weights: Source | None,
    number: int,
    block_rows: int,
) -> Statistic:
    return statistic(_read(source, weights, number, block_rows))


def _read(source: Source, weights: Source | None, number: int, block_rows: int) -> Block:
    start, stop = _rows(source, number, block_rows)
    try:
        # A copy of one layout, whatever the source hands out: the same block gives the same bits.
        X = np.ascontiguousarray(as_samples(source.read(start, stop), source.n_features))
    except InputError as error:
        raise InputError(f"rows {start} to {stop - 1}: {error}") from error
    return Block(X, None if weights is None else _read_weights(weights, number, block_rows))


def _read_weights(weights: Source, number: int, block_rows: int) -> Float[np.ndarray, " n"]:
    start, stop = _rows(weights, number, block_rows)
    try:
        column = np.ascontiguousarray(as_numbers(weights.read(start, stop), "sample weights")[:, 0])
    except InputError as error:
        raise InputError(f"rows {start} to {stop - 1}: {error}") from error
    if column.min() < 0:
        raise InputError(
            f"rows {start} to {stop - 1}: expected nonnegative sample weights, got {column.min()}; check them"
        )
    return column


def _rows(source: Source, number: int, block_rows: int) -> tuple[int, int]:
    """Where block `number` starts and stops."""
    start = number * block_rows
    return start, min(start + block_rows, source.n_samples)
