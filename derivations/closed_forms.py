"""NumPy functions generated from the theorems: what verification compares samples with.

`closed_form("mixture_covariance")` takes the last line of the theorem's chain in normal form and writes
one `einsum` for each monomial. Nothing is retyped, so a function computes what the theorem states. The
generated text is in `.source`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from derivations import claims, notation
from derivations.discovery import theorem_modules
from derivations.kernel.monomials import Ix, Monomial, Poly
from derivations.kernel.normal_form import normal_form
from derivations.kernel.terms import KernelError
from derivations.matrix import COLUMN, ROW, Matrix, Tensor, lowered, tensors
from derivations.notation.sizes import SIZES
from derivations.shapes import sizes_of

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class ClosedFormFunction:
    """A generated function. Call it with keyword arguments; see `arguments` for their axes."""

    name: str
    theorem: str
    latex: str
    arguments: tuple[tuple[str, tuple[str, ...]], ...]
    source: str
    function: Callable[..., Any]

    def __call__(self, **arrays: Any) -> Any:
        """The value as an array; raises ValueError if an argument is missing or has a wrong shape."""
        return self.function(**arrays)


def closed_form_names() -> tuple[str, ...]:
    """The names of all generated functions."""
    return tuple(_declared())


@cache
def closed_form(name: str) -> ClosedFormFunction:
    """The generated function `name`; raises KeyError, with the nearest names, if there is none."""
    if name not in _declared():
        nearest = difflib.get_close_matches(name, _declared(), 3) or list(_declared())
        raise KeyError(f"no closed form {name!r}; did you mean {', '.join(nearest)}?")
    theorem, form = _declared()[name]
    return generate(form, theorem)


def _declared() -> dict[str, tuple[str, claims.ClosedForm]]:
    theorems = [module.THEOREM for module in theorem_modules()]
    return {form.name: (theorem.id, form) for theorem in theorems for form in theorem.closed_forms}


def generate(form: claims.ClosedForm, theorem: str) -> ClosedFormFunction:
    """Write and compile the function; raises KernelError if the value is not stated by the theorem."""
    if not any(_contains(stated, form.value) for stated in _stated(form.of)):
        raise KernelError(f"closed form {form.name} is not part of the claim it is generated from")
    single = form.single
    arguments = {t.argument_for(single): t for t in tensors(form.value).values()}
    poly = normal_form(lowered(form.value), notation.signature())
    writer = _Writer(single, {t.name: name for name, t in arguments.items()})
    value = form.value
    axes = [i for i in form.axes if i is not single]
    out: list[Ix] = [(i.sort, i.name) for i in axes]
    out += [(size, place) for size, place in ((value.rows, ROW), (value.columns, COLUMN)) if size != "1"]
    body = writer.poly(poly, out)
    slots = {name: _slots(t, single) for name, t in arguments.items()}
    sizes = sorted(writer.sizes | {s for s, _ in out})
    given = sorted({s for each in slots.values() for s in each})
    slots |= {size: () for size in sizes if size not in given}
    source = _source(form.name, theorem, slots, given, body)
    namespace: dict[str, Any] = {"np": np, "sizes_of": sizes_of}
    exec(compile(source, f"<closed form {form.name}>", "exec"), namespace)
    return ClosedFormFunction(
        form.name, theorem, value.print(), tuple(slots.items()), source, namespace[form.name]
    )


def _stated(of: claims.Chain | claims.MixtureLaw) -> tuple[Matrix, ...]:
    return of.lines if isinstance(of, claims.Chain) else (of.weight, of.mean, of.covariance)


def _contains(whole: Matrix, part: Matrix) -> bool:
    return whole is part or any(_contains(p, part) for p in whole.parts())


def _slots(t: Tensor, single: object) -> tuple[str, ...]:
    """The axes of an argument; a single member of a family has lost its first."""
    slots = t.declaration.slots
    return slots[1:] if single is not None and t.family else slots


def _source(name: str, theorem: str, slots: dict[str, tuple[str, ...]], given: list[str], body: str) -> str:
    signature = ", ".join(["*", *slots]) if slots else ""
    shapes = ", ".join(f"{a!r}: ({a}, {s!r})" for a, s in slots.items())
    used = [s for s in given if re.search(rf"\b{s}\b", body)]
    unpack = "".join(f"    {s} = sizes[{s!r}]\n" for s in used)
    arrays = [a for a, s in slots.items() if s]
    convert = "".join(f"    {a} = np.asarray({a}, dtype=float)\n" for a in arrays)
    return (
        f"def {name}({signature}):\n"
        f'    """Generated from the theorem {theorem}."""\n'
        f"    {'sizes = ' if used else ''}sizes_of({name!r}, {{{shapes}}})\n"
        f"{convert}{unpack}    return {body}\n"
    )


class _Writer:
    """Python expressions for polynomials; notes the sizes they mention."""

    def __init__(self, single: Any, arguments: dict[str, str]) -> None:
        self.single, self.arguments = single, arguments
        self.sizes: set[str] = set()

    def poly(self, p: Poly, out: list[Ix]) -> str:
        """An array over the axes `out`."""
        if not p:
            return self.einsum([], out)
        return "(" + " + ".join(self.monomial(m, c, out) for m, c in p) + ")"

    def monomial(self, m: Monomial, c: Fraction, out: list[Ix]) -> str:
        scale, operands = [_number(c)], []
        for atom, power in m.factors:
            match atom:
                case ("scalar", "I"):
                    scale.append("1j")
                case ("scalar", name) if name in SIZES and power > 0:
                    self.sizes.add(name)
                    scale += [name] * power
                case ("entry", name, *indices) if name in self.arguments and power > 0:
                    operands += [(self.arguments[name], self.kept(indices))] * power
                case ("delta", i, j):
                    self.sizes.add(i[0])
                    operands.append((f"np.eye({i[0]})", [i, j]))
                case _:
                    raise KernelError(f"no NumPy form for {atom}")
        axes = list(dict.fromkeys([*out, *m.bound]))
        if m.exponent:
            operands.append((f"np.exp({self.poly(m.exponent, axes)})", axes))
        return " * ".join([*(s for s in scale if s != "1"), self.einsum(operands, out)])

    def kept(self, indices: list[Ix]) -> list[Ix]:
        """The indices of an entry without that of a single member."""
        gone = None if self.single is None else (self.single.sort, self.single.name)
        return [i for i in indices if i != gone]

    def einsum(self, operands: list[tuple[str, list[Ix]]], out: list[Ix]) -> str:
        """One einsum; axes that no operand has are spread by ones."""
        present = {i for _, indices in operands for i in indices}
        for i in out:
            if i not in present:
                self.sizes.add(i[0])
                operands = [*operands, (f"np.ones({i[0]})", [i])]
        if not operands:
            return "1.0"
        letters = _letters(list(dict.fromkeys(i for _, indices in operands for i in indices)))
        spec = ",".join("".join(letters[i] for i in ix) for _, ix in operands)
        names = ", ".join(a for a, _ in operands)
        best = ", optimize=True" if len(operands) > 2 else ""
        return f'np.einsum("{spec}->{"".join(letters[i] for i in out)}", {names}{best})'


def _letters(indices: list[Ix]) -> dict[Ix, str]:
    """A letter for each index: the size's own where it is free, else the next free one."""
    letters: dict[Ix, str] = {}
    for i in indices:
        own = i[0].lower()
        letters[i] = next(x for x in own + LETTERS if x not in letters.values())
    return letters


def _number(c: Fraction) -> str:
    return str(c) if c.denominator == 1 else f"({c.numerator} / {c.denominator})"
