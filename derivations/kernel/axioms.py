"""The named facts that are taken from the literature, as schemas with side conditions.

An instance of a schema is an equation between terms, or a promise that symbols with certain properties
exist. The side conditions are checked each time an instance is made, equations are also tested on
random models, and every theorem lists the axioms it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from derivations.kernel.laws import PseudoInverse
from derivations.kernel.signature import Signature
from derivations.kernel.terms import (
    E,
    Expr,
    KernelError,
    entry,
    free_indices,
    index,
    names,
    product_over,
    sort_of,
    substitute,
    sum_over,
)

Equation = tuple[Expr, Expr]


@dataclass(frozen=True)
class Axiom:
    """A named fact: its statement for the reader, and where it is proved."""

    name: str
    latex: str
    source: str


INDEPENDENCE = Axiom(
    "independence",
    r"\mathbb{E}[f(x)\, g(y)] = \mathbb{E}[f(x)]\, \mathbb{E}[g(y)]"
    r"\quad \text{for independent } x \text{ and } y",
    "Fubini's theorem for product measures; Billingsley, Probability and Measure (1995), Theorem 18.3",
)
MOORE_PENROSE = Axiom(
    "pseudo-inverse",
    r"\text{every } W \text{ has a } W^{+} \text{ with } W W^{+} W = W,"
    r"\ W W^{+} \text{ and } W^{+} W \text{ symmetric}",
    "Penrose, A generalized inverse for matrices (1955), Theorem 1",
)
LOGARITHM = Axiom(
    "bound on the logarithm",
    r"\log u \le u - 1 \quad \text{for } u > 0",
    "the tangent at 1 of a concave function; Bishop, PRML, section 1.6.1 (Jensen)",
)
RANK = Axiom(
    "rank",
    r"\operatorname{rank} X = \operatorname{tr}(X^{+} X), \text{ and } \operatorname{rank} X \le K"
    r" \iff X = F H \text{ with } K \text{ inner dimensions}",
    "Ben-Israel and Greville, Generalized Inverses (2003), sections 1.7 and 2.4",
)
SINGULAR_VALUES = Axiom(
    "singular value decomposition",
    r"X = \sum_i \sigma_i u_i v_i^{\top} \text{ with orthonormal } u_i \text{ and } v_i",
    "Golub and Van Loan, Matrix Computations (2013), Theorem 2.4.1",
)
SPECTRAL = Axiom(
    "simultaneous diagonalization",
    r"\Sigma = R R^{\top},\ S = R \operatorname{diag}(\lambda) R^{\top}"
    r" \text{ for positive definite } \Sigma \text{ and symmetric } S",
    "Golub and Van Loan, Matrix Computations (2013), Corollary 8.7.2",
)
DETERMINANT = Axiom(
    "determinant of a product",
    r"\det(U V) = \det U \det V",
    "Horn and Johnson, Matrix Analysis (2013), section 0.3.5",
)
CHANGE_OF_VARIABLES = Axiom(
    "linear change of variables",
    r"\int e^{-\frac{1}{2} x^{\top} \Lambda x}\, dx = (2 \pi)^{D/2} (\det \Lambda)^{-1/2}",
    "Billingsley, Probability and Measure (1995), Theorem 17.2; Bishop, PRML, exercise 2.16",
)
FINITE_DESCENT = Axiom(
    "finite descent",
    r"\text{a strictly decreasing sequence of values of finitely many states ends}",
    "well-ordering of the natural numbers",
)
IDENTIFIABILITY = Axiom(
    "identifiability",
    r"\text{a finite Gaussian mixture with distinct components determines them}",
    "Yakowitz and Spragins (1968), Proposition 2",
)
UNIQUENESS = Axiom(
    "uniqueness of characteristic functions",
    r"\varphi_x(t) = \varphi_y(t) \text{ for all } t \implies x \text{ and } y \text{ have the same law}",
    "Billingsley, Probability and Measure (1995), Theorems 26.2 and 29.1",
)


def independent_factors(left: Expr, right: Expr, signature: Signature) -> Equation:
    """E[f g] = E[f] E[g], where f and g share no random tensor."""
    shared = random_names(left, signature) & random_names(right, signature)
    if shared:
        raise KernelError(f"the factors are not independent: both depend on {', '.join(sorted(shared))}")
    return E(left * right), E(left) * E(right)


def independent_coordinates(left: Expr, right: Expr, signature: Signature) -> Equation:
    """E[f(z_a) g(z_b)] = E[f] E[g] if a and b differ, and E[f(z_a) g(z_a)] if not."""
    a, b = only_index(left), only_index(right)
    if a == b or sort_of(a) != sort_of(b) or random_names(left, signature) != random_names(right, signature):
        raise KernelError("expected f(z_a) and g(z_b): one random tensor, two indices of one sort")
    for factor, i in ((left, a), (right, b)):
        _only_entry(factor, i, signature)
    same = sp.KroneckerDelta(a, b)
    return E(left * right), (1 - same) * E(left) * E(right) + same * E(left * substitute(right, {b: a}))


def independent_product(factor: Expr, signature: Signature) -> Equation:
    """E[exp(sum_a f(z_a))] = prod_a E[exp(f(z_a))], given f(z_a) with its index a named `a`."""
    random = random_names(factor, signature)
    if len(random) != 1 or len(signature[min(random)].slots) != 1:
        raise KernelError("expected a term in one entry z_a of one random vector")
    a = index("a", signature[min(random)].slots[0])
    _only_entry(factor, a, signature)
    return E(sp.exp(sum_over(factor, a))), product_over(E(sp.exp(factor)), a)


def moore_penrose(
    inverse: str, row_projector: str, column_projector: str, signature: Signature
) -> tuple[frozenset[str], tuple[Equation, ...]]:
    """There are X, P = X W and Q = W X with W X W = W and P and Q symmetric; returns names, equations."""
    if not all(n in signature for n in (inverse, row_projector, column_projector)):
        raise KernelError("undeclared symbols")
    law = signature[inverse].law
    if not isinstance(law, PseudoInverse):
        raise KernelError(f"{inverse} is not declared as a pseudo-inverse")
    if len({inverse, row_projector, column_projector, law.of}) != 4:
        raise KernelError("W, its inverse and the two projectors must be four symbols")
    columns, rows = signature[inverse].slots
    slots = {law.of: (rows, columns), row_projector: (columns, columns), column_projector: (rows, rows)}
    if any(signature[name].slots != expected for name, expected in slots.items()):
        raise KernelError("the sizes of W, its inverse and its projectors do not fit")
    k, i, j, n = index("k", rows), index("i", columns), index("j", columns), index("n", rows)

    def W(r: Expr, c: Expr) -> Expr:
        return entry(law.of, r, c)

    def X(r: Expr, c: Expr) -> Expr:
        return entry(inverse, r, c)

    equations = (
        (sum_over(W(k, i) * X(i, n) * W(n, j), i, n), W(k, j)),
        (entry(row_projector, i, j), sum_over(X(i, k) * W(k, j), k)),
        (entry(column_projector, k, n), sum_over(W(k, i) * X(i, n), i)),
    )
    if not (signature[inverse].arbitrary and signature[law.of].arbitrary):
        raise KernelError(f"more is declared of {inverse} or of {law.of} than the axiom allows")
    if any(signature[p].positive or signature[p].nonnegative for p in (row_projector, column_projector)):
        raise KernelError("nothing is known of the signs of a projector's entries")
    return frozenset({inverse, row_projector, column_projector}), equations


SCHEMAS: dict[str, tuple[Axiom, Callable[..., Equation]]] = {
    "independent_factors": (INDEPENDENCE, independent_factors),
    "independent_coordinates": (INDEPENDENCE, independent_coordinates),
    "independent_product": (INDEPENDENCE, independent_product),
}
"""Schemas whose instances are equations."""

AXIOMS = {
    axiom.name: axiom
    for axiom in (
        INDEPENDENCE,
        LOGARITHM,
        MOORE_PENROSE,
        RANK,
        SINGULAR_VALUES,
        SPECTRAL,
        DETERMINANT,
        CHANGE_OF_VARIABLES,
        FINITE_DESCENT,
        IDENTIFIABILITY,
        UNIQUENESS,
    )
}


def random_names(e: Expr, signature: Signature) -> set[str]:
    """The random tensors that occur in `e`."""
    return {n for n in names(e) if n in signature and signature[n].random}


def _only_entry(e: Expr, i: Expr, signature: Signature) -> None:
    """Raise KernelError unless `e` depends on one random vector, and on it through the entry i only."""
    names_found = random_names(e, signature)
    if len(names_found) != 1:
        raise KernelError(f"expected a term in one random vector, got {e}")
    rest = substitute(e, {entry(min(names_found), i): sp.Integer(1)})
    if random_names(rest, signature):
        raise KernelError(f"expected a term in one entry of {min(names_found)}, got {e}")


def only_index(e: Expr) -> Expr:
    """The one index that occurs in `e`; raises KernelError otherwise."""
    found = free_indices(e)
    if len(found) != 1:
        raise KernelError(f"expected a term with one index, got {e}")
    return next(iter(found))
