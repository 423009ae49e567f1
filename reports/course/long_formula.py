"""Statements too long for one line of a page, broken before their relations."""

from __future__ import annotations

from reports.maths import parse, width

LONGEST = 38  # ems that fit beside the number of an equation
_BEGIN, _END, _NEXT = r"\begin{aligned} ", r" \end{aligned}", r" \\ "


def in_lines(latex: str) -> str:
    """`latex`, or if it is long, aligned lines: each side of a long equation, then what is given.

    The form is that of `derivations.exposition.statement`: a chain, or aligned rows, and perhaps a condition
    in brackets after a wide space.
    """
    if width(parse(latex)) <= LONGEST:
        return latex
    body, space, given = latex.partition(r" \qquad \left(")
    is_aligned = body.startswith(_BEGIN)
    rows = body.removeprefix(_BEGIN).removesuffix(_END).split(_NEXT) if is_aligned else [body]
    lines = [line for row in rows for line in _broken(row.replace(" & ", " "))]
    if space:
        lines.append(rf"\left({given}")
    return _BEGIN + _NEXT.join(f"& {line}" for line in lines) + _END


def _broken(row: str) -> list[str]:
    if width(parse(row)) <= LONGEST:
        return [row]
    left, *sides = row.split(" = ")
    return [left, *(rf"\quad = {side}" for side in sides)]
