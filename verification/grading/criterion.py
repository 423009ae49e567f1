"""What a criterion is: the signature of a function, and the judge of the properties it must have.

A criterion never sees where a student's function lives or how its arguments are ordered. It calls a
`Student` with arguments in its own order and layout; the adapter in between knows the rubric.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from verification.grading.findings import Violation
from verification.grading.sandbox.caller import CallResult


@dataclass(frozen=True)
class Parameter:
    """An argument or a result. axes: names of its axes ("n d"), "" for what is no array of fixed layout.

    optional: a function that lacks the parameter can still be called without it.
    by_name: it is passed only to a function that has a parameter of this name.
    """

    name: str
    axes: str = ""
    optional: bool = False
    by_name: bool = False


@dataclass(frozen=True)
class Signature:
    """Parameters and results in the order of the exercise.

    any_order: exercises differ in the order of the results, and shapes tell them apart.
    """

    parameters: tuple[Parameter, ...]
    returns: tuple[Parameter, ...]
    any_order: bool = False

    def text(self, name: str) -> str:
        """As a student would write it: `kmeans(X, k) -> mu, z`."""
        parameters = ", ".join(parameter.name for parameter in self.parameters)
        return f"{name}({parameters}) -> {', '.join(result.name for result in self.returns)}"


@dataclass(frozen=True)
class Call:
    """One call that was made: arguments in the criterion's order, and what came of it."""

    arguments: tuple[Any, ...]
    result: CallResult


@runtime_checkable
class Student(Protocol):
    """The student's function, called with the criterion's arguments."""

    def call(self, *arguments: Any, seed: int = 0) -> CallResult:
        """One call in a process of its own."""
        ...

    def call_each(self, calls: Sequence[Sequence[Any]], seed: int = 0) -> tuple[CallResult, ...]:
        """Several calls, one after the other; call i is seeded with `seed + i`."""
        ...


class Stopped(Exception):
    """A call did not return, so nothing more can be judged. result: what came instead."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call


@dataclass(frozen=True)
class Criterion:
    """How one function is judged.

    id: the name of its file, and of the function in the exercise. title: what the function does.
    judge: calls the student with inputs drawn from the generator and returns the properties that do not
    hold; it may raise `Stopped`. The same generator state gives the same inputs.
    uses: functions of the exercise that this one may call; a wrong one of those must not spoil it.
    """

    id: str
    title: str
    signature: Signature
    judge: Callable[[Student, np.random.Generator], tuple[Violation, ...]]
    uses: tuple[str, ...] = ()
