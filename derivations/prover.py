"""From claims to kernel proofs: lowers the lines, finds the rewrites, lets the kernel check the result.

Nothing here is trusted. A rewrite that is not found leaves a step that the kernel refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from derivations.claims import (
    Assumption,
    Chain,
    Cited,
    Claim,
    GaussianIntegral,
    Independence,
    Instance,
    Limit,
    LowerBound,
    Recurrence,
    SameLaw,
    Vanishing,
    WithPseudoInverse,
)
from derivations.kernel import rules
from derivations.kernel.checker import Checker
from derivations.kernel.integrals import VARIABLE
from derivations.kernel.rules import Proof, Sequent
from derivations.kernel.terms import index
from derivations.matrix import COLUMN, ROW, lowered
from derivations.matrix.base import Scope
from derivations.parts import part
from derivations.search import find_rewrites


@dataclass
class Prover:
    """Proofs over one signature; each claim is proved once."""

    checker: Checker
    _proofs: dict[int, tuple[object, Proof]] = field(default_factory=dict)

    def conclusion(self, claim: Claim) -> Sequent:
        """What the kernel concludes from the claim's proof; raises KernelError if it is refused."""
        return self.checker.check(self.proof(claim))

    def proof(self, claim: Claim | Cited) -> Proof:
        """The proof of a claim."""
        if id(claim) not in self._proofs:
            self._proofs[id(claim)] = claim, self._prove(claim)
        return self._proofs[id(claim)][1]

    def _prove(self, claim: Claim | Cited) -> Proof:
        match claim:
            case Assumption(name, left, right, _):
                return rules.Assume(name, lowered(left), lowered(right))
            case Independence(schema, factors):
                return rules.Axiomatic(schema, tuple(lowered(f) for f in factors))
            case GaussianIntegral(_, entry, function, value, _):
                variable = lowered(entry)
                integrand = lowered(function).xreplace({variable: VARIABLE})
                return rules.Integrate(variable, integrand, lowered(value))
            case Instance(of, scalar, by):
                return rules.Instantiate(self.proof(of), scalar.name, lowered(by))
            case Chain():
                return self._chain(claim)
            case LowerBound():
                known = {id(lower.of.start): self.proof(lower) for lower in claim.known}
                parts = tuple(part(x, known) for x in claim.parts)
                return rules.AtLeast(self.proof(claim.of), lowered(claim.bound), parts)
            case Vanishing(_, of, norm, _):
                indices, root = norm.root_at_row_and_column()
                return rules.Vanishing(self.proof(of), indices, root)
            case Recurrence(_, name, _, first, step, closed, _):
                return rules.Recurrence(name, first, step, closed)
            case Limit(_, term, variable, value, _):
                return rules.Limit(lowered(term), variable.name, lowered(value))
            case WithPseudoInverse(_, of, inverse, rows, columns, _):
                return rules.Exists(self.proof(of), inverse.name, rows.name, columns.name)
            case SameLaw():
                return self._law(claim)

    def _chain(self, claim: Chain) -> Proof:
        lines = tuple(lowered(line) for line in claim.lines)
        rewrites = []
        for before, after, step in zip(lines, lines[1:], claim.steps, strict=False):
            cited = [self.proof(c) for c in step.by]
            rewrites.append(find_rewrites(before, after, cited, self.checker))
        return rules.Chain(lines, tuple(rewrites))

    def _law(self, claim: SameLaw) -> Proof:
        law, scope = claim.law, Scope()
        size = law.mean.rows
        i, j = index(ROW, size), index(COLUMN, size)
        return rules.Law(
            self.proof(claim.of),
            claim.frequency.name,
            tuple(c.symbol for c in law.components),
            (i, j),
            law.weight.lower(None, None, scope),
            law.mean.lower(i, None, scope),
            law.covariance.lower(i, j, scope),
        )
