"""Frames: how the two sides talk. A JSON header that announces arrays, then their bytes. No pickle.

    4 bytes   length of the header, little-endian
    header    JSON object; "arrays" lists [dtype, shape] of what follows
    bytes     of each array, C order, little-endian, exactly as many as announced

Whoever reads takes nothing on trust: every length is checked before anything is allocated or parsed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

DTYPES = frozenset(
    ["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"]  #
)
MAX_HEADER_BYTES = 1 << 20
MAX_ARRAYS = 4096
MAX_DIMENSIONS = 4
MAX_ARRAY_BYTES = 1 << 24
"""Far more than any answer needs. Small types grow on being read as floats: eight times this at worst."""


class BadFrame(ValueError):
    """What came is not a frame that this side would have asked for."""


def encode(header: dict[str, Any], arrays: Sequence[np.ndarray]) -> list[Any]:
    """The pieces of a frame, to be sent in this order. Raises BadFrame for arrays that cannot be sent."""
    announced = [[array.dtype.str, list(array.shape)] for array in arrays]
    _check_announced(announced)
    text = json.dumps({**header, "arrays": announced}).encode("ascii")
    if len(text) > MAX_HEADER_BYTES:
        raise BadFrame(f"a header of {len(text):,} bytes is more than {MAX_HEADER_BYTES:,}")
    data = [_bytes(np.asarray(array, order="C")) for array in arrays if array.size]
    return [len(text).to_bytes(4, "little") + text, *data]


def decode(receive: Callable[[memoryview], int]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The next frame. Raises EOFError at the end of the stream, BadFrame for anything that is not a frame.

    receive: fills a part of the buffer it is given, returns how many bytes; 0 at the end of the stream.
    """
    length = int.from_bytes(_exactly(4, receive, at_start=True), "little")
    if not 2 <= length <= MAX_HEADER_BYTES:
        raise BadFrame(f"a header of {length:,} bytes was announced")
    header = _parsed(_exactly(length, receive))
    announced = header.pop("arrays", None)
    sizes = _check_announced(announced)
    arrays = []
    for index, (dtype, shape) in enumerate(announced):
        array = np.empty(shape, dtype)
        if sizes[index]:
            _fill(_bytes(array), receive)
        if dtype == "|b1" and sizes[index] and array.view(np.uint8).max() > 1:
            raise BadFrame("a truth value that is neither 0 nor 1")
        arrays.append(array)
    return header, arrays


def _bytes(array: np.ndarray) -> memoryview:
    """The memory of a contiguous array that is not empty."""
    return array.reshape(-1).view(np.uint8).data


def _check_announced(announced: Any) -> list[int]:
    """The size in bytes of each announced array, all limits checked."""
    if not isinstance(announced, list) or len(announced) > MAX_ARRAYS:
        raise BadFrame("arrays were not announced as a list of reasonable length")
    sizes = []
    for entry in announced:
        if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], list)):
            raise BadFrame("an array was announced without dtype and shape")
        dtype, shape = entry
        if not (isinstance(dtype, str) and dtype in DTYPES):
            raise BadFrame(f"an array of dtype {str(dtype)[:40]!r}")
        if len(shape) > MAX_DIMENSIONS:
            raise BadFrame(f"an array with {len(shape)} dimensions")
        # A bool is an int to Python, and no length.
        if not all(type(length) is int and 0 <= length <= MAX_ARRAY_BYTES for length in shape):
            raise BadFrame("an array with an impossible shape")
        sizes.append(math.prod(shape) * np.dtype(dtype).itemsize)
    if sum(sizes) > MAX_ARRAY_BYTES:
        raise BadFrame(f"arrays of {sum(sizes):,} bytes are more than {MAX_ARRAY_BYTES:,}")
    return sizes


def _parsed(text: bytearray) -> dict[str, Any]:
    try:
        header = json.loads(text.decode("ascii"), parse_constant=_refuse_constant, parse_int=_small_integer)
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadFrame(f"the header cannot be read: {str(error)[:80]}") from None
    if not isinstance(header, dict):
        raise BadFrame("the header is not an object")
    return header


def _refuse_constant(name: str) -> float:
    raise BadFrame(f"{name} is not JSON")


def _small_integer(digits: str) -> int:
    if len(digits) > 20:
        raise BadFrame(f"an integer of {len(digits)} digits")
    return int(digits)


def _exactly(count: int, receive: Callable[[memoryview], int], at_start: bool = False) -> bytearray:
    buffer = bytearray(count)
    _fill(memoryview(buffer), receive, at_start)
    return buffer


def _fill(view: memoryview, receive: Callable[[memoryview], int], at_start: bool = False) -> None:
    filled = 0
    while filled < len(view):
        count = receive(view[filled:])
        if count <= 0:
            if at_start and filled == 0:
                raise EOFError
            raise BadFrame(f"the stream ended after {filled:,} of {len(view):,} bytes")
        filled += count
