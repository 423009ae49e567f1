"""What is no certificate is refused at once: wrong types, monsters, texts that are programs."""

from __future__ import annotations

from typing import Any

import pytest
from strategies import limited_to
from test_certificates import CERTIFICATE, Json, altered

from derivations.kernel.certificate import replay
from derivations.kernel.encoding import decode_term
from derivations.kernel.terms import KernelError

# -- bad input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("schema", [0, 2, -1, 1.0, True, "1", None, [1]])
def test_a_certificate_of_another_schema_is_refused_in_one_line(schema: Any) -> None:
    with pytest.raises(KernelError, match="schema") as refusal:
        replay(altered(("schema",), schema))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("key", ["schema", "theorem", "signature", "steps", "conclusions"])
@pytest.mark.parametrize(
    "value", [None, 7, -1, True, "s", [], {}, [1], {"a": 1}, 1.5, [[]], ["s"], float("nan")], ids=str
)
def test_what_is_no_certificate_is_refused(key: str, value: Any) -> None:
    if (key, value) != ("theorem", "s"):
        with pytest.raises(KernelError):
            replay(altered((key,), value))
    with pytest.raises(KernelError):
        replay(value)


@pytest.mark.parametrize("key", list(CERTIFICATE["signature"]))
@pytest.mark.parametrize("value", [None, 7, "s", {"a": 1}, [7], [[7, 7, 7]], ["s"]], ids=str)
def test_declarations_that_are_none_are_refused(key: str, value: Any) -> None:
    with pytest.raises(KernelError):
        replay(altered(("signature", key), value))


def nested(depth: int, kind: str) -> Json:
    term: Json = ["scalar", "s"]
    for _ in range(depth):
        term = [kind, term] if kind != "list" else [term]
    return term


MONSTERS = {
    "a deep term": nested(10_000, "exp"),
    "a deep list": nested(10_000, "list"),
    "a number of ten thousand digits": ["number", "9" * 10_000 + "/1"],
    "one over zero": ["number", "1/0"],
    "zero to the minus one": ["power", ["number", "0/1"], -1],
    "a decimal number": ["number", "1.5/1"],
    "a float": ["number", 1.5],
    "a number that is not one": ["number", "nan/1"],
    "a huge power": ["power", ["size", "D"], 10**9],
    "a huge power of a number": ["power", ["number", "2/1"], 10**9],
    "a huge negative power": ["power", ["scalar", "p"], -(10**9)],
    "a power to a huge number": ["to the", ["number", "2/1"], ["number", "10000000000/1"]],
    "a power of a power of a power": [
        "power",
        ["power", ["power", ["power", ["power", ["number", "2/1"], 64], 64], 64], 64],
        64,
    ],
    "a huge binomial coefficient": ["binomial", ["number", "10000000000/1"], ["number", "5000000000/1"]],
    "a huge power of a sum": ["power", ["add", *(["entry", "a", f"i{number}:D"] for number in range(6))], 60],
    "sums within sums": [
        "sum",
        ["multiply", *(["entry", "a", f"i{number}:D"] for number in range(14))],
        *(f"i{number}:D" for number in range(14)),
    ],
    "many free indices": ["multiply", *(["entry", "a", f"i{number}:D"] for number in range(16))],
    "a square root": ["to the", ["scalar", "p"], ["number", "1/2"]],
    "a text": "__import__('os').abort()",
    "a text in a term": ["scalar", "__import__('os').abort()"],
    "an unknown node": ["sin", ["scalar", "s"]],
    "an empty node": [],
    "a hole": ["hole"],
}


@pytest.mark.parametrize("monster", MONSTERS)
def test_a_monstrous_term_is_refused_at_once(monster: str) -> None:
    term = MONSTERS[monster]
    twice = ["multiply", ["number", "2/1"], term]
    step = {"rule": "Chain", "lines": [{"term": term}, {"term": twice}], "rewrites": [[]]}
    with limited_to(seconds=20), pytest.raises(KernelError, match="step 0"):
        replay({**CERTIFICATE, "steps": [step]})


def test_a_deep_term_is_refused_for_its_depth() -> None:
    with pytest.raises(KernelError, match="nested too deeply"):
        decode_term(nested(100, "exp"))


@pytest.mark.parametrize("text", ["__import__('os').abort()", "1+1", "s"])
def test_no_text_in_the_place_of_a_term_is_ever_evaluated(text: str) -> None:
    # sympify(text) runs it; the kernel must not call it on anything from a file.
    for rule in ("Assume", "Axiomatic", "Chain", "Integrate", "Limit"):
        step = {"rule": rule, "name": "h", "left": text, "right": text, "schema": "independent_product"}
        step |= {
            "arguments": [text],
            "lines": [text],
            "rewrites": [],
            "term": text,
            "variable": text,
            "value": text,
        }
        step |= {"random_entry": text, "integrand": text}
        with pytest.raises(KernelError):
            replay({**CERTIFICATE, "steps": [step]})


def test_many_sizes_do_not_take_for_ever() -> None:
    names = [f"S{number}" for number in range(30)]
    line = {"term": ["add", *(["size", name] for name in names)]}
    step = {"rule": "Chain", "lines": [line, line], "rewrites": [[]]}
    sizes = {"sizes": names, "at_most": [], "split": [], "symbols": []}
    shown = {
        "step": 0,
        "left": line["term"],
        "relation": "=",
        "right": line["term"],
        "hypotheses": [],
        "axioms": [],
    }
    with limited_to(seconds=20):
        assert replay({**CERTIFICATE, "signature": sizes, "steps": [step], "conclusions": [shown]})
