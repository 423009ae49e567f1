"""Normal forms in readable letters, for messages about what is left over."""

from __future__ import annotations

from derivations.kernel.monomials import Atom, Ix, Monomial, Poly, is_bound

MOST_TERMS = 4


def poly_text(p: Poly) -> str:
    """The polynomial as text, the first few terms of it."""
    if not p:
        return "0"
    terms = [
        f"{'' if c == 1 and (m.factors or m.exponent) else f'{c} '}{monomial_text(m)}".strip() for m, c in p
    ]
    more = len(terms) - MOST_TERMS
    return " + ".join(terms[:MOST_TERMS]) + (f" + {more} more terms" if more > 0 else "")


def monomial_text(m: Monomial) -> str:
    """One monomial as text."""
    parts = [f"sum_{_index(i)}" for i in m.bound]
    parts += [_atom(a) + (f"^{n}" if n != 1 else "") for a, n in m.factors]
    if m.exponent:
        parts.append(f"exp({poly_text(m.exponent)})")
    return " ".join(parts)


def _index(i: Ix) -> str:
    return f"{i[0].lower()}{i[1].split('.')[-1]}" if is_bound(i) else i[1]


def _atom(a: Atom) -> str:
    match a:
        case ("scalar", name):
            return str(name)
        case ("entry", name, *indices):
            return f"{name}[{','.join(map(_index, indices))}]"
        case ("delta", i, j):
            return f"delta[{_index(i)},{_index(j)}]"
        case ("expect", p):
            return f"E[{poly_text(p)}]"
        case ("log", p):
            return f"log({poly_text(p)})"
        case ("product", i, p):
            return f"prod_{_index(i)}({poly_text(p)})"
        case (_, p):
            return f"({poly_text(p)})"
        case _:
            return str(a)
