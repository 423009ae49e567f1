"""The work that is sent to executors: the sums of some pieces of one check.

What travels is small: the check (its functions by name), a few numbers, and back come the sums. An executor
is anything with the interface of `concurrent.futures.Executor`: processes, threads, Dask, MPI.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from verification.check import Check, Experiment
from verification.course import Piece
from verification.stream import generator


@dataclass(frozen=True)
class Order:
    """Pieces `first`, `first` + 1, ... of these sizes, of one check at one tolerance and seed."""

    check: Check
    delta: float
    seed: int
    first: int
    sizes: tuple[int, ...]


def pieces_of(experiment: Experiment, order: Order) -> tuple[Piece, ...]:
    """Draw and add up."""
    return tuple(
        Piece(
            size,
            experiment.measurement.sums(experiment.draw(size, generator(order.seed, order.check.id, number))),
        )
        for number, size in enumerate(order.sizes, start=order.first)
    )


def carry_out(order: Order) -> tuple[Piece, ...]:
    """The same elsewhere: a worker builds the experiment itself, once for many orders."""
    return pieces_of(_experiment(order.check, order.delta), order)


@lru_cache(maxsize=64)
def _experiment(check: Check, delta: float) -> Experiment:
    return check.experiment(delta)


class Inline(Executor):
    """The executor of one process: work is done when it is handed in."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
