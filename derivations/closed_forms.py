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
from functools import cache
from typing import Any

import numpy as np

from derivations import claims, notation
from derivations.discovery import theorem_modules
from derivations.kernel.laws import Defined, Inverse, Nearest
from derivations.kernel.monomials import Ix
from derivations.kernel.normal_form import normal_form
from derivations.kernel.terms import KernelError, sort_of
from derivations.matrix import COLUMN, ROW, Index, Matrix, Tensor, lowered, tensors
from derivations.numpy_writer import NumpyWriter
from derivations.shapes import sizes_of


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
    single, value = form.single, form.value
    writer = NumpyWriter(single, {})
    steps: list[str] = []
    arguments: dict[str, Tensor] = {}
    for tensor in tensors(value).values():
        _provide(tensor, single, writer, arguments, steps)
    out: list[Ix] = [(i.sort, i.name) for i in form.axes if i is not single]
    out += [(size, place) for size, place in ((value.rows, ROW), (value.columns, COLUMN)) if size != "1"]
    result = writer.poly(normal_form(lowered(value), notation.signature()), out)
    slots = {name: _slots(t, single) for name, t in arguments.items()}
    given = {s for each in slots.values() for s in each}
    counts = sorted((writer.sizes | {s for s, _ in out}) - given)
    body = [*steps, f"return {result}"]
    source = _source(form.name, theorem, slots, counts, body)
    namespace: dict[str, Any] = {"np": np, "sizes_of": sizes_of}
    exec(compile(source, f"<closed form {form.name}>", "exec"), namespace)
    described = (*slots.items(), *((size, ()) for size in counts))
    return ClosedFormFunction(form.name, theorem, value.print(), described, source, namespace[form.name])


def _provide(
    tensor: Tensor, single: Index | None, writer: NumpyWriter, arguments: dict[str, Tensor], steps: list[str]
) -> None:
    """Make a tensor available: as an argument if it has a name for that, else computed from its law."""
    if tensor.name in writer.arguments:
        return
    name = tensor.argument_for(single)
    if name:
        arguments[name] = tensor
        writer.arguments[tensor.name] = name
        return
    law = tensor.declaration.law
    if single is not None or not isinstance(law, Defined | Inverse | Nearest):
        raise KernelError(f"{tensor.name} is neither an argument nor computed from arguments")
    vocabulary = {t.name: t for t in notation.VOCABULARY}
    for needed in sorted(law.needs() & set(vocabulary)):
        _provide(vocabulary[needed], single, writer, arguments, steps)
    axes: list[Ix] = [(sort_of(i), i.name.split(":")[0]) for i in law.indices]
    value = writer.poly(normal_form(law.term, notation.signature()), axes)
    if isinstance(law, Inverse):
        value = f"np.linalg.inv{value}"
    elif isinstance(law, Nearest):
        writer.sizes.add(axes[-1][0])
        value = f"np.eye({axes[-1][0]})[np.argmin{value[:-1]}, axis=-1)]"
    writer.arguments[tensor.name] = tensor.name
    steps.append(f"{tensor.name} = {value}")


def _stated(of: claims.Chain | claims.MixtureLaw) -> tuple[Matrix, ...]:
    return of.lines if isinstance(of, claims.Chain) else (of.weight, of.mean, of.covariance)


def _contains(whole: Matrix, part: Matrix) -> bool:
    return whole is part or any(_contains(p, part) for p in whole.parts())


def _slots(t: Tensor, single: object) -> tuple[str, ...]:
    """The axes of an argument; a single member of a family has lost its first."""
    slots = t.declaration.slots
    return slots[1:] if single is not None and t.family else slots


def _source(
    name: str, theorem: str, slots: dict[str, tuple[str, ...]], counts: list[str], body: list[str]
) -> str:
    """The text of the function: checks shapes, names sizes, computes."""
    arguments = {**{a: s or ("",) for a, s in slots.items()}, **dict.fromkeys(counts, ())}
    shapes = ", ".join(f"{a!r}: ({a}, {s!r})" for a, s in arguments.items())
    lines = [f"    {line}" for line in body]
    text = "\n".join(lines)
    known = sorted({s for each in slots.values() for s in each})
    used = [s for s in known if re.search(rf"\b{s}\b", text)]
    sizes = [f"    {s} = sizes[{s!r}]" for s in used]
    arrays = [f"    {a} = np.asarray({a}, dtype=float)" for a, s in slots.items() if s]
    check = f"    {'sizes = ' if used else ''}sizes_of({name!r}, {{{shapes}}})"
    doc = f'    """Generated from the theorem {theorem}."""'
    return "\n".join([f"def {name}(*, {', '.join(arguments)}):", doc, check, *arrays, *sizes, *lines, ""])
