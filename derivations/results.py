"""What the derivations hand to their readers: frozen results, ready to print.

Formulas are LaTeX, printed from the checked terms. Sentences are plain text with formulas between
dollar signs. Nothing here decides anything; the verdicts come from `derivations.kernel`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["proved", "refuted", "undecided"]


@dataclass(frozen=True)
class Line:
    """One line of a derivation: `relation latex`, and the reason it follows from the line above."""

    relation: str
    latex: str
    why: str
    cites: tuple[str, ...] = ()
    verified: bool = True


@dataclass(frozen=True)
class Derivation:
    """A chain of lines that starts at `start`; `title` says what it shows."""

    title: str
    start: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Assumption:
    """A hypothesis or an axiom: its name, its formula (may be empty), its source or reason."""

    name: str
    latex: str
    source: str = ""


@dataclass(frozen=True)
class TheoremResult:
    """A theorem after checking. `failure` says in one line why it is not proved, else is empty."""

    id: str
    title: str
    source: str
    statement_latex: str
    general_in: tuple[str, ...]
    hypotheses: tuple[Assumption, ...]
    axioms: tuple[Assumption, ...]
    derivations: tuple[Derivation, ...]
    remarks: tuple[str, ...]
    mistakes: tuple[str, ...]
    verdict: Verdict
    failure: str
    seconds: float

    @property
    def n_steps(self) -> int:
        """Number of machine-checked lines."""
        return sum(len(derivation.lines) for derivation in self.derivations)


@dataclass(frozen=True)
class Value:
    """A named exact value of a counterexample; `latex` shows it, `data` holds nested fractions as text."""

    name: str
    latex: str
    data: object


@dataclass(frozen=True)
class Counterexample:
    """The smallest model found in which the claim fails: sizes, values, and both sides."""

    sizes: tuple[tuple[str, int], ...]
    values: tuple[Value, ...]
    claimed: Value
    true: Value
    tried: int


@dataclass(frozen=True)
class RefutationResult:
    """A false claim after the search. `verdict` is "refuted" exactly when a counterexample was found."""

    id: str
    title: str
    theorem: str
    claim_latex: str
    true_latex: str
    why: str
    verdict: Verdict
    counterexample: Counterexample | None
    seconds: float
