"""Proofs as JSON, and their replay: the checker runs again on nothing but the file.

A certificate holds the declared symbols, the proof as a list of rule applications (each refers to
earlier ones by number), and what was concluded. Replaying it decodes the rules, checks them, and
compares the conclusions; a Python object can be forged, a replayed certificate cannot.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from derivations.kernel import rules
from derivations.kernel.checker import Checker
from derivations.kernel.encoding import decode_signature, decode_term, encode_signature, encode_term
from derivations.kernel.models import restricted
from derivations.kernel.normal_form import is_zero
from derivations.kernel.rules import Proof, Rewrite, Sequent
from derivations.kernel.signature import Signature
from derivations.kernel.terms import KernelError, names

SCHEMA = 1

_RULES = {
    rule.__name__: rule
    for rule in (
        rules.Assume,
        rules.Axiomatic,
        rules.Integrate,
        rules.Instantiate,
        rules.Chain,
        rules.AtLeast,
        rules.Exists,
        rules.Law,
    )
}


def certify(theorem: str, proofs: list[Proof], checker: Checker) -> dict[str, Any]:
    """The certificate of a theorem's conclusions; checks them first."""
    numbers: dict[int, int] = {}
    steps: list[dict[str, Any]] = []
    for proof in proofs:
        _write(proof, numbers, steps)
    conclusions = [{"step": numbers[id(proof)], **_sequent_json(checker.check(proof))} for proof in proofs]
    used = set().union(*(_names_in(step) for step in steps))
    return {
        "schema": SCHEMA,
        "theorem": theorem,
        "signature": encode_signature(restricted(checker.signature, used)),
        "steps": steps,
        "conclusions": conclusions,
    }


def replay(certificate: Any) -> str:
    """Check a certificate; returns the theorem's id, raises KernelError naming the step that fails."""
    if not isinstance(certificate, dict) or certificate.get("schema") != SCHEMA:
        found = certificate.get("schema") if isinstance(certificate, dict) else type(certificate).__name__
        raise KernelError(f"expected a certificate of schema {SCHEMA}, got {found}")
    try:
        signature = decode_signature(certificate["signature"])
        theorem, steps, conclusions = certificate["theorem"], certificate["steps"], certificate["conclusions"]
        if not isinstance(theorem, str) or not conclusions:
            raise KernelError("a certificate names a theorem and at least one conclusion")
    except (KeyError, TypeError, ValueError) as error:
        raise KernelError(f"malformed certificate: {error!r}") from error
    checker = Checker(signature)
    proofs: list[Proof] = []
    for number, step in enumerate(steps):
        try:
            proof = _read(step, proofs)
            checker.check(proof)
        except KernelError as error:
            raise KernelError(f"{theorem}, step {number}: {error}") from error
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise KernelError(f"{theorem}, step {number} is malformed: {error!r}") from error
        proofs.append(proof)
    for claimed in conclusions:
        _compare(theorem, claimed, checker.check(proofs[claimed["step"]]), signature)
    return theorem


def _compare(theorem: str, claimed: dict[str, Any], found: Sequent, signature: Signature) -> None:
    same = claimed["relation"] == found.relation and claimed["axioms"] == sorted(found.axioms)
    same = same and claimed["hypotheses"] == sorted(name for name, _, _ in found.hypotheses)
    for side, term in (("left", found.left), ("right", found.right)):
        same = same and is_zero(decode_term(claimed[side]) - term, signature)
    if not same:
        raise KernelError(f"{theorem}: the conclusion is not what step {claimed['step']} shows")


def _sequent_json(s: Sequent) -> dict[str, Any]:
    return {
        "left": encode_term(s.left),
        "relation": s.relation,
        "right": encode_term(s.right),
        "hypotheses": sorted(name for name, _, _ in s.hypotheses),
        "axioms": sorted(s.axioms),
    }


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
        case _ if type(value).__name__ in _RULES:
            return {"proof": _write(value, numbers, steps)}
        case _:
            return {"term": encode_term(value)}


def _read(step: dict[str, Any], proofs: list[Proof]) -> Proof:
    rule = _RULES[step["rule"]]
    arguments = {f.name: _decode(step[f.name], proofs) for f in fields(rule)}
    return rule(**arguments)


def _decode(value: Any, proofs: list[Proof]) -> Any:
    match value:
        case str():
            return value
        case list():
            return tuple(_decode(v, proofs) for v in value)
        case {"context": context, "premise": int(premise), "at": at}:
            pairs = tuple((decode_term(a), decode_term(b)) for a, b in at)
            return Rewrite(decode_term(context), _earlier(premise, proofs), pairs)
        case {"proof": int(number)}:
            return _earlier(number, proofs)
        case {"term": term}:
            return decode_term(term)
        case _:
            raise KernelError(f"expected a term, a proof or a rewrite, got {value!r}")


def _earlier(number: int, proofs: list[Proof]) -> Proof:
    if not 0 <= number < len(proofs):
        raise KernelError(f"a step may rest on earlier steps only, not on step {number}")
    return proofs[number]


def _names_in(value: Any) -> set[str]:
    match value:
        case {"term": list(term)}:
            return names(decode_term(term))
        case {"context": context, **rest}:
            return names(decode_term(context)) | _names_in(rest)
        case dict():
            return set().union(*(_names_in(v) for v in value.values())) if value else set()
        case list():
            return set().union(*(_names_in(v) for v in value)) if value else set()
        case str():
            return {value}
        case _:
            return set()
