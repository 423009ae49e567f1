"""Proofs as JSON, and their replay: the checker runs again on nothing but the file.

A certificate holds the declared symbols, the proof as a list of rule applications (each refers to
earlier ones by number), and what was concluded. Replaying it decodes the rules, checks them, and
compares the conclusions; a Python object can be forged, a replayed certificate cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from derivations.kernel import rules
from derivations.kernel.checker import MALFORMED, Checker
from derivations.kernel.encoding import decode_signature, decode_term, encode_signature, encode_term
from derivations.kernel.grammar import Grammar
from derivations.kernel.models import restricted
from derivations.kernel.normal_form import is_zero
from derivations.kernel.rules import Proof, Rewrite, Sequent
from derivations.kernel.signature import Signature
from derivations.kernel.terms import KernelError, names

SCHEMA = 1
NAME_FIELDS = {
    "name",
    "schema",
    "scalar",
    "frequency",
    "variable",
    "inverse",
    "row_projector",
    "column_projector",
}
"""Fields of rules that hold a text; all others hold terms, proofs, or lists of them."""

_PARTS = {part.__name__: part for part in (rules.Square, rules.LogGap, rules.Known)}
_RULES = {
    rule.__name__: rule
    for rule in (
        rules.Assume,
        rules.Axiomatic,
        rules.Integrate,
        rules.Instantiate,
        rules.Chain,
        rules.AtLeast,
        rules.Vanishing,
        rules.Recurrence,
        rules.Limit,
        rules.Exists,
        rules.Law,
    )
}


@dataclass(frozen=True)
class Replayed:
    """What a certificate was found to show: the theorem's id, and its conclusions in JSON."""

    theorem: str
    conclusions: tuple[dict[str, Any], ...]


def certify(theorem: str, proofs: list[Proof], checker: Checker) -> dict[str, Any]:
    """The certificate of a theorem's conclusions; checks them first."""
    numbers: dict[int, int] = {}
    steps: list[dict[str, Any]] = []
    for proof in proofs:
        _write(proof, numbers, steps)
    conclusions = [{"step": numbers[id(p)], **_sequent_json(checker.check(p))} for p in proofs]
    used = set().union(*(_names_in(step) for step in steps))
    return {
        "schema": SCHEMA,
        "theorem": theorem,
        "signature": encode_signature(restricted(checker.signature, used, used)),
        "steps": steps,
        "conclusions": conclusions,
    }


def replay(certificate: Any) -> Replayed:
    """Check a certificate; raises KernelError naming the step that fails."""
    if not isinstance(certificate, dict) or type(certificate.get("schema")) is not int:
        raise KernelError("expected a certificate: a JSON object with a schema number")
    if certificate["schema"] != SCHEMA:
        raise KernelError(f"expected a certificate of schema {SCHEMA}, got {certificate['schema']}")
    where = "the declarations"
    try:
        signature = decode_signature(certificate["signature"])
        checker = Checker(signature)
        theorem = certificate["theorem"]
        proofs: list[Proof] = []
        for number, step in enumerate(_list(certificate["steps"])):
            where = f"step {number}"
            proofs.append(_read(step, proofs))
            checker.check(proofs[-1])
        where = "the conclusions"
        conclusions = _list(certificate["conclusions"])
        for claimed in conclusions:
            found = checker.check(_earlier(claimed["step"], proofs))
            _compare(claimed, found, signature)
        if not isinstance(theorem, str) or not conclusions:
            raise KernelError("a certificate names a theorem and at least one conclusion")
    except KernelError as error:
        raise KernelError(f"{str(certificate.get('theorem'))[:60]}, {where}: {error}") from error
    except MALFORMED as error:
        raise KernelError(f"{where}: malformed certificate ({type(error).__name__})") from error
    return Replayed(theorem, tuple(conclusions))


