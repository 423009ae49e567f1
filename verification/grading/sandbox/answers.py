"""Reads what a child answers. Whatever is not exactly an answer raises BadFrame, and that is tampering."""

from __future__ import annotations

from typing import Any

from verification.grading.sandbox.caller import Array, CallResult, OutOfMemory, Raised, Returned
from verification.grading.sandbox.inside.frames import BadFrame
from verification.grading.sandbox.inside.values import build
from verification.grading.submission import Program, printable

MAX_LINES = 100


def is_plain(header: dict[str, Any], arrays: list[Array], kind: str) -> bool:
    """Whether the frame says `kind` and nothing else."""
    return header == {"kind": kind} and not arrays


def result(header: dict[str, Any], arrays: list[Array], program: Program, seconds: float) -> CallResult:
    """The result that the frame tells. Raises BadFrame."""
    kind = header.get("kind")
    if kind == "returned":
        _has_exactly(header, "kind", "value", "types", "mutated", "stdout")
        return Returned(
            value=build(header["value"], arrays),
            type_names=tuple(printable(_text(name), 80) for name in _items(header["types"], 64)),
            mutated=tuple(_truth(flag) for flag in _items(header["mutated"], 64)),
            stdout_tail=printable(_text(header["stdout"]), 5000),
            seconds=seconds,
        )
    if arrays:
        raise BadFrame("arrays without a value")
    if kind == "memory":
        _has_exactly(header, "kind", "message")
        return OutOfMemory(printable(_text(header["message"])))
    if kind == "raised":
        _has_exactly(header, "kind", "type", "message", "lines", "during", "stdout")
        places = [program.place(_line(line)) for line in _items(header["lines"], MAX_LINES)]
        if header["during"] not in ("loading", "call"):
            raise BadFrame("an exception at no time")
        return Raised(
            type_name=printable(_text(header["type"]), 80),
            message=printable(_text(header["message"])),
            places=tuple(place for place in places if place is not None),
            during=header["during"],
            stdout_tail=printable(_text(header["stdout"]), 5000),
        )
    raise BadFrame("an answer of no known kind")


def _has_exactly(header: dict[str, Any], *keys: str) -> None:
    if set(header) != set(keys):
        raise BadFrame("an answer with parts missing or added")


def _items(part: Any, most: int) -> list[Any]:
    if not isinstance(part, list) or len(part) > most:
        raise BadFrame("a list that is none, or too long")
    return part


def _text(part: Any) -> str:
    if not isinstance(part, str):
        raise BadFrame("a text that is none")
    return part


def _truth(part: Any) -> bool:
    if not isinstance(part, bool):
        raise BadFrame("a truth value that is none")
    return part


def _line(part: Any) -> int:
    if type(part) is not int:
        raise BadFrame("a line number that is none")
    return part
