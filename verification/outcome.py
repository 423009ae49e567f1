"""What a check found: frozen, ready to print, to draw and to write as JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from verification.statistics.claim import Entry
from verification.statistics.confidence import Interval

Verdict = Literal["pass", "fail", "undecided"]
ControlVerdict = Literal["rejected", "survived", "undecided"]


@dataclass(frozen=True)
class ControlOutcome:
    """A wrong answer, what became of it, and after how many draws."""

    mutant: str
    title: str
    verdict: ControlVerdict
    n: int


@dataclass(frozen=True)
class PathPoint:
    """The process after `n` draws: log E speaks against the claim, `Process.log_acceptance` for it.

    Both are finite: cut at +-700, beyond which exp overflows.
    """

    n: int
    log_e_reject: float
    log_e_accept: float


@dataclass(frozen=True)
class Outcome:
    """The outcome of one check.

    statistic, estimate, closed_form, standard_error, z
                of the entry that deviates most; "" and nan if there is none (nothing claimed, nothing drawn)
    entries     all claimed numbers beside their estimates
    e_value     the process when it stopped, at most exp(700)
    p_value     min(1, 1 / sup E), valid at every stopping time
    n           draws until the verdict on the claim; each control has its own
    delta       the relative error that a miss rate of beta holds for
    path        at most 200 points, ending at the verdict; draw log_reject and log_accept beside it
    confidence  at most 16 intervals for the number of `statistic`, after more and more draws: all of them,
                and those of all other entries, hold together with probability 1 - alpha; empty if unknown
    needed      if undecided, the draws a run would need by what was seen; else None
    failure     one line that says why the verdict is not "pass"; empty if it is
    seconds     wall time, the only number here that changes from run to run
    """

    id: str
    theorem: str
    title: str
    claim_latex: str
    design: str
    level: str
    statistic: str
    estimate: float
    closed_form: float
    standard_error: float
    z: float
    e_value: float
    p_value: float
    n: int
    alpha: float
    beta: float
    delta: float
    verdict: Verdict
    controls: tuple[ControlOutcome, ...]
    entries: tuple[Entry, ...]
    path: tuple[PathPoint, ...]
    needed: int | None
    failure: str
    seed: int
    seconds: float
    confidence: tuple[Interval, ...] = ()

    @property
    def log_reject(self) -> float:
        """The claim is rejected when `log_e_reject` reaches this."""
        return -math.log(self.alpha)

    @property
    def log_accept(self) -> float:
        """The claim is accepted when `log_e_accept` reaches this."""
        return -math.log(self.beta)

    @property
    def n_rejected(self) -> int:
        """How many controls were rejected, as they must be."""
        return sum(control.verdict == "rejected" for control in self.controls)

    @property
    def message(self) -> str:
        """A few plain lines for a person: claim, estimate, closed form, error, p-value, controls."""
        lines = [
            f"check {self.id}: {self.verdict}",
            f"  claim        {self.claim_latex}   (theorem {self.theorem})",
            f"  design       {self.design}",
        ]
        if self.entries:
            lines += [
                f"  estimate     {self.statistic} = {self.estimate:.6g} "
                f"(standard error {self.standard_error:.2g})",
                f"  closed form  {self.statistic} = {self.closed_form:.6g}",
                f"  error        {self.estimate - self.closed_form:+.3g}, {self.z:+.1f} standard errors",
            ]
        lines += [
            f"  p-value      {self.p_value:.2g} after {self.n:,} draws",
            f"  guarantee    a true claim is rejected with probability <= {self.alpha:g}, "
            f"one that is {100 * self.delta:g} % off passes with probability <= {self.beta:g}",
            f"  controls     {self.n_rejected} of {len(self.controls)} wrong answers rejected",
        ]
        if self.failure:
            lines.append(f"  why          {self.failure}")
        return "\n".join(lines)
