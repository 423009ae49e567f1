r"""Bets on one law against others: likelihood ratios. They see what moments cannot.

Statement. For densities p (claimed) and q (a rival), b = log q(x) - log p(x) has E_p exp b = 1 and E_q
exp(-b) = 1: a bet against the claim p, and for the alternative q, with equality in both. So the truth is
rejected with probability at most alpha, and accepted with probability at most beta if a rival is the
truth.

Source: A. Wald, Ann. Math. Stat. 16 (1945).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Samples
from verification.statistics.claim import Entry, samples_of
from verification.statistics.confidence import Interval


@runtime_checkable
class Law(Protocol):
    """Anything with a density: a mixture, or the law of some coordinates given the others.

    A density of part of x given the rest will do: what is given is known before the bet on what is not.
    """

    def log_prob(self, X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
        """The log-density of each draw."""
        ...


@dataclass(frozen=True)
class Likelihoods:
    """Measures the log-likelihood of the draws under each of some laws.

    component: only draws with this label are looked at (None: all), as in `statistics.tilt`.
    """

    laws: tuple[Law, ...]
    component: int | None = None

    @property
    def size(self) -> int:
        """One sum for each law."""
        return len(self.laws)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The log-likelihood of `samples` under each law."""
        X = (samples if self.component is None else samples_of(samples, self.component)).X
        if len(X) == 0:
            return np.zeros(self.size)
        return np.array([float(law.log_prob(X).sum()) for law in self.laws])

    def claim(self, law: int) -> LawClaim:
        """The claim that the draws come from laws[law]; all the others are its rivals."""
        return LawClaim(law)


@dataclass(frozen=True)
class LawClaim:
    """The draws come from law number `law`."""

    law: int

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " j"]:
        """The log-likelihood ratio of every rival against the claimed law."""
        return np.asarray(np.delete(sums, self.law) - sums[self.law])

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """A law is no number."""
        return ()

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """A law is no number."""
        return None
