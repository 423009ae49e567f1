"""Certificates: replayed in a fresh process by the kernel alone, refused when anything in them is altered."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from strategies import VOCABULARY, i, j, k, l, m, n, signature, symbol

import derivations
from derivations import library
from derivations.kernel.certificate import certify, replay
from derivations.kernel.checker import Checker
from derivations.kernel.encoding import decode_term
from derivations.kernel.laws import Defined, PseudoInverse
from derivations.kernel.normal_form import is_zero
from derivations.kernel.rules import (
    Assume,
    AtLeast,
    Axiomatic,
    Chain,
    Exists,
    Instantiate,
    Law,
    Limit,
    LogGap,
    Rewrite,
    Square,
    Vanishing,
)
from derivations.kernel.terms import HOLE, KernelError, entry, sum_over

Json = Any
s, p, x = entry("s"), entry("p"), entry("x")
ZERO, ONE = sp.Integer(0), sp.Integer(1)


def W(a: Any, b: Any) -> Any:
    return entry("W", a, b)


def X(a: Any, b: Any) -> Any:
    return entry("X", a, b)


SIGNATURE = signature(
    *VOCABULARY.declarations,
    symbol("x", law=Defined((), s**2)),
    symbol("t", "D"),
    symbol("g", "K", nonnegative=True),
    symbol("mu", "K", "D"),
    symbol("W", "K", "D"),
    symbol("X", "D", "K", law=PseudoInverse("W")),
    symbol("P", "D", "D", law=Defined((i, j), sum_over(X(i, k) * W(k, j), k)), symmetric=True),
    symbol("Q", "K", "K", law=Defined((k, l), sum_over(W(k, i) * X(i, l), i)), symmetric=True),
    at_most=(("K", "D"),),
)


def with_every_rule() -> Json:
    """A small certificate in which every rule occurs but the integral, which takes a second."""
    x_is_square = Assume("x is s squared", x, s**2)
    sums = [sum_over(entry("S", *places) * entry("a", n), m, n) for places in ((m, n), (n, m))]
    chain = Chain((x + sums[0], s**2 + sums[1]), ((Rewrite(HOLE + p, x_is_square),),))
    beside = p - 1 - sp.log(p)
    squared = Chain((x + beside, s**2 + beside), ((Rewrite(HOLE, x_is_square),),))
    bound = AtLeast(squared, ZERO, (Square((), ONE, s), LogGap((), ONE, p)))
    instance = Instantiate(Chain(((s + 1) ** 2, s**2 + 2 * s + 1), ((),)), "s", entry("v", k))
    constant = sum_over(entry("g", k) * sp.exp(sp.I * sum_over(entry("t", i) * entry("mu", k, i), i)), k)
    law = Law(Chain((constant,), ()), "t", (k,), (i, j), entry("g", k), entry("mu", k, i), ZERO)
    penrose = Assume("W X W = W", sum_over(W(k, i) * X(i, l) * W(l, j), i, l), W(k, j))
    idle = Chain((s, s), ((Rewrite(s * HOLE, penrose), Rewrite(-s * HOLE, penrose)),))
    vanishing = Vanishing(Assume("a is zero", sum_over(entry("a", m) ** 2, m), ZERO), (m,), entry("a", m))
    proofs = [
        chain,
        bound,
        instance,
        Axiomatic("independent_coordinates", (entry("z", i), entry("z", j))),
        law,
        Exists(idle, "X", "P", "Q"),
        vanishing,
        Limit(1 / (1 + sp.exp(-1 / p)), "p", ONE),
    ]
    return json.loads(json.dumps(certify("every_rule", proofs, Checker(SIGNATURE))))


CERTIFICATE = with_every_rule()


def altered(path: tuple[Any, ...], value: Json, of: Json = CERTIFICATE) -> Json:
    """A copy of the certificate with the value at `path` replaced."""
    if not path:
        return value
    out = copy.deepcopy(of)
    inside = out
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return out


# -- honest certificates -----------------------------------------------------------------------------


def test_a_certificate_shows_what_was_concluded() -> None:
    found = replay(CERTIFICATE)
    assert found.theorem == "every_rule"
    assert [c["relation"] for c in found.conclusions] == ["=", ">=", "=", "=", "~", "=", "=", "->"]
    assert list(found.conclusions) == CERTIFICATE["conclusions"]


def test_the_same_proofs_give_the_same_certificate() -> None:
    assert with_every_rule() == CERTIFICATE


def test_a_fresh_process_replays_with_nothing_but_the_kernel(tmp_path: Path) -> None:
    names = ["mixture_mean", "no_left_inverse"]
    certificates = [library.certificate(name) for name in names]
    (tmp_path / "proofs.json").write_text(json.dumps([*certificates, CERTIFICATE]))
    program = (
        "import json, pathlib, sys\n"
        "from derivations.kernel.certificate import replay\n"
        "found = [replay(c).theorem for c in json.loads(pathlib.Path('proofs.json').read_text())]\n"
        "foreign = [m for m in sys.modules if m.split('.')[0] in {'algorithms', 'verification', 'reports'}]\n"
        "ours = [m for m in sys.modules if m.startswith('derivations')]\n"
        "foreign += [m for m in ours if m != 'derivations' and not m.startswith('derivations.kernel')]\n"
        "print(json.dumps([found, foreign]))\n"
    )
    root = Path(derivations.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [[*names, "every_rule"], []]


# -- every value altered -----------------------------------------------------------------------------


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Json]]:
    """Every list and every leaf of a certificate, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
        return
    yield path, value
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


