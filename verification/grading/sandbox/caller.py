"""How a criterion calls a student's function, and what can come of it.

A result says only what happened; whether it is right is decided by comparing `Returned.value` in this
process. Anything that is not `Returned` can never earn points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import scipy.sparse as sparse

from verification.grading.sandbox.inside.values import Opaque as Opaque
from verification.grading.submission import Place, Program

Array: TypeAlias = np.ndarray
Number: TypeAlias = bool | int | float | complex | np.generic
Value: TypeAlias = Array | Number | str | sparse.csr_matrix | Opaque | tuple[Any, ...] | list[Any] | None
"""What goes in and comes out: arrays, numbers, text, None, sparse matrices (any format comes back as CSR,
explicit zeros kept), and tuples and lists of values."""


@dataclass(frozen=True)
class Returned:
    """The function returned `value`. All this is what the student's process says: compare, never trust.

    type_names: the class of the returned value; of its items if it is a tuple ("numpy.matrix", "list").
    mutated: for each positional argument, whether the call changed it in place.
    stdout_tail: the last lines it printed. seconds: wall clock.
    """

    value: Value
    type_names: tuple[str, ...] = ()
    mutated: tuple[bool, ...] = ()
    stdout_tail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Raised:
    """An exception ended the call, or the loading of the program before any call.

    places: the student's lines of the traceback, outermost first.
    """

    type_name: str
    message: str
    places: tuple[Place, ...] = ()
    during: Literal["loading", "call"] = "call"
    stdout_tail: str = ""


@dataclass(frozen=True)
class TimedOut:
    """Not done after `seconds` of wall clock."""

    seconds: float


@dataclass(frozen=True)
class OutOfMemory:
    """More memory asked for than the sandbox gives."""

    message: str = ""


@dataclass(frozen=True)
class Tampering:
    """The process did what no honest function does: left without an answer, answered what was not asked."""

    what: str


@dataclass(frozen=True)
class Crashed:
    """A signal ended the process (11: segmentation fault)."""

    signal: int


@dataclass(frozen=True)
class NotRun:
    """Nothing was tried, or it was not the student's doing that it failed: a grader error, never a zero."""

    why: str


CallResult: TypeAlias = Returned | Raised | TimedOut | OutOfMemory | Tampering | Crashed | NotRun


@runtime_checkable
class Caller(Protocol):
    """Calls functions of a program, out of reach of this process."""

    def call(
        self,
        program: Program,
        function: str,
        arguments: Sequence[Value],
        *,
        keywords: Mapping[str, Value] | None = None,
        timeout: float,
        seed: int = 0,
    ) -> CallResult:
        """What comes of `function(*arguments, **keywords)` in a fresh process.

        timeout: seconds of wall clock, the loading of the program included.
        seed: NumPy's and Python's global generators are seeded with it before the call.
        """

    def call_each(
        self,
        program: Program,
        function: str,
        calls: Sequence[Sequence[Value]],
        *,
        keywords: Mapping[str, Value] | None = None,
        timeout: float,
        seed: int = 0,
    ) -> tuple[CallResult, ...]:
        """The results of several calls, one after the other in one fresh process: one fork instead of many.

        The inputs of a call are sent only when the one before it was answered. timeout: seconds for each
        call. Call i is seeded with `seed + i`. After a result that ends the process (anything but Returned
        and Raised) the rest is NotRun; tampering found at the end replaces every result. What raises during
        loading is the result of every call.
        """
