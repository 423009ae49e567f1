"""Terms and declarations as JSON. Only the nodes of the term language can be written or read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.grammar import MOST_POWER
from derivations.kernel.integrals import VARIABLE
from derivations.kernel.laws import LAWS
from derivations.kernel.rules import NUMBER, PREVIOUS
from derivations.kernel.signature import Declaration, Signature
from derivations.kernel.terms import HOLE, Expr, KernelError

MOST_DEPTH = 60
"""Terms nested more deeply are refused when they are read."""
MOST_DIGITS = 200
"""Longer numbers, too."""


def encode_term(e: Expr) -> Any:
    """A term as nested lists."""
    match e:
        case sp.Rational():
            return ["number", f"{e.p}/{e.q}"]
        case sp.core.numbers.ImaginaryUnit():
            return ["i"]
        case sp.core.numbers.Exp1():
            return ["exp", ["number", "1/1"]]
        case sp.Symbol() if e == HOLE:
            return ["hole"]
        case sp.Symbol() if e in (NUMBER, PREVIOUS):
            return ["number of" if e == NUMBER else "previous"]
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
        case sp.binomial():
            return ["binomial", *(encode_term(a) for a in e.args)]
        case sp.log():
            return ["log", encode_term(e.args[0])]
        case sp.Pow() if e.exp.is_Integer:
            return ["power", encode_term(e.base), int(e.exp)]
        case sp.Pow():
            return ["to the", encode_term(e.base), encode_term(e.exp)]
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
        case ["number", str(text)] if len(text) <= MOST_DIGITS:
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
        case ["binomial", n, r]:
            if inner(n).is_number:
                raise KernelError("a binomial coefficient of numbers")
            return sp.binomial(inner(n), inner(r))
        case ["number of"]:
            return NUMBER
        case ["previous"]:
            return PREVIOUS
        case ["log", part]:
            return sp.log(inner(part))
        case ["power", base, int(n)] if abs(n) <= MOST_POWER:
            if inner(base).is_number and inner(base) != sp.I:
                raise KernelError("a power of a number")
            return inner(base) ** n
        case ["to the", base, exponent]:
            if inner(exponent).is_number:
                raise KernelError("a power that is a number belongs in 'power'")
            return inner(base) ** inner(exponent)
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
        "split": [list(triple) for triple in s.split],
        "symbols": [_encode_declaration(d) for d in s],
    }


def decode_signature(data: Any) -> Signature:
    """The declared symbols from JSON."""
    declarations = tuple(_decode_declaration(d) for d in data["symbols"])
    if not isinstance(data["sizes"], list):
        raise KernelError("expected a list of sizes")
    pairs = tuple((a, b) for a, b in data["at_most"])
    triples = tuple((a, b, c) for a, b, c in data["split"])
    return Signature(frozenset(data["sizes"]), declarations, pairs, triples)


FLAGS = ("symmetric", "positive", "nonnegative")


def _encode_declaration(d: Declaration) -> dict[str, Any]:
    flags = {flag: True for flag in FLAGS if getattr(d, flag)}
    law: dict[str, Any] = {"law": type(d.law).__name__}
    for f in fields(d.law):  # type: ignore[arg-type]
        value = getattr(d.law, f.name)
        match f.name:
            case "indices":
                law[f.name] = [i.name for i in value]
            case "term":
                law[f.name] = encode_term(value)
            case _:
                law[f.name] = value
    return {"name": d.name, "slots": list(d.slots), **law, **flags}


def _decode_declaration(data: Any) -> Declaration:
    law = LAWS[data["law"]]
    arguments: dict[str, Any] = {}
    for f in fields(law):
        value = data[f.name]
        match f.name:
            case "indices":
                arguments[f.name] = tuple(map(_index, value))
            case "term":
                arguments[f.name] = decode_term(value)
            case _:
                arguments[f.name] = value
    flags = {flag: data.get(flag, False) is True for flag in FLAGS}
    return Declaration(data["name"], tuple(data["slots"]), law(**arguments), **flags)
