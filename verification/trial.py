"""A claim on its way to a verdict: it stops at its first decision, whatever goes on around it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from verification.statistics.claim import Claim
from verification.statistics.process import Bounds, Decision, Process


@dataclass(frozen=True)
class Trial:
    """The process of `claim` under `bounds`, and the decision so far.

    sums: those of the measurement when the trial stopped, or now.
    """

    claim: Claim
    bounds: Bounds
    process: Process = field(default_factory=Process)
    decision: Decision = "open"
    sums: Float[np.ndarray, " s"] | None = None

    def after(self, n: int, sums: Float[np.ndarray, " s"]) -> Trial:
        """The trial after `n` draws in all with these `sums` in all; unchanged if it is over."""
        if self.decision != "open":
            return self
        process = self.process.after(n, self.claim.log_bets(sums))
        return replace(self, process=process, decision=process.decision(self.bounds), sums=sums)

    def projected(self) -> float:
        """Draws until the decision if each bet keeps its mean rate: an estimate, infinite if unknown."""
        process = self.process
        if self.decision != "open":
            return float(process.n)
        if process.last is None:
            return math.inf
        # Up to here some bet neither fell to the lower bound nor did the average rise to the upper one.
        rate_down, rate_up = -float(process.last.max()), process.log_e
        down = self.bounds.log_accept / rate_down if rate_down > 0 else math.inf
        up = self.bounds.log_reject / rate_up if rate_up > 0 else math.inf
        return process.n * min(down, up)
