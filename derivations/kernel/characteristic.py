"""What is the characteristic function of some law, at sight."""

from __future__ import annotations

from derivations.kernel import monomials as mono
from derivations.kernel.monomials import Atom, Monomial
from derivations.kernel.normal_form import normal_form
from derivations.kernel.signature import Signature
from derivations.kernel.signs import Signs
from derivations.kernel.terms import Expr, KernelError


def check_characteristic(e: Expr, frequency: str, signature: Signature) -> None:
    """Raise KernelError unless `e` is a sum of c E[exp(i t^T x)], c >= 0, with c and x free of t.

    Such a sum is the characteristic function of a finite measure, for which the uniqueness theorem
    holds as for laws.
    """
    signs = Signs(signature)
    for m, c in normal_form(e, signature):
        inner = [f for f in m.factors if f[0][0] == "expect"]
        weight = m._replace(factors=tuple(f for f in m.factors if f not in inner), exponent=())
        phases = list(m.exponent)
        if inner:
            ((body, unit),) = inner[0][0][1]
            phases += body.exponent
            if len(inner) > 1 or inner[0][1] != 1 or unit != 1 or body.factors or body.bound:
                raise KernelError("expected expectations of exponentials")
        if not signs.nonnegative(weight, c) or _mentions(weight, frequency):
            raise KernelError(f"a weight that may be negative, or depends on {frequency}")
        if not phases or not all(_is_phase(p, frequency, signs) for p, _ in phases):
            raise KernelError(f"expected exponents i {frequency}^T x with x free of {frequency}")


def _is_phase(m: Monomial, frequency: str, signs: Signs) -> bool:
    """Whether a monomial is I times one entry of t times real atoms free of t."""
    entries = [f for f in m.factors if f[0][0] == "entry" and f[0][1] == frequency]
    others = m._replace(factors=tuple(f for f in m.factors if f not in entries))
    once = [n for _, n in entries] == [1]
    return once and signs.purely_imaginary(m) and not _mentions(others, frequency)


def _mentions(m: Monomial, name: str) -> bool:
    inside = any(_atom_mentions(a, name) for a, _ in m.factors)
    return inside or any(_mentions(t, name) for t, _ in m.exponent)


def _atom_mentions(a: Atom, name: str) -> bool:
    if a[0] in mono.NESTED:
        return any(_mentions(m, name) for m, _ in a[-1])
    return a[0] in ("scalar", "entry") and a[1] == name
