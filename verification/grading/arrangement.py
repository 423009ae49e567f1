"""Which argument is which, and which result is which: by name, by shape, by order.

A function is called in ITS order if its parameters have the exercise's names or synonyms of them. Results are
told apart by their shapes where exercises differ in the order.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sparse

from verification.grading.criterion import Parameter, Signature
from verification.grading.reading import numbers
from verification.grading.synonyms import meant_by


def own_order(parameters: tuple[str, ...], signature: Signature) -> tuple[str, ...]:
    """The criterion's parameters in the order in which a function with these `parameters` takes them.

    The student's own order if the names say which is which, else the exercise's, without optional ones that
    the function has no room for.
    """
    names = [parameter.name for parameter in signature.parameters]
    required = {parameter.name for parameter in signature.parameters if not parameter.optional}
    meant: list[str] = []
    for parameter in parameters:
        name = meant_by(parameter, set(names) - set(meant))
        if name is None:
            break
        meant.append(name)
    if required <= set(meant):
        return tuple(meant)
    positional = [parameter.name for parameter in signature.parameters if not parameter.by_name]
    if any(parameter.startswith("*") for parameter in parameters):
        return tuple(positional)
    return tuple(positional[: max(len(parameters), len(required))])


def sizes_of(signature: Signature, arguments: Sequence[Any]) -> dict[str, int]:
    """Lengths of the named axes, from the arguments."""
    sizes: dict[str, int] = {}
    for part, value in zip(signature.parameters, arguments, strict=False):
        array = numbers(value)
        if array is not None and part.axes:
            sizes |= dict(zip(part.axes.split(), array.shape, strict=False))
        if part.name == "k" and isinstance(value, int):
            sizes["k"] = value
    return sizes


def order_by_shape(
    signature: Signature, arguments: Sequence[Any], given: Sequence[Any]
) -> tuple[int, ...] | None:
    """For each result of the exercise its place in `given`, if shapes allow an order; None otherwise."""
    count = len(signature.returns)
    if len(given) != count:
        return None
    sizes = sizes_of(signature, arguments)
    known = [
        part for part in signature.returns if part.axes and all(axis in sizes for axis in part.axes.split())
    ]
    if len(known) < 2:
        return None
    orders = list(itertools.permutations(range(count)))
    # First by the very shapes: in one dimension weights, means and variances differ in axes of length 1.
    for exactly in (True, False):
        for order in orders:
            places = dict(zip((part.name for part in signature.returns), order, strict=True))
            if all(_fits(given[places[p.name]], _shape(p, sizes), exactly) for p in known):
                return order
    return None


def _shape(part: Parameter, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sizes[axis] for axis in part.axes.split())


def _fits(value: Any, shape: tuple[int, ...], exactly: bool) -> bool:
    array = numbers(value, *shape)
    return array is not None and (not exactly or np.shape(value) == shape)


def transposed(value: Any, axes: str, wanted: str) -> Any:
    """`value` with axes named `axes` brought into the order `wanted`."""
    if axes == wanted or not axes:
        return value
    if sparse.issparse(value) or np.ndim(value) != len(axes.split()):
        return value
    have, want = axes.split(), wanted.split()
    # "k d d" has one name twice: covariances are symmetric, so either order of the two is right.
    taken: list[int] = []
    for name in want:
        taken.append(next(i for i, axis in enumerate(have) if axis == name and i not in taken))
    return np.ascontiguousarray(np.transpose(np.asarray(value), taken))
