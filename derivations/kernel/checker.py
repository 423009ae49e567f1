"""The one function that accepts proofs.

`Checker.check` computes the conclusion of a proof from the tree alone and raises `Rejected` if a step
does not follow. Every step of a chain is tested twice: by the normal form of what is left of its
difference, which settles all sizes (`normal_form`), and by exact evaluation on random models of all its
hypotheses, those that came through lemmas too (`model_test`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from derivations.kernel import axioms, rules
from derivations.kernel.calculus import check_limit, check_recurrence
from derivations.kernel.characteristic import check_characteristic
from derivations.kernel.display import poly_text
from derivations.kernel.grammar import Grammar, check_laws
from derivations.kernel.integrals import check_integral
from derivations.kernel.laws import Free
from derivations.kernel.model_test import disagreement
from derivations.kernel.normal_form import is_zero, normal_form
from derivations.kernel.rules import Proof, Sequent
from derivations.kernel.signature import Declaration, Signature
from derivations.kernel.signs import Signs
from derivations.kernel.terms import (
    HOLE,
    E,
    Expr,
    KernelError,
    entry,
    free_indices,
    names,
    plug,
    sort_of,
    substitute,
    sum_over,
)

MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What is raised by terms that are none: whatever is not understood is refused."""


class Rejected(KernelError):
    """A step does not follow. `line` is its number in the chain, `residue` the difference left over."""

    def __init__(self, message: str, line: int | None = None, residue: str = "", model: str = "") -> None:
        super().__init__(message)
        self.line, self.residue, self.model = line, residue, model


