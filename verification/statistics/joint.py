"""Several measurements of the same draws, and claims about all of them: one process over all their bets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Samples
from verification.statistics.claim import Claim, Entry, Measurement
from verification.statistics.confidence import Interval


@dataclass(frozen=True)
class Joint:
    """The sums of several measurements, one after the other."""

    parts: tuple[Measurement, ...]

    @property
    def size(self) -> int:
        """All their sums."""
        return sum(part.size for part in self.parts)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """All their sums over `samples`."""
        return np.concatenate([part.sums(samples) for part in self.parts])

    def claim(self, *claims: Claim) -> JointClaim:
        """All these claims, one for each measurement, in their order."""
        ends = np.cumsum([part.size for part in self.parts])[:-1]
        return JointClaim(claims, tuple(int(end) for end in ends))


@dataclass(frozen=True)
class JointClaim:
    """All of `claims`; `cuts` are the places where the sums of one measurement end and the next begin."""

    claims: tuple[Claim, ...]
    cuts: tuple[int, ...]

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " j"]:
        """The bets against each."""
        parts = np.split(sums, self.cuts)
        return np.concatenate([c.log_bets(part) for c, part in zip(self.claims, parts, strict=True)])

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """The entries of each."""
        parts = np.split(sums, self.cuts)
        return tuple(e for c, part in zip(self.claims, parts, strict=True) for e in c.entries(part))

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """That of the part which the entry belongs to."""
        for claim, part in zip(self.claims, np.split(sums, self.cuts), strict=True):
            own = len(claim.entries(part))
            if number < own:
                return claim.interval(part, number, alpha)
            number -= own
        return None
