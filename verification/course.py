"""How far a check has come: the trials of its truth and its controls, after some pieces of draws.

A course is determined by its pieces: the same sizes and sums in the same order give the same course, whoever
computed them and whenever. That is why a run can be spread over processes, and why it can be resumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from verification.check import Experiment
from verification.level import Level
from verification.outcome import PathPoint
from verification.statistics.process import LARGEST_EXPONENT, Process
from verification.trial import Trial

PATH_POINTS = 200


@dataclass(frozen=True)
class Piece:
    """Sums of the measurement over `size` draws."""

    size: int
    sums: Float[np.ndarray, " s"]


@dataclass(frozen=True)
class Course:
    """The state of one check; start it with `begin`, go on with `after`.

    path: how the process of the truth went. pieces: all pieces so far, what a record keeps.
    """

    truth: Trial
    controls: tuple[Trial, ...]
    sums: Float[np.ndarray, " s"]
    n: int = 0
    path: tuple[PathPoint, ...] = ()
    pieces: tuple[Piece, ...] = field(default=(), repr=False)

    @property
    def is_open(self) -> bool:
        """Is anything undecided?"""
        return any(trial.decision == "open" for trial in (self.truth, *self.controls))

    @property
    def projected(self) -> float:
        """Draws until everything is decided, at the rates seen; infinite if unknown."""
        return max(trial.projected() for trial in (self.truth, *self.controls))

    def after(self, piece: Piece) -> Course:
        """The course after one more piece."""
        n, sums = self.n + piece.size, self.sums + piece.sums
        truth = self.truth.after(n, sums)
        path = (*self.path, point(truth.process)) if self.truth.decision == "open" else self.path
        controls = tuple(trial.after(n, sums) for trial in self.controls)
        return replace(
            self, truth=truth, controls=controls, sums=sums, n=n, path=path, pieces=(*self.pieces, piece)
        )


def begin(experiment: Experiment, level: Level) -> Course:
    """Before the first draw."""
    return Course(
        Trial(experiment.truth, level.claim_bounds),
        tuple(Trial(control.claim, level.control_bounds) for control in experiment.controls),
        np.zeros(experiment.measurement.size),
    )


def point(process: Process) -> PathPoint:
    """The process as a point to draw: finite, even where a claim is impossible and its bets infinite."""
    return PathPoint(
        process.n,
        float(np.clip(process.log_e, -LARGEST_EXPONENT, LARGEST_EXPONENT)),
        min(process.log_acceptance, LARGEST_EXPONENT),
    )


def thinned(path: tuple[PathPoint, ...]) -> tuple[PathPoint, ...]:
    """At most PATH_POINTS points, evenly chosen, the first and the last among them."""
    if len(path) <= PATH_POINTS:
        return path
    return tuple(path[i] for i in np.linspace(0, len(path) - 1, PATH_POINTS).round().astype(int))
