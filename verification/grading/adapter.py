"""Between a criterion and a student's function: order of arguments, layout of arrays, order of results.

A layout names the axes of an array in the student's order: X with "d n" holds one point a column. Where the
rubric says nothing the exercise's order holds, as far as names and shapes do not tell another: see
`arrangement`. Results beyond those of the exercise are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, get_args

from verification.grading.arrangement import order_by_shape, own_order, transposed
from verification.grading.criterion import Call, Parameter, Signature
from verification.grading.reading import numbers
from verification.grading.sandbox.caller import Caller, CallResult, Returned
from verification.grading.submission import Extracted, Program

Form: TypeAlias = Callable[[Any], Any]
"""Another form of an argument, such as pairs of indices where the exercise has two arrays."""


@dataclass(frozen=True)
class Adapter:
    """Implements `criterion.Student` for one program. calls: what was called so far, for the detectors.

    order: the criterion's parameters as the student takes them. returns: its results in the student's order,
    empty where the rubric says nothing. layouts: axes in the student's order by name of parameter or result.
    forms: of arguments, by name. surplus: how many results were left out, call by call.
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
    forms: Mapping[str, Form] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    surplus: list[int] = field(default_factory=list)

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
        read = tuple(self._read(tuple(a), r) for a, r in zip(calls, results, strict=True))
        self.calls.extend(Call(tuple(a), r) for a, r in zip(calls, read, strict=True))
        return read

    def _arranged(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        given = self._by_name(arguments)
        axes = {parameter.name: parameter.axes for parameter in self.signature.parameters}
        return tuple(
            transposed(
                self.forms[name](given[name]) if name in self.forms else given[name],
                axes[name],
                self.layouts.get(name, axes[name]),
            )
            for name in self.order
            if name in given
        )

    def _by_name(self, values: Sequence[Any]) -> dict[str, Any]:
        return dict(zip((parameter.name for parameter in self.signature.parameters), values, strict=False))

    def _read(self, arguments: tuple[Any, ...], result: CallResult) -> CallResult:
        """The result with its parts in the criterion's order and layout, as far as it has such parts."""
        if not isinstance(result, Returned):
            return result
        wanted = self.signature.returns
        mutated = dict(zip(self.order, result.mutated, strict=False))
        result = replace(result, mutated=tuple(mutated.get(p.name, False) for p in self.signature.parameters))
        given = result.value if isinstance(result.value, tuple | list) else (result.value,)
        if isinstance(result.value, tuple) and len(given) > len(wanted):
            self.surplus.append(len(given) - len(wanted))
            given = given[: len(wanted)]
            result = replace(result, value=given if len(wanted) > 1 else given[0])
        if len(wanted) == 1:
            return replace(result, value=self._laid_out(wanted[0], result.value))
        if not isinstance(result.value, tuple | list) or len(given) != len(wanted):
            return result
        value = self._in_order(arguments, given)
        return replace(
            result, value=tuple(self._laid_out(p, part) for p, part in zip(wanted, value, strict=True))
        )

    def _in_order(self, arguments: tuple[Any, ...], given: Sequence[Any]) -> tuple[Any, ...]:
        """The results in the order of the exercise: by the rubric, else by shape where orders differ."""
        wanted = [part.name for part in self.signature.returns]
        if self.returns:
            by_name = dict(zip(self.returns, given, strict=True))
            return tuple(by_name[name] for name in wanted)
        order = order_by_shape(self.signature, arguments, given) if self.signature.any_order else None
        return tuple(given) if order is None else tuple(given[i] for i in order)

    def _laid_out(self, part: Parameter, value: Any) -> Any:
        layout = self.layouts.get(part.name, part.axes)
        if layout == part.axes:
            return value
        array = numbers(value)
        return value if array is None else transposed(array, layout, part.axes)


def adapter_for(
    caller: Caller,
    extracted: Extracted,
    program: Program,
    signature: Signature,
    *,
    arguments: tuple[str, ...] = (),
    returns: tuple[str, ...] = (),
    layouts: Mapping[str, str] | None = None,
    forms: Mapping[str, Form] | None = None,
    timeout: float,
    seed: int,
) -> Adapter:
    """The adapter for `extracted`, running `program` (which may be a repaired one)."""
    return Adapter(
        caller,
        program,
        extracted.defined_as,
        signature,
        arguments or own_order(extracted.parameters, signature),
        returns,
        dict(layouts or {}),
        timeout,
        seed,
        dict(forms or {}),
    )
