"""A caller without a sandbox, for programs of our own: the tests of criteria run thousands of calls."""

from __future__ import annotations

import contextlib
import copy
import io
import random
import signal
import time
import traceback
import types
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sparse
from sklearn import linear_model

from verification.grading.sandbox.caller import CallResult, NotRun, OutOfMemory, Raised, Returned, TimedOut
from verification.grading.sandbox.inside.values import build, flatten, name_of_type
from verification.grading.submission import Program

FILE_NAME = "<program>"


class OutOfTime(BaseException):
    """Raised by the alarm; no `except Exception` of a program catches it."""


class InProcess:
    """Implements `caller.Caller` for trusted programs, in the main thread. longest: a cap on timeouts."""

    def __init__(self, longest: float = 10.0) -> None:
        self.longest = longest
        self.count = 0

    def call(self, program: Program, function: str, arguments: Sequence[Any], **options: Any) -> CallResult:
        return self.call_each(program, function, [arguments], **options)[0]

    def call_each(
        self,
        program: Program,
        function: str,
        calls: Sequence[Sequence[Any]],
        *,
        keywords: Mapping[str, Any] | None = None,
        timeout: float,
        seed: int = 0,
    ) -> tuple[CallResult, ...]:
        with _unpatched():
            return self._each(program, function, calls, keywords or {}, min(timeout, self.longest), seed)

    def _each(
        self,
        program: Program,
        function: str,
        calls: Sequence[Sequence[Any]],
        keywords: Mapping[str, Any],
        timeout: float,
        seed: int,
    ) -> tuple[CallResult, ...]:
        module = types.ModuleType("submission")
        module.__dict__["display"] = print
        results: list[CallResult] = []
        before = np.random.get_state(), random.getstate()  # noqa: NPY002
        try:
            with _alarm(timeout), _quiet(), np.errstate():
                exec(compile(program.source, FILE_NAME, "exec", dont_inherit=True), vars(module))
        except BaseException as error:
            return tuple(_failure(error, program, timeout, "loading") for _ in calls)
        for index, arguments in enumerate(calls):
            self.count += 1
            mine = [copy.deepcopy(argument) for argument in arguments]
            random.seed(seed + index)
            np.random.seed((seed + index) % 2**32)  # noqa: NPY002
            try:
                with _alarm(timeout), _quiet(), np.errstate():
                    value = vars(module)[function](*mine, **keywords)
                carried = _carried(value)
            except BaseException as error:
                results.append(_failure(error, program, timeout, "call"))
                if isinstance(results[-1], TimedOut):
                    break
                continue
            parts = value if isinstance(value, tuple) else (value,)
            changed = tuple(not _same(a, b) for a, b in zip(arguments, mine, strict=True))
            results.append(Returned(carried, tuple(map(name_of_type, parts)), changed))
        np.random.set_state(before[0])  # noqa: NPY002
        random.setstate(before[1])
        rest = NotRun("an earlier call ended the process")
        return (*results, *(rest for _ in range(len(calls) - len(results))))


def _carried(value: Any) -> Any:
    arrays: list[Any] = []
    return build(flatten(value, arrays), arrays)


def _same(before: Any, after: Any) -> bool:
    if sparse.issparse(before):
        before, after = before.toarray(), after.toarray()
    if isinstance(before, tuple | list):
        return all(map(_same, before, after))
    return bool(np.array_equal(before, after))


def _failure(error: BaseException, program: Program, timeout: float, during: Any) -> CallResult:
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, OutOfTime):
        return TimedOut(timeout)
    if isinstance(error, MemoryError):
        return OutOfMemory(str(error))
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == FILE_NAME]
    places = tuple(p for line in lines if (p := program.place(line or 0)) is not None)
    return Raised(type(error).__name__, str(error), places, during)


@contextlib.contextmanager
def _unpatched() -> Any:
    """Whatever a program patches in NumPy, SciPy, scikit-learn and `time` is put back."""
    owners = [np, time, sparse.csr_matrix, sparse.coo_matrix, sparse.csc_matrix]
    owners += [getattr(linear_model, name) for name in linear_model.__all__]
    saved = [dict(vars(owner)) for owner in owners]
    try:
        yield
    finally:
        for owner, before in zip(owners, saved, strict=True):
            for name in set(vars(owner)) - set(before):
                delattr(owner, name)
            for name, value in before.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)


@contextlib.contextmanager
def _alarm(seconds: float) -> Any:
    def ring(*_: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _quiet() -> Any:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