STRINGS = sorted({v for _, v in places(CERTIFICATE) if isinstance(v, str)})


def alterations(value: Json, rng: random.Random) -> list[Json]:
    """Plausible other values: an index for an index, a name for a name, a list shortened or doubled."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, -value]
    if isinstance(value, str) and ":" in value:
        return [w for w in STRINGS if ":" in w]
    if isinstance(value, str) and "/" in value:
        return ["0/1", "7/1", f"-{value}"]
    if isinstance(value, str):
        return [*rng.sample(STRINGS, 3), value + "x"]
    return [value[:-1], value[1:], [*value, *value[-1:]], value[::-1]]


def tampered() -> list[tuple[tuple[Any, ...], Json]]:
    rng = random.Random(2)
    return [
        (path, new) for path, value in places(CERTIFICATE) for new in alterations(value, rng) if new != value
    ]


def is_weaker(shown: Json, original: Json) -> bool:
    """Whether a conclusion is the original one, by the normal form of both sides."""
    same = all(shown[key] == original[key] for key in ("step", "relation", "axioms", "hypotheses"))
    return same and all(
        shown[side] == original[side]
        or is_zero(decode_term(shown[side]) - decode_term(original[side]), SIGNATURE)
        for side in ("left", "right")
    )


def outcome(path: tuple[Any, ...], new: Json) -> str:
    """What replay says of the altered certificate; fails if it shows what the original does not."""
    try:
        found = replay(altered(path, new))
    except KernelError as refusal:
        if path[0] == "steps" and len(path) > 1 and f"step {path[1]}" in str(refusal):
            return "refused at the altered step"
        return "refused"
    originals = {c["step"]: c for c in CERTIFICATE["conclusions"]}
    for shown in found.conclusions:
        assert is_weaker(shown, originals[shown["step"]]), f"{path} changed to {new} shows {shown}"
    return "shows the same"


def test_an_altered_certificate_is_refused_or_shows_the_same() -> None:
    attempts = random.Random(3).sample(tampered(), 60)
    counts = [outcome(*attempt) for attempt in attempts]
    assert counts.count("refused at the altered step") > 20
    assert counts.count("shows the same") < 12


@pytest.mark.full
def test_every_altered_certificate_is_refused_or_shows_the_same() -> None:
    counts = [outcome(*attempt) for attempt in tampered()]
    assert counts.count("shows the same") < len(counts) / 10


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("steps", 1, "rule"), "Assume"),
        (("steps", 1, "rule"), "Chains"),
        (("steps", 1, "lines", 1, "term"), ["scalar", "s"]),
        (("steps", 1, "rewrites", 0, 0, "context"), ["multiply", ["number", "2/1"], ["hole"]]),
        (("steps", 1, "rewrites", 0, 0, "premise"), 1),
        (("steps", 1, "rewrites", 0, 0, "premise"), -1),
        (("steps", 1, "rewrites", 0), []),
        (("steps", 3, "parts", 0, "coefficient", "term"), ["number", "-1/1"]),
        (("steps", 3, "parts", 0, "part"), "LogGap"),
        (("steps", 3, "premise"), {"term": ["scalar", "s"]}),
        (("steps", 3, "bound", "term"), ["number", "1/1"]),
        (("steps", 5, "scalar"), "p"),
        (("steps", 5, "term", "term"), ["i"]),
        (("steps", 6, "arguments", 1, "term"), ["entry", "z", "i:D"]),
        (("steps", 6, "schema"), "independent_factors"),
        (("steps", 8, "frequency"), "mu"),
        (("steps", 8, "weight", "term"), ["number", "1/1"]),
        (("steps", 8, "components"), []),
        (("steps", 11, "column_projector"), "P"),
        (("steps", 13, "root", "term"), ["multiply", ["number", "2/1"], ["entry", "a", "m:D"]]),
        (("steps", 14, "value", "term"), ["number", "0/1"]),
        (("steps", 14, "variable"), "s"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else str(value)[:40],
)
def test_the_refusal_names_the_step(path: tuple[Any, ...], new: Json) -> None:
    with pytest.raises(KernelError, match=rf"step {path[1]}\b"):
        replay(altered(path, new))


def flag(name: str, key: str, value: bool) -> Json:
    out = copy.deepcopy(CERTIFICATE)
    (d,) = (d for d in out["signature"]["symbols"] if d["name"] == name)
    d[key] = value
    return out


@pytest.mark.parametrize(
    ("name", "key"), [("S", "symmetric"), ("p", "positive"), ("g", "nonnegative")], ids="-".join
)
def test_a_property_that_the_proof_needs_cannot_be_struck_out(name: str, key: str) -> None:
    with pytest.raises(KernelError, match="step"):
        replay(flag(name, key, False))


def test_a_property_that_the_axiom_does_not_promise_cannot_be_added() -> None:
    for key in ("symmetric", "positive", "nonnegative"):
        with pytest.raises(KernelError):
            replay(flag("X", key, True))


# -- conclusions that are not shown --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ((), []),
        ((0, "step"), 2),
        ((0, "step"), -1),
        ((0, "step"), 99),
        ((0, "step"), "1"),
        ((0, "step"), True),
        ((0, "relation"), ">="),
        ((1, "relation"), "="),
        ((0, "hypotheses"), []),
        ((0, "hypotheses", 0, 0), "another name"),
        ((0, "hypotheses", 0, 2), ["scalar", "s"]),
        ((3, "axioms"), []),
        ((3, "axioms"), ["pseudo-inverse"]),
        ((1, "right"), ["number", "1/1"]),
        ((0, "left"), ["scalar", "unheard"]),
        ((0, "left"), ["sum", ["multiply", ["delta", "k:K", "d:D"], ["scalar", "s"]], "k:K"]),
        ((0, "left"), "scalar"),
    ],
    ids=str,
)
def test_a_conclusion_that_is_not_shown_is_refused(path: tuple[Any, ...], new: Json) -> None:
    with pytest.raises(KernelError, match="the conclusions"):
        replay(altered(("conclusions", *path), new))


def test_a_theorem_cannot_be_assumed_under_the_name_of_a_hypothesis() -> None:
    honest = library.certificate("mixture_mean")
    (claim,) = honest["conclusions"]
    assumed = {
        "rule": "Assume",
        "name": "weights",
        "left": {"term": claim["left"]},
        "right": {"term": claim["right"]},
    }
    forged = {**honest, "steps": [assumed], "conclusions": [{**claim, "step": 0}]}
    with pytest.raises(KernelError, match="conclusion"):
        replay(forged)
