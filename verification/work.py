"""The work that is sent to executors: the sums of some pieces of one check.

What travels is small: the check (its functions by name), a few numbers, and back come the sums. An executor
is anything with the interface of `concurrent.futures.Executor`: processes, threads, Dask, MPI.
"""

from __future__ import annotations

import threading
import traceback
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from algorithms import native
from verification.check import Check, Experiment
from verification.course import Piece
from verification.stream import generator

_this_thread = threading.local()


@dataclass(frozen=True)
class Order:
    """Pieces `first`, `first` + 1, ... of these sizes, of one check at one tolerance and seed."""

    check: Check
    delta: float
    seed: int
    first: int
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Failure:
    """What was to be drawn raised an error, told in `reason`: a finding about the code that is checked."""

    reason: str


def pieces_of(experiment: Experiment, order: Order) -> tuple[Piece, ...] | Failure:
    """Draw and add up."""
    pieces = []
    for number, size in enumerate(order.sizes, start=order.first):
        rng = generator(order.seed, order.check.id, number)
        try:
            sums = experiment.measurement.sums(experiment.draw(size, rng))
        except Exception as error:  # whatever an algorithm raises on valid input, it is wrong
            where = traceback.extract_tb(error.__traceback__)[-1]
            return Failure(
                f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}: {error}"
            )
        if np.isnan(sums).any():
            return Failure("draws that are no numbers (nan)")
        pieces.append(Piece(size, sums))
    return tuple(pieces)


def carry_out(order: Order) -> tuple[Piece, ...] | Failure:
    """The same elsewhere: a worker builds the experiment itself, once for many orders."""
    one_thread()
    return pieces_of(_experiment(order.check, order.delta), order)


def one_thread() -> None:
    """Binds the thread that calls to one core: a worker is one core's worth, and sums that BLAS adds up on
    several threads differ in their last digit."""
    if not hasattr(_this_thread, "limits"):
        native.available()  # loads the kernels: a limit binds only what is loaded
        _this_thread.limits = threadpool_limits(1)


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
