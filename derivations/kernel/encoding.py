"""Terms and declarations as JSON. Only the nodes of the term language can be written or read."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.integrals import VARIABLE
from derivations.kernel.signature import (
    Declaration,
    Defined,
    Free,
    Inverse,
    Law,
    PseudoInverse,
    Signature,
    Simplex,
    StandardNormal,
)
from derivations.kernel.terms import HOLE, Expr, KernelError

MOST_DEPTH = 60
"""Terms nested more deeply are refused when they are read."""


def encode_term(e: Expr) -> Any:
    """A term as nested lists."""
    match e:
        case sp.Rational():
            return ["number", f"{e.p}/{e.q}"]
        case sp.core.numbers.ImaginaryUnit():
            return ["i"]
        case sp.Symbol() if e == HOLE:
            return ["hole"]
        case sp.Symbol() if e == VARIABLE:
            return ["variable"]
        case sp.Symbol() if terms.is_index(e):
            return ["index", e.name]
        case sp.Symbol():
            return ["size" if e.is_integer else "scalar", e.name]
        case sp.Indexed():
            return ["entry", terms.tensor_name(e), *(i.name for i in e.indices)]
        case sp.KroneckerDelta():
            return ["delta", *(i.name for i in e.args[:2])]
        case sp.Add() | sp.Mul():
            kind = "add" if isinstance(e, sp.Add) else "multiply"
            return [kind, *(encode_term(a) for a in e.args)]
        case sp.exp():
            return ["exp", encode_term(e.args[0])]
        case sp.Pow():
            return ["power", encode_term(e.base), int(e.exp)]
        case sp.Sum() | sp.Product():
            kind = "sum" if isinstance(e, sp.Sum) else "product"
            return [kind, encode_term(e.function), *(i.name for i in terms.binders(e))]
        case terms.E():
            return ["expect", encode_term(e.args[0])]
        case _:
            raise KernelError(f"{type(e).__name__} is not part of the term language")


def decode_term(data: Any, depth: int = 0) -> Expr:
    """A term from nested lists; raises KernelError on anything else."""
    if depth > MOST_DEPTH:
        raise KernelError("a term nested too deeply")

    def inner(x: Any) -> Expr:
        return decode_term(x, depth + 1)

    match data:
        case ["number", str(text)]:
            p, q = text.split("/")
            return sp.Rational(int(p), int(q))
        case ["i"]:
            return sp.I
        case ["hole"]:
            return HOLE
        case ["variable"]:
            return VARIABLE
        case ["index", str(name)]:
            return _index(name)
        case ["size", str(name)]:
            return terms.size(name)
        case ["scalar", str(name)]:
            return terms.entry(name)
        case ["entry", str(name), *indices]:
            return terms.entry(name, *map(_index, indices))
        case ["delta", str(i), str(j)]:
            return sp.KroneckerDelta(_index(i), _index(j))
        case ["add", *parts]:
            return sp.Add(*map(inner, parts))
        case ["multiply", *parts]:
            return sp.Mul(*map(inner, parts))
        case ["exp", part]:
            return sp.exp(inner(part))
        case ["power", base, int(n)]:
            return inner(base) ** n
        case ["sum", body, *indices]:
            return terms.sum_over(inner(body), *map(_index, indices))
        case ["product", body, str(i)]:
            return terms.product_over(inner(body), _index(i))
        case ["expect", part]:
            return terms.E(inner(part))
        case _:
            raise KernelError(f"expected a term, got {str(data)[:80]}")


def _index(name: Any) -> Expr:
    if not isinstance(name, str) or name.count(":") != 1 or not all(name.split(":")):
        raise KernelError(f"expected an index name:sort, got {str(name)[:40]}")
    return terms.index(*name.split(":"))


def encode_signature(s: Signature) -> dict[str, Any]:
    """The declared symbols."""
    return {
        "sizes": sorted(s.sizes),
        "at_most": [list(pair) for pair in s.at_most],
        "symbols": [
            {"name": d.name, "slots": list(d.slots), "law": _encode_law(d.law),
             "symmetric": d.symmetric, "positive": d.positive}
            for d in s
        ],
    }  # fmt: skip


def decode_signature(data: Any) -> Signature:
    """The declared symbols from JSON."""
    declarations = tuple(
        Declaration(d["name"], tuple(d["slots"]), _decode_law(d["law"]), d["symmetric"], d["positive"])
        for d in data["symbols"]
    )
    pairs = tuple((a, b) for a, b in data["at_most"])
    return Signature(frozenset(data["sizes"]), declarations, pairs)


def _encode_law(law: Law) -> list[Any]:
    match law:
        case Defined(indices, term) | Inverse(indices, term):
            kind = "defined" if isinstance(law, Defined) else "inverse"
            return [kind, [i.name for i in indices], encode_term(term)]
        case PseudoInverse(of):
            return ["pseudo-inverse", of]
        case Simplex():
            return ["simplex"]
        case StandardNormal():
            return ["standard normal"]
        case Free():
            return ["free"]


def _decode_law(data: Any) -> Law:
    match data:
        case ["defined", list(indices), term]:
            return Defined(tuple(map(_index, indices)), decode_term(term))
        case ["inverse", [i, j], term]:
            return Inverse((_index(i), _index(j)), decode_term(term))
        case ["pseudo-inverse", str(of)]:
            return PseudoInverse(of)
        case ["simplex"]:
            return Simplex()
        case ["standard normal"]:
            return StandardNormal()
        case ["free"]:
            return Free()
        case _:
            raise KernelError(f"expected the law of a symbol, got {str(data)[:40]}")
