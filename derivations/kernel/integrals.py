"""One-dimensional Gaussian integrals: SymPy finds them, numerical quadrature confirms them."""

from __future__ import annotations

from functools import cache

import mpmath
import sympy as sp

from derivations.kernel.signature import Signature
from derivations.kernel.terms import E, Expr, KernelError, substitute

VARIABLE = sp.Symbol("u", real=True)
"""The integration variable."""
DENSITY = sp.exp(-(VARIABLE**2) / 2) / sp.sqrt(2 * sp.pi)
"""The standard normal density; Bishop, PRML, eq. 1.46."""
TEST_VALUES = (sp.Rational(1, 3), sp.Rational(-7, 5), sp.Rational(2))
"""Values of the first parameter at which quadrature must agree; the next ones have half of them."""
AGREEMENT = 1e-25
"""Quadrature works with 40 digits on an integrand that is entire and decays like exp(-u^2/2)."""


def check_integral(random_entry: Expr, integrand: Expr, value: Expr, signature: Signature) -> Expr:
    """E[f(z)], if its integral is `value`; raises KernelError if SymPy or quadrature disagrees."""
    name = str(random_entry.base) if isinstance(random_entry, sp.Indexed) else random_entry.name
    if name not in signature or not signature[name].random:
        raise KernelError(f"{name} is not standard normal")
    parameters = sorted((integrand.free_symbols | value.free_symbols) - {VARIABLE}, key=str)
    if any(":" in p.name or p.name not in signature or signature[p.name].random for p in parameters):
        raise KernelError("an integrand may depend on the entry and on real scalars only")
    _check(integrand, value, tuple(parameters))
    return E(substitute(integrand, {VARIABLE: random_entry}))


@cache
def _check(integrand: Expr, value: Expr, parameters: tuple[Expr, ...]) -> None:
    try:
        found = sp.integrate(integrand * DENSITY, (VARIABLE, -sp.oo, sp.oo))
    except Exception as error:  # SymPy raises errors of many kinds where it cannot tell
        raise KernelError(f"SymPy finds no integral: {error}") from error
    if sp.simplify(found - value) != 0:
        raise KernelError(f"SymPy finds the integral {found}, not {value}")
    for number in TEST_VALUES:
        at = {p: number / 2**n for n, p in enumerate(parameters)}
        _confirm(integrand.xreplace(at), value.xreplace(at))


def _confirm(integrand: Expr, value: Expr) -> None:
    with mpmath.workdps(40):
        f = sp.lambdify(VARIABLE, integrand * DENSITY, "mpmath")
        numeric = mpmath.quad(f, [-30, -8, -4, 0, 4, 8, 30])
        exact = sp.lambdify((), value, "mpmath")()
        if not abs(numeric - exact) <= AGREEMENT:
            raise KernelError(f"quadrature gives {mpmath.nstr(numeric, 12)}, not {mpmath.nstr(exact, 12)}")
