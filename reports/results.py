"""Everything a course report is written from: one value, the same for HTML, PDF, JSON and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from derivations.results import RefutationResult, TheoremResult
from reports.factorization_study import FactorizationStudy
from reports.figures.learning import Convergence, Heat, RankErrors
from reports.illustration import MomentsPicture, SumPicture
from reports.image_study import ImageStudy
from verification.outcome import Outcome


@dataclass(frozen=True)
class Input:
    """A file that was read: its name and, unless it comes with the project, the SHA-256 of its content."""

    name: str
    sha256: str
    bundled: bool

    @property
    def item(self) -> str:
        """What is rated in a file of ratings: restaurants in ours, who knows what in another."""
        return "restaurant" if self.bundled else "item"


class Evidence(Protocol):
    """What was proved, refuted and checked, for the whole homework or a part of it."""

    @property
    def theorems(self) -> tuple[TheoremResult, ...]: ...

    @property
    def refutations(self) -> tuple[RefutationResult, ...]: ...

    @property
    def checks(self) -> tuple[Outcome, ...]: ...


class Factorized(Evidence, Protocol):
    """The evidence, and the factorization of the ratings that were read."""

    @property
    def factorization(self) -> FactorizationStudy: ...

    @property
    def ratings(self) -> Input: ...


class Pictured(Evidence, Protocol):
    """The evidence, and what became of the picture that was read."""

    @property
    def images(self) -> ImageStudy: ...

    @property
    def picture(self) -> Input: ...


@dataclass(frozen=True)
class Results:
    """What `ksquared report` found. `command` repeats it; `environment` says with what it was made."""

    seed: int
    command: str
    version: str
    libraries: dict[str, str]
    machine: dict[str, str]
    ratings: Input
    picture: Input
    theorems: tuple[TheoremResult, ...]
    refutations: tuple[RefutationResult, ...]
    factorization: FactorizationStudy
    images: ImageStudy
    rank_picture: RankErrors
    moments_picture: MomentsPicture
    convergence_picture: Convergence
    sum_picture: SumPicture
    mean_pictures: tuple[Heat, ...]
    covariance_pictures: tuple[Heat, ...]
    checks: tuple[Outcome, ...]

    @property
    def n_proved(self) -> int:
        """Number of theorems proved."""
        return sum(theorem.verdict == "proved" for theorem in self.theorems)

    @property
    def n_refuted(self) -> int:
        """Number of false claims refuted."""
        return sum(claim.verdict == "refuted" for claim in self.refutations)

    @property
    def n_passed(self) -> int:
        """Number of checks passed."""
        return sum(check.verdict == "pass" for check in self.checks)

    @property
    def n_controls(self) -> int:
        """Number of wrong answers the checks were given."""
        return sum(len(check.controls) for check in self.checks)

    @property
    def n_rejected(self) -> int:
        """Number of wrong answers the checks rejected."""
        return sum(control.verdict == "rejected" for check in self.checks for control in check.controls)

    @property
    def findings(self) -> tuple[str, ...]:
        """One line for each thing that does not hold; empty if all is well."""
        return findings(self)


def findings(found: Evidence) -> tuple[str, ...]:
    """One line for each thing that does not hold; empty if all is well."""
    return (
        *(theorem_finding(theorem) for theorem in found.theorems if theorem.verdict != "proved"),
        *(refutation_finding(claim) for claim in found.refutations if claim.verdict != "refuted"),
        *(check_finding(check) for check in found.checks if check.verdict != "pass"),
    )


def theorem_finding(theorem: TheoremResult) -> str:
    """One line for a theorem that was not proved."""
    return f"theorem {theorem.id}: {theorem.verdict}; {theorem.failure}"


def refutation_finding(claim: RefutationResult) -> str:
    """One line for a false claim that was not refuted."""
    return f"false claim {claim.id}: {claim.verdict}; expected a counterexample, found none"


def check_finding(check: Outcome) -> str:
    """One line for a check that did not pass."""
    return f"check {check.id} (theorem {check.theorem}): {check.verdict}; {check.failure}"
