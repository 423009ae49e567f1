"""Claims as readable lines: every formula is printed from the object that was checked."""

from __future__ import annotations

import sympy as sp

from derivations import notation
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
    Theorem,
    Vanishing,
    WithPseudoInverse,
)
from derivations.kernel.axioms import AXIOMS, SCHEMAS
from derivations.kernel.integrals import DENSITY, VARIABLE
from derivations.kernel.rules import Sequent
from derivations.kernel.terms import entry
from derivations.matrix import Expectation, Matrix, lowered, tensors
from derivations.results import Assumption as ShownAssumption
from derivations.results import Derivation, Line


def derivation(claim: Claim, failed_at: int | None) -> Derivation:
    """The lines of a claim; from line `failed_at` on (counted from 1) they are not verified."""
    start, lines = _lines(claim)
    checked = [
        Line(line.relation, line.latex, line.why, line.cites, failed_at is None or number < failed_at)
        for number, line in enumerate(lines, start=1)
    ]
    return Derivation(claim.title, start, tuple(checked))


def _lines(claim: Claim) -> tuple[str, list[Line]]:
    match claim:
        case Chain():
            steps = [Line("=", s.line.print(), s.why, tuple(map(cited_as, s.by))) for s in claim.steps]
            return claim.start.print(), steps
        case GaussianIntegral():
            density = "definition of the expectation; the density of the standard normal law"
            by = f"{claim.why}; found by SymPy, confirmed by numerical quadrature"
            lines = [Line("=", _integral(claim), density), Line("=", claim.value.print(), by)]
            return Expectation(claim.function).print(), lines
        case LowerBound():
            line = Line(r"\ge", claim.bound.print(), claim.why, (cited_as(claim.of),))
            return claim.of.start.print(), [line]
        case Vanishing():
            line = Line("=", "0", claim.why, (cited_as(claim.of),))
            return claim.norm.body.print(), [line]
        case Recurrence():
            letters = {entry(t.name): t.latex for t in notation.VOCABULARY if not t.declaration.slots}
            return claim.latex, [Line("=", str(sp.latex(claim.closed, symbol_names=letters)), claim.why)]
        case Limit():
            arrow = rf"\xrightarrow{{{claim.variable.latex} \to 0}}"
            return claim.term.print(), [Line(arrow, claim.value.print(), claim.why)]
        case WithPseudoInverse():
            start, (line,) = _lines(claim.of)
            return start, [Line(line.relation, line.latex, f"{line.why}; {claim.why}", line.cites)]
        case SameLaw():
            line = Line(r"\sim", claim.law.print(), claim.why, (cited_as(claim.of),))
            return claim.variable, [line]


def _integral(claim: GaussianIntegral) -> str:
    integrand = lowered(claim.function).xreplace({lowered(claim.entry): VARIABLE})
    return str(sp.latex(sp.Integral(integrand * DENSITY, (VARIABLE, -sp.oo, sp.oo)), imaginary_unit="ri"))


def cited_as(cited: Cited) -> str:
    """What a citation is called where it is cited."""
    match cited:
        case Assumption():
            return cited.name
        case Independence():
            return SCHEMAS[cited.schema][0].name
        case Instance():
            return cited.of.title
        case _:
            return cited.title


def statement(theorem: Theorem) -> str:
    """LaTeX of what a theorem states, with what is assumed in words."""
    rows = [_stated(claim) for claim in theorem.states]
    given = rf" \qquad \left({theorem.given}\right)" if theorem.given else ""
    if len(rows) == 1:
        return " ".join(rows[0]) + given
    body = r" \\ ".join(f"{left} & {right}" for left, right in rows)
    return rf"\begin{{aligned}} {body} \end{{aligned}}" + given


def _stated(claim: Claim) -> tuple[str, str]:
    start, lines = _lines(claim)
    if isinstance(claim, Chain):
        shown = [*claim.shown, claim.result]
        return start, " ".join(f"= {line.print()}" for line in shown)
    return start, f"{lines[-1].relation} {lines[-1].latex}"


def assumptions(theorem: Theorem, conclusions: list[Sequent]) -> tuple[ShownAssumption, ...]:
    """The hypotheses that the conclusions rest on, as the theorem files state them."""
    cited = [c for claim in theorem.claims for c in everything_cited(claim)]
    known = {c.name: c for c in cited if isinstance(c, Assumption)}
    names = sorted({name for sequent in conclusions for name, _, _ in sequent.hypotheses})
    return tuple(_shown(known[n]) for n in names if n in known)


def _shown(a: Assumption) -> ShownAssumption:
    return ShownAssumption(a.name, f"{a.left.print()} = {a.right.print()}", a.reason)


def axioms(theorem: Theorem, conclusions: list[Sequent]) -> tuple[ShownAssumption, ...]:
    """The axioms that the conclusions rest on, and those used in words."""
    names = sorted({name for sequent in conclusions for name in sequent.axioms} | set(theorem.also_rests_on))
    return tuple(ShownAssumption(n, AXIOMS[n].latex, AXIOMS[n].source) for n in names)


def everything_cited(claim: Claim | Cited) -> list[Claim | Cited]:
    """Everything a claim cites, directly or not."""
    match claim:
        case Chain():
            direct: list[Claim | Cited] = [c for step in claim.steps for c in step.by]
        case LowerBound():
            direct = [claim.of, *claim.known]
        case Instance() | Vanishing() | WithPseudoInverse() | SameLaw():
            direct = [claim.of]
        case _:
            direct = []
    return direct + [further for c in direct for further in everything_cited(c)]


def general_in(theorem: Theorem) -> tuple[str, ...]:
    """The sizes for all values of which the theorem is stated."""
    found: set[str] = set()
    for claim in theorem.states:
        for x in _expressions(claim):
            found |= {s for t in tensors(x).values() for s in t.declaration.slots}
    return tuple(sorted(found))


def _expressions(claim: Claim) -> tuple[Matrix, ...]:
    match claim:
        case Chain():
            return claim.lines
        case GaussianIntegral():
            return (claim.function, claim.value)
        case LowerBound() | Vanishing():
            return claim.of.lines
        case Recurrence():
            return ()
        case Limit():
            return (claim.term, claim.value)
        case WithPseudoInverse():
            return _expressions(claim.of)
        case SameLaw():
            return (claim.law.weight, claim.law.mean, claim.law.covariance)
