"""How strict a run is: the rates it states, the error it notices, the draws it may use."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms.errors import InputError
from verification.statistics.process import Bounds


@dataclass(frozen=True)
class Level:
    """The strictness of a check.

    alpha: false-alarm rate. beta: miss rate for an error of relative size delta. budget: most draws.

    Controls run at alpha on both sides: a wrong answer that is delta off survives with probability <= alpha.
    With at most 1,000 checks in a run, alpha = 1e-9 makes one false alarm in a million runs.

    Raises InputError for rates or delta outside (0, 1) and for a budget below 1.
    """

    name: str
    delta: float
    alpha: float = 1e-9
    beta: float = 1e-3
    budget: int = 50_000_000

    def __post_init__(self) -> None:
        Bounds(self.alpha, self.beta)
        if not 0 < self.delta < 1:
            raise InputError(
                f"delta, the relative error to notice, must lie between 0 and 1, got {self.delta}"
            )
        if self.budget < 1:
            raise InputError(f"the budget must be at least 1 draw, got {self.budget}")

    @property
    def claim_bounds(self) -> Bounds:
        """Bounds for the claim."""
        return Bounds(self.alpha, self.beta)

    @property
    def control_bounds(self) -> Bounds:
        """Bounds for the wrong answers: surviving must be as rare as a false alarm."""
        return Bounds(self.alpha, self.alpha)


QUICK = Level("quick", delta=0.05)
FULL = Level("full", delta=0.01)
