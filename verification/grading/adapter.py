"""Between a criterion and a student's function: order of arguments, layout of arrays, order of results.

A layout names the axes of an array in the student's order: X with "d n" holds one point a column. Where the
rubric says nothing the exercise's order holds, except that a function whose parameters have the exercise's
names in another order is called in ITS order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import numpy as np
import scipy.sparse as sparse

from verification.grading.criterion import Call, Parameter, Signature
from verification.grading.reading import numbers
from verification.grading.sandbox.caller import Caller, CallResult, Returned
from verification.grading.submission import Extracted, Program


@dataclass(frozen=True)
class Adapter:
    """Implements `criterion.Student` for one program. calls: what was called so far, for the detectors.

    order: the criterion's parameters as the student takes them. returns: its results in the student's order.
    layouts: axes in the student's order by name of parameter or result.
    """

    caller: Caller
    program: Program
    function: str
    signature: Signature
    order: tuple[str, ...]
    returns: tuple[str, ...]
    layouts: Mapping[str, str]
    timeout: float
    seed: int = 0
    calls: list[Call] = field(default_factory=list)

    def call(self, *arguments: Any, seed: int = 0) -> CallResult:
        """See `criterion.Student`."""
        return self.call_each([arguments], seed=seed)[0]

    def call_each(self, calls: Sequence[Sequence[Any]], seed: int = 0) -> tuple[CallResult, ...]:
        """See `criterion.Student`."""
        results = self.caller.call_each(
            self.program,
            self.function,
            [self._arranged(arguments) for arguments in calls],
            timeout=self.timeout,
            seed=(self.seed + seed) % 2**32,
        )
        for result in results:
            if not isinstance(result, get_args(CallResult)):
                # Not one of the answers that are known: an error of ours, never a verdict.
                raise TypeError(f"a call was answered with {type(result).__name__}")
        read = tuple(self._read(result) for result in results)
        self.calls.extend(Call(tuple(a), r) for a, r in zip(calls, read, strict=True))
        return read

    def _arranged(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        names = [parameter.name for parameter in self.signature.parameters]
        given = dict(zip(names, arguments, strict=False))
        axes = {parameter.name: parameter.axes for parameter in self.signature.parameters}
        return tuple(
            _transposed(given[name], axes[name], self.layouts.get(name, axes[name]))
            for name in self.order
            if name in given
        )

    def _read(self, result: CallResult) -> CallResult:
        """The result with its parts in the criterion's order and layout, as far as it has such parts."""
        if not isinstance(result, Returned):
            return result
        wanted = self.signature.returns
        if len(wanted) == 1:
            return replace(result, value=self._laid_out(wanted[0], result.value))
        if not isinstance(result.value, tuple | list) or len(result.value) != len(self.returns):
            return result
        by_name = dict(zip(self.returns, result.value, strict=True))
        value = tuple(self._laid_out(part, by_name[part.name]) for part in wanted)
        return replace(result, value=value)

    def _laid_out(self, part: Parameter, value: Any) -> Any:
        layout = self.layouts.get(part.name, part.axes)
        if layout == part.axes:
            return value
        array = numbers(value)
        return value if array is None else _transposed(array, layout, part.axes)


def adapter_for(
    caller: Caller,
    extracted: Extracted,
    program: Program,
    signature: Signature,
    *,
    arguments: tuple[str, ...] = (),
    returns: tuple[str, ...] = (),
    layouts: Mapping[str, str] | None = None,
    timeout: float,
    seed: int,
) -> Adapter:
    """The adapter for `extracted`, running `program` (which may be a repaired one)."""
    return Adapter(
        caller,
        program,
        extracted.defined_as,
        signature,
        arguments or _own_order(extracted.parameters, signature),
        returns or tuple(part.name for part in signature.returns),
        dict(layouts or {}),
        timeout,
        seed,
    )


def _own_order(parameters: tuple[str, ...], signature: Signature) -> tuple[str, ...]:
    """The parameters to pass: the student's own order if the names are the exercise's, else the exercise's,
    without optional ones that the function has no room for."""
    names = [parameter.name for parameter in signature.parameters]
    required = {parameter.name for parameter in signature.parameters if not parameter.optional}
    if required <= set(parameters) <= set(names):
        return parameters
    if any(parameter.startswith("*") for parameter in parameters):
        return tuple(names)
    least = max(len(parameters), len(required))
    return tuple(names[:least])


def _transposed(value: Any, axes: str, wanted: str) -> Any:
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