def _compare(claimed: dict[str, Any], found: Sequent, signature: Signature) -> None:
    """Raise KernelError unless the claimed conclusion is the one found, hypotheses in full."""
    expected = _sequent_json(found)
    if {key: claimed[key] for key in expected} == expected:
        return
    for side in ("left", "right"):
        Grammar(signature).check(decode_term(claimed[side]))
    same = all(claimed[key] == expected[key] for key in ("relation", "axioms", "hypotheses"))
    same = same and is_zero(decode_term(claimed["left"]) - found.left, signature)
    if not (same and is_zero(decode_term(claimed["right"]) - found.right, signature)):
        raise KernelError(f"the claimed conclusion is not what step {claimed['step']} shows")


def _sequent_json(s: Sequent) -> dict[str, Any]:
    hypotheses = sorted(s.hypotheses, key=lambda h: (h[0], str(h[1])))
    return {
        "left": encode_term(s.left),
        "relation": s.relation,
        "right": encode_term(s.right),
        "hypotheses": [[name, encode_term(left), encode_term(right)] for name, left, right in hypotheses],
        "axioms": sorted(s.axioms),
    }


# -- writing -----------------------------------------------------------------------------------


def _write(proof: Proof, numbers: dict[int, int], steps: list[dict[str, Any]]) -> int:
    """Append a proof after those it rests on; returns its number."""
    if id(proof) not in numbers:
        step = {"rule": type(proof).__name__}
        step |= {f.name: _encode(getattr(proof, f.name), numbers, steps) for f in fields(proof)}
        numbers[id(proof)] = len(steps)
        steps.append(step)
    return numbers[id(proof)]


def _encode(value: Any, numbers: dict[int, int], steps: list[dict[str, Any]]) -> Any:
    match value:
        case str():
            return value
        case tuple():
            return [_encode(v, numbers, steps) for v in value]
        case Rewrite(context, premise, at):
            return {
                "context": encode_term(context),
                "premise": _write(premise, numbers, steps),
                "at": [[encode_term(a), encode_term(b)] for a, b in at],
            }
        case _ if type(value).__name__ in _PARTS:
            encoded = {f.name: _encode(getattr(value, f.name), numbers, steps) for f in fields(value)}
            return {"part": type(value).__name__, **encoded}
        case _ if type(value).__name__ in _RULES:
            return {"proof": _write(value, numbers, steps)}
        case _:
            return {"term": encode_term(value)}


def _names_in(value: Any) -> set[str]:
    match value:
        case {"term": list(term)}:
            return names(decode_term(term))
        case {"context": context, **rest}:
            return names(decode_term(context)) | _names_in(rest)
        case dict():
            return set().union(*(_names_in(v) for v in value.values()))
        case list():
            return set().union(*(_names_in(v) for v in value))
        case str():
            return {value}
        case _:
            return set()


# -- reading -----------------------------------------------------------------------------------


def _read(step: Any, proofs: list[Proof]) -> Proof:
    rule = _RULES[step["rule"]]
    arguments: dict[str, Any] = {
        f.name: _text(step[f.name]) if f.name in NAME_FIELDS else _decode(step[f.name], proofs)
        for f in fields(rule)
    }
    return rule(**arguments)


def _decode(value: Any, proofs: list[Proof]) -> Any:
    match value:
        case list():
            return tuple(_decode(v, proofs) for v in value)
        case {"context": context, "premise": premise, "at": list(at)}:
            pairs = tuple((decode_term(a), decode_term(b)) for a, b in at)
            return Rewrite(decode_term(context), _earlier(premise, proofs), pairs)
        case {"part": str(name), **rest}:
            part = _PARTS[name]
            return part(**{f.name: _decode(rest[f.name], proofs) for f in fields(part)})
        case {"proof": number}:
            return _earlier(number, proofs)
        case {"term": term}:
            return decode_term(term)
        case _:
            raise KernelError(f"expected a term, a proof or a rewrite, got {str(value)[:60]}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise KernelError(f"expected a name, got {str(value)[:60]}")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise KernelError(f"expected a list, got {type(value).__name__}")
    return value


def _earlier(number: Any, proofs: list[Proof]) -> Proof:
    if type(number) is not int or not 0 <= number < len(proofs):
        raise KernelError(f"a step may rest on earlier steps only, not on {str(number)[:20]}")
    return proofs[number]