@dataclass(frozen=True)
class Checker:
    """Checks proofs over one signature. Conclusions of proofs already checked are kept."""

    signature: Signature

    def __post_init__(self) -> None:
        try:
            self.signature.check()
            check_laws(self.signature)
        except (AttributeError, TypeError, ValueError) as error:
            raise KernelError(f"malformed signature: {error}") from error
        object.__setattr__(self, "_checked", {})

    def check(self, proof: Proof) -> Sequent:
        """The conclusion of `proof`; raises Rejected or KernelError if it does not hold."""
        cache: dict[int, tuple[Proof, Sequent]] = self._checked  # type: ignore[attr-defined]
        if id(proof) not in cache:
            try:
                conclusion = self._conclude(proof)
            except MALFORMED as error:
                raise KernelError(f"malformed {type(proof).__name__}: {error!r}") from error
            cache[id(proof)] = proof, conclusion
        return cache[id(proof)][1]

    def _conclude(self, proof: Proof) -> Sequent:
        match proof:
            case rules.Assume(name, left, right):
                self._well_formed(left, right)
                return Sequent(left, "=", right, frozenset({(name, left, right)}))
            case rules.Axiomatic(schema, arguments):
                return self._axiomatic(schema, arguments)
            case rules.Integrate(random_entry, integrand, value):
                Grammar(self.signature).check(random_entry, inside_expectation=True)
                left = check_integral(random_entry, integrand, value, self.signature)
                self._well_formed(left, value)
                return Sequent(left, "=", value)
            case rules.Instantiate(premise, scalar, term):
                return self._instantiate(self.check(premise), scalar, term)
            case rules.Chain():
                return self._chain(proof)
            case rules.AtLeast(premise, bound, parts):
                return self._at_least(self.check(premise), bound, parts)
            case rules.Vanishing(premise, indices, root):
                return self._vanishing(self.check(premise), indices, root)
            case rules.Recurrence():
                check_recurrence(proof, self.signature)
                members = {(f"{proof.name}: first", rules.PREVIOUS, proof.first),
                           (f"{proof.name}: next", rules.PREVIOUS, proof.step)}  # fmt: skip
                return Sequent(rules.PREVIOUS, "recurs", proof.closed, frozenset(members))
            case rules.Limit(term, variable, value):
                self._well_formed(term, value)
                check_limit(term, variable, value, self.signature)
                return Sequent(term, "->", value)
            case rules.Exists():
                return self._exists(proof)
            case rules.Law():
                return self._law(proof)
            case _:
                raise KernelError(f"{type(proof).__name__} is not a rule")

    # -- the rules ----------------------------------------------------------------------------

    def _axiomatic(self, schema: str, arguments: tuple[Expr, ...]) -> Sequent:
        if schema not in axioms.SCHEMAS:
            raise KernelError(f"unknown axiom {schema}")
        for argument in arguments:
            Grammar(self.signature).check(argument, inside_expectation=True)
        axiom, instance = axioms.SCHEMAS[schema]
        left, right = instance(*arguments, self.signature)
        self._well_formed(left, right)
        found = disagreement(left, right, (), self.signature)
        if found:
            raise Rejected("an instance of an axiom fails in a model", model=found)
        return Sequent(left, "=", right, axioms=frozenset({axiom.name}))

    def _instantiate(self, premise: Sequent, scalar: str, term: Expr) -> Sequent:
        if premise.relation != "=":
            raise KernelError("only equations can be instantiated")
        declared = self.signature[scalar]
        if declared.slots or not declared.arbitrary:
            raise KernelError(f"{scalar} is not an unrestricted scalar")
        if any(scalar in names(left) | names(right) for _, left, right in premise.hypotheses):
            raise KernelError(f"{scalar} is restricted by a hypothesis")
        self._well_formed(term)
        self._real(term)
        if axioms.random_names(term, self.signature):
            raise KernelError(f"{scalar} cannot become random")
        replacement = {entry(scalar): term}
        left, right = substitute(premise.left, replacement), substitute(premise.right, replacement)
        self._well_formed(left, right)
        if found := disagreement(left, right, premise.hypotheses, self.signature):
            raise Rejected("the instance fails in a model", model=found)
        return Sequent(left, "=", right, premise.hypotheses, premise.axioms)

    def _chain(self, proof: rules.Chain) -> Sequent:
        if len(proof.lines) != len(proof.rewrites) + 1:
            raise KernelError("a chain of n + 1 lines needs n lists of rewrites")
        self._well_formed(*proof.lines)
        hypotheses: frozenset[tuple[str, Expr, Expr]] = frozenset()
        resting_on: frozenset[str] = frozenset()
        steps = zip(proof.lines, proof.lines[1:], proof.rewrites, strict=False)
        for number, (before, after, uses) in enumerate(steps, start=1):
            residue = before - after
            for use in uses:
                premise = self.check(use.premise)
                residue -= self._difference(use, premise)
                hypotheses |= premise.hypotheses
                resting_on |= premise.axioms
            left_over = normal_form(residue, self.signature)
            counterexample = disagreement(before, after, hypotheses, self.signature)
            if left_over or counterexample:
                what = "does not follow" if counterexample else "is not justified by what it cites"
                raise Rejected(f"step {number} {what}", number, poly_text(left_over), counterexample)
        return Sequent(proof.lines[0], "=", proof.lines[-1], hypotheses, resting_on)

    def _difference(self, use: rules.Rewrite, premise: Sequent) -> Expr:
        """C[left] - C[right] for one use of an equation."""
        if premise.relation != "=":
            raise KernelError("only equations can be used to rewrite")
        at = dict(use.at)
        for old, new in at.items():
            if sort_of(old) != sort_of(new):
                raise KernelError(f"index {old} cannot become {new}, of another sort")
        Grammar(self.signature, hole=True).check(use.context)
        if not use.context.has(HOLE):
            raise KernelError("a context without a hole")
        left, right = substitute(premise.left, at), substitute(premise.right, at)
        # The context must make sense for any real number in the hole, or any positive one if both are:
        # SymPy may cancel a factor against a division when the hole is filled.
        positive = self._is_positive(left) and self._is_positive(right)
        hole = Declaration(HOLE.name, (), Free(), positive=positive)
        with_hole = replace(self.signature, declarations=(*self.signature.declarations, hole))
        normal_form(use.context, with_hole)
        out = plug(use.context, left) - plug(use.context, right)
        self._well_formed(out)
        return out

    def _at_least(self, premise: Sequent, bound: Expr, parts: tuple[rules.Part, ...]) -> Sequent:
        if premise.relation != "=":
            raise KernelError("a lower bound starts from an equation")
        self._well_formed(bound)
        self._real(premise.left)
        self._real(bound)
        total, hypotheses, resting_on = bound, premise.hypotheses, premise.axioms
        for part in parts:
            self._nonnegative(part.coefficient)
            match part:
                case rules.Square(_, _, root):
                    self._well_formed(root)
                    self._real(root)
                    value = root**2
                case rules.LogGap(_, _, term):
                    self._positive(term)
                    value = term - 1 - sp.log(term)
                    resting_on |= {axioms.LOGARITHM.name}
                case rules.Known(_, _, known):
                    lemma = self.check(known)
                    if lemma.relation != ">=":
                        raise KernelError("expected a proof of an inequality")
                    value = lemma.left - lemma.right
                    hypotheses |= lemma.hypotheses
                    resting_on |= lemma.axioms
            total = total + sum_over(part.coefficient * value, *part.indices)
        self._well_formed(total)
        left_over = normal_form(premise.right - total, self.signature)
        if left_over:
            message = "what is left beside the bound is not the sum of these parts"
            raise Rejected(message, residue=poly_text(left_over))
        if found := disagreement(premise.right, total, hypotheses, self.signature):
            raise Rejected("the lower bound fails in a model", model=found)
        return Sequent(premise.left, ">=", bound, hypotheses, resting_on)

    def _vanishing(self, premise: Sequent, indices: tuple[Expr, ...], root: Expr) -> Sequent:
        total = sum_over(root**2, *indices)
        self._well_formed(root, total)
        self._real(root)
        if premise.relation != "=" or normal_form(premise.right, self.signature):
            raise KernelError("expected a proof that something is zero")
        left_over = normal_form(premise.left - total, self.signature)
        if left_over:
            raise Rejected("what is zero is not this sum of squares", residue=poly_text(left_over))
        if found := disagreement(premise.left, total, premise.hypotheses, self.signature):
            raise Rejected("what is zero is not this sum of squares", model=found)
        return Sequent(root, "=", sp.Integer(0), premise.hypotheses, premise.axioms)

    def _exists(self, proof: rules.Exists) -> Sequent:
        premise = self.check(proof.premise)
        created, equations = axioms.moore_penrose(
            proof.inverse, proof.row_projector, proof.column_projector, self.signature
        )
        mentioned = names(premise.left) | names(premise.right)
        if created & mentioned:
            raise KernelError(f"{', '.join(sorted(created & mentioned))} occurs in the conclusion")
        kept = set()
        for name, left, right in premise.hypotheses:
            if any(self._same_equation((left, right), equation) for equation in equations):
                continue
            if created & (names(left) | names(right)):
                raise KernelError(f"hypothesis {name} says more of it than the axiom promises")
            kept.add((name, left, right))
        resting_on = premise.axioms | {axioms.MOORE_PENROSE.name}
        return Sequent(premise.left, premise.relation, premise.right, frozenset(kept), resting_on)

    def _same_equation(self, one: axioms.Equation, other: axioms.Equation) -> bool:
        """Whether two equations are the same up to the names of their free indices."""
        mine, theirs = (
            sorted(free_indices(a) | free_indices(b), key=lambda i: (sort_of(i), str(i)))
            for a, b in (one, other)
        )
        if [sort_of(i) for i in mine] != [sort_of(i) for i in theirs]:
            return False
        renamed = dict(zip(mine, theirs, strict=True))
        pairs = zip(one, other, strict=True)
        return all(is_zero(substitute(a, renamed) - b, self.signature) for a, b in pairs)

    def _law(self, proof: rules.Law) -> Sequent:
        premise = self.check(proof.premise)
        declared = self.signature[proof.frequency]
        if not declared.arbitrary or len(declared.slots) != 1:
            raise KernelError(f"{proof.frequency} must be an arbitrary vector")
        assumed = [side for _, left, right in premise.hypotheses for side in (left, right)]
        parts = (proof.weight, proof.mean, proof.covariance)
        if any(proof.frequency in names(e) for e in (*parts, *assumed)):
            raise KernelError(f"{proof.frequency} must be arbitrary, but something depends on it")
        i, j = proof.rows
        t_i, t_j = entry(proof.frequency, i), entry(proof.frequency, j)
        exponent = sp.I * sum_over(t_i * proof.mean, i) - sum_over(t_i * proof.covariance * t_j, i, j) / 2
        expected = sum_over(proof.weight * sp.exp(exponent), *proof.components)
        self._well_formed(expected)
        left_over = normal_form(premise.right - expected, self.signature)
        if left_over or premise.relation != "=":
            raise Rejected("not the characteristic function of this mixture", residue=poly_text(left_over))
        if found := disagreement(premise.right, expected, premise.hypotheses, self.signature):
            raise Rejected("not the characteristic function of this mixture", model=found)
        self._nonnegative(proof.weight)
        swapped = substitute(proof.covariance, {i: j, j: i})
        if not is_zero(proof.covariance - swapped, self.signature):
            raise KernelError("the covariance is not symmetric")
        check_characteristic(premise.left, proof.frequency, self.signature)
        resting_on = premise.axioms | {axioms.UNIQUENESS.name}
        return Sequent(premise.left, "~", premise.right, premise.hypotheses, resting_on)

    def _well_formed(self, *terms: Expr) -> None:
        for e in terms:
            Grammar(self.signature).check(e)
            if e.has(sp.log, E) or any(p.exp.is_negative for p in e.atoms(sp.Pow)):
                # Refuses logarithms and divisions of what may not have them, and doubtful expectations.
                normal_form(e, self.signature)

    def _nonnegative(self, e: Expr) -> None:
        self._well_formed(e)
        signs = Signs(self.signature)
        if not all(signs.nonnegative(m, c) for m, c in normal_form(e, self.signature)):
            raise KernelError(f"{e} is not known to be nonnegative")

    def _positive(self, e: Expr) -> None:
        self._well_formed(e)
        if not self._is_positive(e):
            raise KernelError(f"{e} is not known to be positive")

    def _is_positive(self, e: Expr) -> bool:
        signs = Signs(self.signature)
        found = normal_form(e, self.signature)
        return bool(found) and all(signs.positive(m, c) for m, c in found)

    def _real(self, e: Expr) -> None:
        if e.has(sp.I):
            raise KernelError(f"expected a real term, got {e}")
