"""Reads what a student's function returned with good will, and writes values down as evidence.

Good will: lists are arrays, a column is a vector, a sparse matrix is a matrix, labels may be floats, an index
may be an array of pairs, a pair of arrays or a list of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from verification.grading.criterion import Call, Stopped, Student
from verification.grading.findings import Evidence, Severity, Violation
from verification.grading.sandbox.caller import Opaque, Returned

Numbers: TypeAlias = npt.NDArray[np.float64]
DIGITS = 5
SHOWN = 40
"""Numbers of an array that are written out; more are summarized."""


def outcome(student: Student, *arguments: Any, seed: int = 0) -> Returned:
    """The result of one call. Raises Stopped if the function did not return."""
    result = student.call(*arguments, seed=seed)
    if not isinstance(result, Returned):
        raise Stopped(Call(arguments, result))
    return result


def value_of(student: Student, *arguments: Any, seed: int = 0) -> Any:
    """The returned value alone. Raises Stopped."""
    return outcome(student, *arguments, seed=seed).value


def outcomes(student: Student, calls: Sequence[Sequence[Any]], seed: int = 0) -> tuple[Returned, ...]:
    """The results of several calls. Raises Stopped at the first that did not return."""
    results = []
    for arguments, result in zip(calls, student.call_each(calls, seed=seed), strict=True):
        if not isinstance(result, Returned):
            raise Stopped(Call(tuple(arguments), result))
        results.append(result)
    return tuple(results)


def parts(value: Any, count: int) -> tuple[Any, ...] | None:
    """The `count` results of a function that returns several, or None."""
    if isinstance(value, tuple | list) and len(value) == count:
        return tuple(value)
    return None


def numbers(value: Any, *shape: int) -> Numbers | None:
    """`value` as floats of `shape` (of any shape if none is given), or None if it is something else.

    Axes of length 1 do not count: a column (n, 1) is a vector (n,), and the other way round.
    """
    if isinstance(value, sparse.csr_matrix):
        value = value.toarray()
    if value is None or isinstance(value, str | Opaque):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "c" and not np.any(array.imag):
            array = array.real
        if array.dtype.kind not in "biuf":
            return None
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
    if not shape or array.shape == shape:
        return array
    if _long(array.shape) == _long(shape):
        return array.reshape(shape)
    return None


def number(value: Any) -> float | None:
    """`value` as one number, or None; arrays with one entry are numbers."""
    array = numbers(value)
    return float(array.ravel()[0]) if array is not None and array.size == 1 else None


def labels(value: Any, n_samples: int, n_clusters: int) -> npt.NDArray[np.intp] | None:
    """Cluster indicators 0..k-1, integers or whole floats, one-hot rows too; None for anything else."""
    array = numbers(value, n_samples)
    if array is None:
        hot = numbers(value, n_samples, n_clusters)
        if hot is None or not (np.isin(hot, (0, 1)).all() and (hot.sum(axis=1) == 1).all()):
            return None
        return np.asarray(hot.argmax(axis=1))
    whole = np.isfinite(array).all() and (array == np.round(array)).all()
    if not whole or array.min() < 0 or array.max() >= n_clusters:
        return None
    return array.astype(np.intp)


def pairs(value: Any, count: int) -> npt.NDArray[np.intp] | None:
    """Indices as an array (count, 2): from (rows, columns), an array [count, 2] or [2, count], or pairs."""
    array = numbers(value)
    if array is None or array.size != 2 * count or not (array == np.round(array)).all():
        return None
    if array.shape == (2, count):
        return array.T.astype(np.intp)
    return array.reshape(count, 2).astype(np.intp) if array.shape in ((count, 2), (count, 1, 2)) else None


def close(got: Numbers, expected: Numbers, relative: float = 1e-6) -> bool:
    """Whether all entries agree up to `relative` of the largest expected one; NaN agrees with nothing."""
    scale = float(np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected)))
    with np.errstate(invalid="ignore"):
        return bool(np.all((got == expected) | (np.abs(got - expected) <= relative * max(scale, 1e-300))))


def kind_of(value: Any) -> str:
    """What `value` is, without its contents: "an array of shape (3, 2)"."""
    if isinstance(value, sparse.csr_matrix):
        return f"a sparse matrix of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        inner = ", ".join(kind_of(item) for item in value[:6])
        return f"a {type(value).__name__} of {len(value)}" + (f" ({inner})" if len(value) <= 6 else "")
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return value.description
    return f"{type(value).__name__} {show(value)}"


def show(value: Any) -> str:
    """A value as text, short enough to read."""
    if isinstance(value, sparse.csr_matrix):
        value = value.toarray()
    if isinstance(value, np.ndarray):
        if value.size > SHOWN:
            return f"{kind_of(value)}, beginning {_array_text(value.ravel()[:6])}"
        return _array_text(value)
    if isinstance(value, bool | int | str):
        return repr(value)[:200]
    if isinstance(value, float | np.generic):
        return f"{value:.{DIGITS}g}" if np.isrealobj(value) and not isinstance(value, np.str_) else str(value)
    if isinstance(value, tuple | list):
        inner = ", ".join(show(item) for item in value[:8])
        more = ", ..." if len(value) > 8 else ""
        return f"({inner}{more})" if isinstance(value, tuple) else f"[{inner}{more}]"
    return kind_of(value)


def violation(
    code: str,
    message: str,
    *,
    inputs: dict[str, Any],
    expected: Any,
    got: Any,
    violated: str,
    severity: Severity = "major",
) -> Violation:
    """A violation with its evidence written down; `expected` and `got` are texts or values."""
    return Violation(
        code,
        severity,
        message,
        Evidence(
            tuple((name, show(value)) for name, value in inputs.items()),
            expected if isinstance(expected, str) else show(expected),
            got if isinstance(got, str) else show(got),
            violated,
        ),
    )


def _array_text(array: npt.NDArray[Any]) -> str:
    if array.dtype.kind == "f":
        array = array + 0.0  # no negative zeros in print
    return np.array2string(array, precision=DIGITS, separator=", ", suppress_small=True, max_line_width=100)


def _long(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
