"""What a theorem file says: assumptions, and claims that follow from them line by line.

A claim is written in matrix notation and proves nothing by itself. `prover` looks for the rewrites that
justify its lines and hands the kernel a proof; `library` turns the outcome into readable results.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from derivations.matrix import Index, Matrix, SquaredNorm, Tensor
from derivations.matrix.base import Operand, as_matrix


@dataclass(frozen=True, eq=False)
class Assumption:
    """A hypothesis left = right. Where it is cited, left is replaced by right."""

    name: str
    left: Matrix
    right: Matrix
    reason: str


@dataclass(frozen=True, eq=False)
class Independence:
    """The expectation of a product of independent factors is the product of their expectations.

    `schema` names the form (`kernel.axioms`), `factors` are what it speaks of.
    """

    schema: str
    factors: tuple[Matrix, ...]


@dataclass(frozen=True, eq=False)
class GaussianIntegral:
    """E[f(z_a)] = value for a standard normal entry: an integral, found by SymPy."""

    title: str
    entry: Matrix
    function: Matrix
    value: Matrix
    why: str


@dataclass(frozen=True, eq=False)
class Instance:
    """An equation with a scalar variable replaced by an expression."""

    of: Claim
    scalar: Tensor
    by: Matrix


@dataclass(frozen=True, eq=False)
class Step:
    """The next line of a chain: equal to the one before, because of `why` and the cited equations."""

    line: Matrix
    why: str
    by: tuple[Cited, ...] = ()


@dataclass(frozen=True, eq=False)
class Chain:
    """start = line = line = ...; cited, it gives start = last line."""

    title: str
    start: Matrix
    steps: tuple[Step, ...] = ()
    shown: tuple[Matrix, ...] = ()
    """Lines between the first and the last that are part of the statement."""

    def showing(self, *lines: Matrix) -> Chain:
        """The chain with more lines in its statement."""
        return replace(self, shown=lines)

    def equals(self, line: Operand, why: str, by: tuple[Cited, ...] | Cited = ()) -> Chain:
        """The chain with one more line."""
        cited = by if isinstance(by, tuple) else (by,)
        return replace(self, steps=(*self.steps, Step(as_matrix(line), why, cited)))

    @property
    def lines(self) -> tuple[Matrix, ...]:
        """All lines, the start first."""
        return (self.start, *(step.line for step in self.steps))

    @property
    def result(self) -> Matrix:
        """The last line."""
        return self.lines[-1]


@dataclass(frozen=True, eq=False)
class LowerBound:
    """The chain's start is at least `bound`, because its last line is the bound plus `parts`.

    A part is a squared norm, a `LogGap`, or the left side of a known lower bound by zero; times factors
    that are not negative, summed over indices.
    """

    title: str
    of: Chain
    bound: Matrix
    parts: tuple[Matrix, ...]
    why: str
    known: tuple[LowerBound, ...] = ()


@dataclass(frozen=True, eq=False)
class Vanishing:
    """If a squared norm is zero, so is what it is the norm of."""

    title: str
    of: Chain
    norm: SquaredNorm
    why: str


@dataclass(frozen=True, eq=False)
class Recurrence:
    """A sequence by induction: u_1 = first, u_{n+1} = step in u and n, hence u_n = closed.

    The three are SymPy expressions in `rules.PREVIOUS`, `rules.NUMBER` and the sizes.
    """

    title: str
    name: str
    latex: str
    first: sp.Expr
    step: sp.Expr
    closed: sp.Expr
    why: str


@dataclass(frozen=True, eq=False)
class Limit:
    """A term in positive scalars tends to `value` as `variable` falls to zero."""

    title: str
    term: Matrix
    variable: Tensor
    value: Matrix
    why: str


@dataclass(frozen=True, eq=False)
class WithPseudoInverse:
    """A claim freed of its hypotheses about W^+, which exists for every W and is not mentioned."""

    title: str
    of: LowerBound
    inverse: Tensor
    row_projector: Tensor
    column_projector: Tensor
    why: str


@dataclass(frozen=True)
class MixtureLaw:
    """sum over the components of weight N(mean, covariance)."""

    components: tuple[Index, ...]
    weight: Matrix
    mean: Matrix
    covariance: Matrix

    def print(self) -> str:
        """LaTeX of the law."""
        sums = " ".join(rf"\sum_{{{i.name}=1}}^{{{i.sort}}}" for i in self.components)
        parameters = rf"{self.mean.print()},\, {self.covariance.print()}"
        return rf"{sums} {self.weight.print()}\, \mathcal{{N}}\left({parameters}\right)"


@dataclass(frozen=True, eq=False)
class SameLaw:
    """A variable whose characteristic function is that of a mixture has the law of that mixture."""

    title: str
    of: Chain
    variable: str
    frequency: Tensor
    law: MixtureLaw
    why: str


Claim = GaussianIntegral | Chain | LowerBound | Vanishing | Recurrence | Limit | WithPseudoInverse | SameLaw
Cited = Assumption | Independence | GaussianIntegral | Instance | Chain | Vanishing


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """A NumPy function to be generated from the last line of a chain.

    `axes` are the free subscripts of the value, in the order of the leading axes of the result. With
    `single`, the function is for one member of the family with that subscript.
    """

    name: str
    of: Chain | MixtureLaw
    value: Matrix
    axes: tuple[Index, ...] = ()
    single: Index | None = None


@dataclass(frozen=True, eq=False)
class Theorem:
    """A theorem as its file states it: `claims` in the order of the text, `states` what it states.

    `given` is LaTeX of what is assumed in words; `at_most` and `split` relate
    sizes (see `kernel.signature`); `also_rests_on` names axioms that the words between the claims use.
    """

    id: str
    title: str
    source: str
    claims: tuple[Claim, ...]
    states: tuple[Claim, ...]
    remarks: tuple[str, ...] = ()
    closed_forms: tuple[ClosedForm, ...] = ()
    at_most: tuple[tuple[str, str], ...] = ()
    given: str = ""
    split: tuple[tuple[str, str, str], ...] = ()
    also_rests_on: tuple[str, ...] = ()
