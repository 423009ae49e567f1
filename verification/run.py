"""Runs checks: draw a piece, add up, look; until the claim and every control are decided or the budget ends.

One run is one e-process carried on to its end. The verdict is

    pass        the claim was accepted and every control rejected
    fail        the claim was rejected, or a control survived: a check that accepts a wrong answer is none
    undecided   the budget ended first; that is not a pass

Pieces may be drawn by any executor and finish in any order. They are looked at in their own order, and what
was drawn ahead in vain is not looked at: the numbers do not depend on who drew. Nor do they depend on the
number of BLAS threads, which is one wherever pieces are drawn.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice

from threadpoolctl import threadpool_limits

from algorithms.errors import InputError
from derivations.kernel.terms import KernelError
from verification.check import Check, Experiment
from verification.course import Course, Piece, begin
from verification.judgement import outcome_of, outcome_without_draws
from verification.level import FULL, QUICK, Level
from verification.outcome import Outcome
from verification.stream import piece_sizes
from verification.work import Failure, Inline, Order, carry_out, pieces_of

LEVELS = {level.name: level for level in (QUICK, FULL)}
PIECES_AT_ONCE = 8
"""Large pieces in an order that is sent away: half a million points, so sending costs next to nothing."""
LARGE_PIECE = 8192
"""Smaller ones are sent one by one: near the start much that is drawn ahead is drawn in vain."""

OnProgress = Callable[[int, int], None]
"""Called after each piece with the draws done and the most that may be needed."""
Pieces = Mapping[str, Sequence[Piece]]
"""The pieces of each check, by its id."""


@dataclass(frozen=True)
class Progress:
    """Where a run of several checks stands.

    check: the one that was looked at last. n: its draws. expected: its draws until it is decided, at the rate
    seen, at most the budget. drawn: draws of all checks in this run. decided, checks: how many of them.
    """

    check: str
    n: int
    expected: int
    drawn: int
    decided: int
    checks: int


def run_check(check: Check, *, level: str, seed: int, on_progress: OnProgress | None = None) -> Outcome:
    """The outcome of `check` at level "quick" or "full".

    The same check, level and seed give the same outcome, but for `seconds`. Raises InputError for an
    unknown level or a negative seed.
    """
    return run_at(check, level_named(level), seed=seed, on_progress=on_progress)


def level_named(name: str) -> Level:
    """The level of this name. Raises InputError for an unknown one."""
    if name not in LEVELS:
        raise InputError(f"there is no level {name!r}; choose from {', '.join(LEVELS)}")
    return LEVELS[name]


def run_at(check: Check, level: Level, *, seed: int, on_progress: OnProgress | None = None) -> Outcome:
    """The outcome of `check` at any `level`. A closed form that cannot even be claimed fails the check."""

    def tell(progress: Progress) -> None:
        if on_progress is not None:
            on_progress(progress.n, level.budget)

    return run_checks((check,), level, seed=seed, on_progress=tell)[0]


def run_checks(
    checks: Sequence[Check],
    level: Level,
    *,
    seed: int,
    executor: Executor | None = None,
    workers: int = 1,
    drawn_before: Pieces | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_pieces: Callable[[Pieces], None] | None = None,
) -> tuple[Outcome, ...]:
    """The outcomes of `checks`, in their order.

    executor, workers: who draws, and how many at a time; None draws here. drawn_before: pieces from a run
    that was broken off; each check goes on after its own. on_pieces: called after every look with all pieces
    so far, for whoever keeps a record. Raises InputError for a negative seed.
    """
    if seed < 0:
        raise InputError(f"the seed must be 0 or larger, got {seed}")
    before = drawn_before or {}
    runs = [_Run(check, level, seed, before.get(check.id, ())) for check in checks]
    ahead = _Ahead(executor or Inline(), workers if executor else 1, PIECES_AT_ONCE if executor else 1)
    known = sum(run.n for run in runs)
    with threadpool_limits(None if executor else 1):
        while any(run.is_open for run in runs):
            ahead.fill(runs)
            for run in ahead.finished(runs):
                run.take()
                if on_pieces is not None:
                    on_pieces({other.check.id: other.pieces for other in runs})
                if on_progress is not None:
                    decided = sum(not other.is_open for other in runs)
                    drawn = sum(other.n for other in runs) - known
                    on_progress(Progress(run.check.id, run.n, run.expected, drawn, decided, len(runs)))
    return tuple(run.outcome() for run in runs)


@dataclass
class _Run:
    """One check on its way: its course, and the orders that are out."""

    check: Check
    level: Level
    seed: int
    before: Sequence[Piece]
    orders: deque[Future[tuple[Piece, ...] | Failure]] = field(default_factory=deque)
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    experiment: Experiment | None = None
    course: Course | None = None
    refusal: str = ""

    def __post_init__(self) -> None:
        try:
            self.experiment = self.check.experiment(self.level.delta)
        except (ValueError, KernelError) as error:
            self.refusal = f"the closed form cannot be claimed: {error}"
            return
        self.course = begin(self.experiment, self.level)
        for piece in self.before:
            self._look(piece)
        self.n_before = self.ordered_draws = self.n
        self.ordered_pieces = len(self.course.pieces)

    @property
    def n(self) -> int:
        """Draws looked at."""
        return 0 if self.course is None else self.course.n

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Pieces looked at."""
        return () if self.course is None else self.course.pieces

    @property
    def is_open(self) -> bool:
        """May more draws change the outcome?"""
        return self.course is not None and self.course.is_open and self.n < self.level.budget

    @property
    def expected(self) -> int:
        """Draws until the end, at the rates seen."""
        if self.course is None or not self.is_open:
            return self.n
        return int(min(self.course.projected, self.level.budget))

    def next_order(self, pieces: int) -> Order | None:
        """The order that follows those that are out; None if the budget is out too."""
        following = piece_sizes(self.level.budget, self.ordered_draws, self.ordered_pieces)
        sizes = tuple(islice(following, pieces))
        if not sizes:
            return None
        sizes = sizes if sizes[0] >= LARGE_PIECE else sizes[:1]
        if not self.orders and self.ordered_draws == self.n_before:
            self.started = time.perf_counter()
        order = Order(self.check, self.level.delta, self.seed, self.ordered_pieces, sizes)
        self.ordered_draws += sum(sizes)
        self.ordered_pieces += len(sizes)
        return order

    def take(self) -> None:
        """Look at the pieces of the oldest order."""
        drawn = self.orders.popleft().result()
        if isinstance(drawn, Failure):
            self.refusal, self.course = f"what is checked broke down: {drawn.reason}", None
        else:
            for piece in drawn:
                if self.is_open:
                    self._look(piece)
        if not self.is_open:
            self.seconds = time.perf_counter() - self.started
            for order in self.orders:
                order.cancel()
            self.orders.clear()

    def outcome(self) -> Outcome:
        """What was found."""
        if self.experiment is None or self.course is None:
            return outcome_without_draws(self.check, self.level, self.seed, self.refusal)
        return outcome_of(self.check, self.experiment, self.course, self.level, self.seed, self.seconds)

    def _look(self, piece: Piece) -> None:
        assert self.course is not None
        self.course = self.course.after(piece)


@dataclass(frozen=True)
class _Ahead:
    """Keeps the workers busy: earlier checks first, each with a few orders ahead of what was looked at."""

    executor: Executor
    workers: int
    pieces: int

    def fill(self, runs: Sequence[_Run]) -> None:
        """Send orders until every worker has one and one to follow; a single worker has one only."""
        free = (2 * self.workers if self.workers > 1 else 1) - sum(len(run.orders) for run in runs)
        for run in runs:
            while free > 0 and run.is_open and len(run.orders) <= self.workers:
                order = run.next_order(self.pieces)
                if order is None:
                    break
                run.orders.append(self._send(run, order))
                free -= 1

    def _send(self, run: _Run, order: Order) -> Future[tuple[Piece, ...] | Failure]:
        if isinstance(self.executor, Inline):
            assert run.experiment is not None
            return self.executor.submit(pieces_of, run.experiment, order)
        return self.executor.submit(carry_out, order)

    def finished(self, runs: Sequence[_Run]) -> list[_Run]:
        """Runs whose oldest order is done; waits until there is one."""
        oldest = [run.orders[0] for run in runs if run.orders]
        wait(oldest, return_when=FIRST_COMPLETED)
        return [run for run in runs if run.orders and run.orders[0].done()]
