r"""The e-process of a claim: reject, accept, or draw on; exact at every stopping time.

**Bets.** A log bet is a function b(x) of one draw with

    E[exp b(x)] <= 1       under the claim.

It wins when the draw speaks against the claim. Bet j is *for* an alternative law Q of the draws when

    E_Q[exp(-b_j(x))] <= 1 ,

so under Q it is the opposite bet that cannot win. (For likelihood ratios b = log q/p both are equalities.)
With L_jn the sum of b_j over the first n draws, the process of J bets is their average

    E_n = (1/J) sum_j exp(L_jn) ,   E_0 = 1 .

**Rejecting.** Under the claim every exp(L_jn), hence the average E_n, is a nonnegative supermartingale with
E_0 = 1, however the bets depend on each other. By Ville's inequality P(sup_n E_n >= 1/alpha) <= alpha.
The claim is rejected when E_n >= 1/alpha: the false-alarm rate is at most alpha. For the same reason
p = min(1, 1 / sup_n E_n) is a p-value at every stopping time.

**Accepting.** The claim is accepted when every bet has been down to log beta: min over m <= n of L_jm <=
log beta for all j. Let Q be an alternative that at least one bet, j say, is for. Under Q, exp(-L_jn) is a
nonnegative supermartingale from 1, so P_Q(inf_n L_jn <= log beta) = P_Q(sup_n exp(-L_jn) >= 1/beta) <=
beta. Acceptance implies this event, so the miss rate is at most beta, for each such Q. Neither bound is a
union bound: rejection averages, acceptance intersects.

Looking only at some n makes both events smaller, and the two verdicts exclude each other (the first one
counts, rejection if both come at one look), so both bounds hold for the rule as it is run. Draws need not be
independent: it is enough that the inequalities hold given the past.

Sources: J. Ville, Etude critique de la notion de collectif (1939); A. Wald, Sequential tests of statistical
hypotheses, Ann. Math. Stat. 16 (1945); S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, Time-uniform,
nonparametric, nonasymptotic confidence sequences, Ann. Stat. 49 (2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from algorithms.errors import InputError

Decision = Literal["rejected", "accepted", "open"]

LARGEST_EXPONENT = 700.0
"""exp of more than this overflows a float; e-values are reported up to exp(700), about 1e304."""


@dataclass(frozen=True)
class Bounds:
    """False-alarm rate `alpha` and miss rate `beta`, each strictly between 0 and 1.

    Raises InputError for a rate outside (0, 1).
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            rate = getattr(self, name)
            if not 0 < rate < 1:
                raise InputError(f"{name} must lie strictly between 0 and 1, got {rate}")

    @property
    def log_reject(self) -> float:
        """E_n rejects at or above exp(log_reject) = 1/alpha."""
        return -math.log(self.alpha)

    @property
    def log_accept(self) -> float:
        """A bet has given up at or below exp(-log_accept) = beta."""
        return -math.log(self.beta)


@dataclass(frozen=True)
class Process:
    """The e-process of one claim after `n` draws. Start with `Process()`, go on with `after`.

    log_e: log E_n. log_e_max: its maximum so far. lows: the minimum of each bet so far, shape (J,).
    last: the bets now, shape (J,).
    """

    n: int = 0
    log_e: float = 0.0
    log_e_max: float = 0.0
    lows: Float[np.ndarray, " j"] | None = None
    last: Float[np.ndarray, " j"] | None = None

    def after(self, n: int, log_bets: Float[np.ndarray, " j"]) -> Process:
        """The process at a later look: `log_bets` are the sums L_jn over ALL first n draws."""
        log_e = log_mean_exp(log_bets)
        lows = np.minimum(log_bets, 0.0 if self.lows is None else self.lows)
        return Process(n, log_e, max(self.log_e_max, log_e), lows, log_bets)

    @property
    def log_acceptance(self) -> float:
        """Log of the evidence for the claim: the bet that has fallen least says how much; at least 0."""
        return 0.0 if self.lows is None else 0.0 - float(self.lows.max())

    @property
    def e_value(self) -> float:
        """E_n, capped at exp(700)."""
        return math.exp(min(self.log_e, LARGEST_EXPONENT))

    @property
    def p_value(self) -> float:
        """The anytime p-value min(1, 1 / sup E)."""
        return math.exp(-min(self.log_e_max, LARGEST_EXPONENT))

    def decision(self, bounds: Bounds) -> Decision:
        """Rejected, accepted, or still open at these bounds. Stop at the first that is not open."""
        if self.log_e_max >= bounds.log_reject:
            return "rejected"
        if self.log_acceptance >= bounds.log_accept:
            return "accepted"
        return "open"


def log_mean_exp(log_bets: Float[np.ndarray, " j"]) -> float:
    """log of the mean of exp(log_bets), without overflow; infinite bets are allowed."""
    top = float(log_bets.max())
    if math.isinf(top):
        return top
    return top + math.log(float(np.exp(log_bets - top).mean()))
