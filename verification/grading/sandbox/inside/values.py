"""Values as trees of JSON nodes whose leaves point to arrays, and back.

    ["none"]  ["bool", true]  ["int", "12"]  ["float", "0x1.8p+1"]  ["complex", re, im]  ["text", "svd"]
    ["array", i]  ["scalar", i]  ["numbers", i] (a list of plain numbers)  ["opaque", "a generator"]
    ["list", [node, ...]]  ["tuple", [node, ...]]  ["sparse", [rows, columns], data, indices, indptr]

Floats travel as hexadecimal text: exact, and with it infinity and NaN, which JSON lacks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from .frames import DTYPES, MAX_ARRAY_BYTES, MAX_ARRAYS, MAX_DIMENSIONS, BadFrame

MAX_DEPTH = 16
MAX_ITEMS = 20_000
MAX_NUMBERS = 200_000
MAX_DENSE = 1 << 21
"""Entries of a sparse matrix, stored or not: whoever makes it dense must not run out of memory."""
MAX_TEXT = 100_000
MAX_DIGITS = 1000


@dataclass(frozen=True)
class Opaque:
    """A returned value of a kind that is not carried over: a generator, a dict, an array of objects."""

    description: str


def flatten(value: Any, arrays: list[np.ndarray], depth: int = 0) -> list[Any]:
    """The node of `value`; its arrays are appended to `arrays`. What cannot be carried becomes opaque."""
    if value is None:
        return ["none"]
    if isinstance(value, bool):
        return ["bool", bool(value)]
    if isinstance(value, np.generic):
        return _flat_array(np.asarray(value), arrays, "scalar", depth)
    if isinstance(value, int):
        return _flat_integer(value)
    if isinstance(value, float):
        return ["float", float.hex(value)]
    if isinstance(value, complex):
        return ["complex", float.hex(value.real), float.hex(value.imag)]
    if isinstance(value, str):
        return ["text", value[:MAX_TEXT]]
    if scipy.sparse.issparse(value):
        return _flat_sparse(value, arrays)
    if isinstance(value, (list, tuple)):
        return _flat_sequence(value, arrays, depth)
    if isinstance(value, np.ndarray) or type(value).__module__.startswith("pandas."):
        return _flat_array(np.asarray(value), arrays, "array", depth)
    return ["opaque", name_of_type(value)]


def build(node: Any, arrays: Sequence[np.ndarray], depth: int = 0) -> Any:
    """The value of `node`. Raises BadFrame for a node that `flatten` would not have made."""
    if not (isinstance(node, list) and node and isinstance(node[0], str)) or depth > MAX_DEPTH:
        raise BadFrame("a value that is no node")
    kind, parts = node[0], node[1:]
    try:
        return _built(kind, parts, arrays, depth)
    except BadFrame:
        raise
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise BadFrame(f"a malformed {kind[:20]!r}: {str(error)[:80]}") from None


def name_of_type(value: Any) -> str:
    """The class of `value`, with the package it is from unless built in ("numpy.matrix", "list")."""
    cls = type(value)
    package = str(cls.__module__).split(".")[0]
    return str(cls.__name__) if package == "builtins" else f"{package}.{cls.__name__}"


def _flat_integer(value: int) -> list[Any]:
    if value.bit_length() > 3 * MAX_DIGITS:
        return ["opaque", f"an integer of {value.bit_length()} bits"]
    return ["int", str(int(value))]


def _flat_array(array: np.ndarray, arrays: list[np.ndarray], kind: str, depth: int) -> list[Any]:
    if array.dtype.kind == "O" and array.size <= MAX_ITEMS and array.ndim > 0:
        return flatten(array.tolist(), arrays, depth + 1)  # numbers in disguise, or lists of unequal length
    if array.dtype == np.longdouble:
        array = array.astype(np.float64)
    elif array.dtype == np.clongdouble:
        array = array.astype(np.complex128)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if array.dtype.str not in DTYPES or array.ndim > MAX_DIMENSIONS:
        return ["opaque", f"an array of dtype {array.dtype} and shape {array.shape}"]
    if array.nbytes > MAX_ARRAY_BYTES:
        return ["opaque", f"an array of {array.nbytes:,} bytes"]
    return [kind, _appended(array, arrays)]


def _flat_sparse(matrix: Any, arrays: list[np.ndarray]) -> list[Any]:
    csr = matrix.tocsr()
    parts = (csr.data, csr.indices, csr.indptr)
    too_large = math.prod(csr.shape) > MAX_DENSE or sum(p.nbytes for p in parts) > MAX_ARRAY_BYTES
    if csr.ndim != 2 or csr.data.dtype.str not in DTYPES or too_large:
        return ["opaque", f"a sparse matrix of dtype {csr.dtype} and shape {csr.shape}"]
    return ["sparse", [int(length) for length in csr.shape], *(_appended(part, arrays) for part in parts)]


def _flat_sequence(value: Any, arrays: list[np.ndarray], depth: int) -> list[Any]:
    kinds = {type(item) for item in value}
    if isinstance(value, list) and len(value) > 8 and len(kinds) == 1 and kinds <= {int, float}:
        numbers = np.array(value)
        if numbers.dtype.str in ("<i8", "<f8") and numbers.size <= MAX_NUMBERS:
            return ["numbers", _appended(numbers, arrays)]
    if len(value) > MAX_ITEMS or depth >= MAX_DEPTH:
        return ["opaque", f"a {type(value).__name__} of {len(value):,} items at depth {depth}"]
    kind = "list" if isinstance(value, list) else "tuple"
    return [kind, [flatten(item, arrays, depth + 1) for item in value]]


def _appended(array: np.ndarray, arrays: list[np.ndarray]) -> int:
    if len(arrays) >= MAX_ARRAYS:
        raise BadFrame(f"more than {MAX_ARRAYS} arrays in one value")
    arrays.append(array)
    return len(arrays) - 1


def _built(kind: str, parts: list[Any], arrays: Sequence[np.ndarray], depth: int) -> Any:
    if kind == "none" and not parts:
        return None
    if kind == "complex":
        real, imaginary = parts
        return complex(float.fromhex(real), float.fromhex(imaginary))
    if kind == "sparse":
        shape, *indices = parts
        return _built_sparse(shape, [arrays[_index(i, arrays)] for i in indices])
    (part,) = parts
    if kind in ("list", "tuple"):
        if not isinstance(part, list) or len(part) > MAX_ITEMS:
            raise BadFrame(f"a {kind} without a list of items")
        items = [build(item, arrays, depth + 1) for item in part]
        return items if kind == "list" else tuple(items)
    if kind == "bool" and isinstance(part, bool):
        return part
    if kind in ("array", "scalar", "numbers"):
        return _built_array(kind, arrays[_index(part, arrays)])
    if not isinstance(part, str) or len(part) > MAX_TEXT:
        raise BadFrame(f"a {kind[:20]!r} without text")
    if kind == "int" and len(part) <= MAX_DIGITS:
        return int(part)
    if kind == "float":
        return float.fromhex(part)
    if kind == "text":
        return part
    if kind == "opaque":
        return Opaque(part[:200])
    raise BadFrame(f"a value of kind {kind[:20]!r}")


def _built_array(kind: str, array: np.ndarray) -> Any:
    if kind == "array":
        return array
    if kind == "scalar" and array.ndim == 0:
        return array[()]
    if kind == "numbers" and array.ndim == 1 and array.size <= MAX_NUMBERS:
        return array.tolist()
    raise BadFrame(f"a {kind} of shape {array.shape}")


def _built_sparse(shape: Any, parts: list[np.ndarray]) -> Any:
    """A CSR matrix whose indices were checked: compiled code would follow them anywhere."""
    data, indices, indptr = parts
    rows, columns = shape
    if not (type(rows) is int and type(columns) is int and rows >= 0 and columns >= 0):
        raise BadFrame("a sparse matrix with an impossible shape")
    if max(rows, columns) > MAX_DENSE or rows * columns > MAX_DENSE:
        raise BadFrame(f"a sparse matrix of {rows * columns:,} entries")
    sound = (
        all(part.ndim == 1 for part in parts)
        and indices.dtype == indptr.dtype
        and indices.dtype.str in ("<i4", "<i8")
        and indptr.size == rows + 1
        and indptr[0] == 0
        and indptr[-1] == data.size == indices.size
        and bool(np.all(np.diff(indptr) >= 0))
        and (indices.size == 0 or (indices.min() >= 0 and indices.max() < columns))
    )
    if not sound:
        raise BadFrame("a sparse matrix whose indices do not fit together")
    return scipy.sparse.csr_matrix((data, indices, indptr), shape=(rows, columns))


def _index(part: Any, arrays: Sequence[np.ndarray]) -> int:
    if type(part) is not int or not 0 <= part < len(arrays):
        raise BadFrame("a value that points to no array")
    return part
