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

from algorithms.errors import InputError
from algorithms.samples import as_samples, check_count
from algorithms.streaming.sources import Source

# Rows a block: large enough to hide the interpreter, small enough for many blocks to be in memory at once.
BLOCK_ROWS = 1 << 14
# Blocks handed to the executor ahead of the one whose statistic is merged next.
IN_FLIGHT = 64

Statistic = TypeVar("Statistic")


@dataclass(frozen=True, eq=False)
class Blocks:
    """The rows of `source` in blocks of `block_rows`, worked on by `executor`.

    Without an executor a thread a processor is started for each pass. Any `concurrent.futures.Executor` will
    do, `dask.distributed.Client.get_executor()` among them. Raises InputError for `block_rows` < 1.
    """

    source: Source
    executor: Executor | None = None
    block_rows: int = BLOCK_ROWS

    def __post_init__(self) -> None:
        check_count(self.block_rows, "block_rows")

    def __len__(self) -> int:
        return -(-self.source.n_samples // self.block_rows)

    def read(self, number: int) -> Float[np.ndarray, "n d"]:
        """Block `number`; InputError when there is anything but finite real numbers in it."""
        return _read(self.source, number, self.block_rows)

    def reduce(
        self,
        statistic: Callable[[np.ndarray], Statistic],
        merge: Callable[[Statistic, Statistic], Statistic],
    ) -> Statistic:
        """`statistic` of every block, merged pairwise in the order of the blocks: memory stays flat.

        For another process both the source and `statistic` must be picklable: a function of a module, or a
        `functools.partial` of one.
        """
        tree: _Tree[Statistic] = _Tree(merge)
        for result in self._mapped(statistic):
            tree.add(result)
        return tree.total()

    def _mapped(self, statistic: Callable[[np.ndarray], Statistic]) -> Iterator[Statistic]:
        if self.executor is not None:
            yield from self._through(self.executor, statistic)
            return
        with ThreadPoolExecutor(max_workers=min(len(self), os.cpu_count() or 1)) as threads:
            yield from self._through(threads, statistic)

    def _through(
        self, executor: Executor, statistic: Callable[[np.ndarray], Statistic]
    ) -> Iterator[Statistic]:
        waiting: deque[Future[Statistic]] = deque()
        try:
            for number in range(len(self)):
                waiting.append(executor.submit(_statistic, statistic, self.source, number, self.block_rows))
                if len(waiting) == IN_FLIGHT:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # after an error nobody wants the rest
                future.cancel()

    def sample(self, n_rows: int, rng: np.random.Generator) -> Float[np.ndarray, "n d"]:
        """`n_rows` distinct rows at random, or all if there are no more, in the order of the source."""
        n = self.source.n_samples
        chosen = np.sort(rng.choice(n, size=min(n_rows, n), replace=False))
        numbers, within = np.divmod(chosen, self.block_rows)
        parts = [self.read(int(number))[within[numbers == number]] for number in np.unique(numbers)]
        return np.concatenate(parts)


class _Tree(Generic[Statistic]):
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


def _statistic(
    statistic: Callable[[np.ndarray], Statistic], source: Source, number: int, block_rows: int
) -> Statistic:
    return statistic(_read(source, number, block_rows))


def _read(source: Source, number: int, block_rows: int) -> Float[np.ndarray, "n d"]:
    start = number * block_rows
    stop = min(start + block_rows, source.n_samples)
    try:
        # A copy of one layout, whatever the source hands out: the same block gives the same bits.
        return np.ascontiguousarray(as_samples(source.read(start, stop), source.n_features))
    except InputError as error:
        raise InputError(f"rows {start} to {stop - 1}: {error}") from error
