"""Frames and values: what is sent arrives to the bit, and what should not be sent is never taken."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given
from hypothesis import strategies as st

from verification.grading.sandbox.inside import frames
from verification.grading.sandbox.inside.frames import BadFrame
from verification.grading.sandbox.inside.values import Opaque, build, flatten


def reader(data: bytes) -> Callable[[memoryview], int]:
    """Gives `data` in small pieces, as a socket may."""
    stream = io.BytesIO(data)

    def receive(view: memoryview) -> int:
        return stream.readinto(view[:7])

    return receive


def there_and_back(value: Any) -> Any:
    arrays: list[Any] = []
    node = flatten(value, arrays)
    data = b"".join(bytes(piece) for piece in frames.encode({"value": node}, arrays))
    header, received = frames.decode(reader(data))
    return build(header["value"], received)


def same(first: Any, second: Any) -> bool:
    """Equal in type and to the bit."""
    if isinstance(first, np.ndarray | np.generic):
        return (
            type(first) is type(second)
            and first.dtype == second.dtype
            and first.shape == second.shape
            and first.tobytes() == second.tobytes()
        )
    if isinstance(first, list | tuple):
        return type(first) is type(second) and len(first) == len(second) and all(map(same, first, second))
    return type(first) is type(second) and (first == second or (first != first and second != second))


NESTED = [[1, [2.0, (None, "a")]], list(range(100)), [0.1] * 20, ()]
SCALARS = [
    None,
    True,
    False,
    0,
    -(2**70),
    1.5,
    math.inf,
    -math.inf,
    math.nan,
    -0.0,
    1 + 2j,
    "",
    "\ud800 \x1b é",
]
ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.arange(6.0).reshape(2, 3).T,
    np.arange(10)[::-2],
    np.zeros((0, 3)),
    np.float32(1.5),
    np.array(3),
    np.array([True, False]),
    np.array([np.nan, np.inf, -0.0]),
    np.array([1 + 2j], dtype=np.complex64),
    np.arange(24, dtype=np.int8).reshape(1, 2, 3, 4),
]


@pytest.mark.parametrize("value", [*SCALARS, *ARRAYS, *NESTED])
def test_values_arrive_as_they_were_sent(value: object) -> None:
    arrived = there_and_back(value)
    expected = np.ascontiguousarray(value) if isinstance(value, np.ndarray) and value.ndim else value
    assert same(arrived, expected)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(),
        lambda inner: st.lists(inner, max_size=12) | st.tuples(inner, inner),
        max_leaves=30,
    )
)
def test_any_nesting_of_plain_values_arrives(value: object) -> None:
    assert repr(there_and_back(value)) == repr(value)


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "lil", "dok"])
def test_sparse_matrices_arrive_as_csr(layout: str) -> None:
    dense = np.array([[0.0, 2.0], [0.0, 0.0], [3.0, 0.0]])
    arrived = there_and_back(sparse.csr_matrix(dense).asformat(layout))
    assert isinstance(arrived, sparse.csr_matrix)
    np.testing.assert_array_equal(arrived.toarray(), dense)


def test_explicit_zeros_of_a_sparse_matrix_are_kept() -> None:
    matrix = sparse.csr_matrix((np.array([0.0, 2.0]), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))
    assert there_and_back(matrix).nnz == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([1, 2], dtype=">i4"), np.array([1, 2], dtype="<i4")),
        (np.array([1.5], dtype=np.longdouble), np.array([1.5])),
        (np.array([1, None], dtype=object), [1, None]),
    ],
)
def test_unusual_arrays_arrive_as_plain_ones(value: np.ndarray, expected: object) -> None:
    assert same(there_and_back(value), expected)


@pytest.mark.parametrize(
    "value",
    [{}, {1}, object(), (i for i in range(3)), print, np.array(["a"]), np.zeros((1,) * 5), [10**5000], b"x"],
)
def test_what_cannot_be_carried_becomes_opaque(value: object) -> None:
    arrived = there_and_back(value)
    assert isinstance(arrived[0] if isinstance(value, list) else arrived, Opaque)


def test_a_list_that_contains_itself_becomes_opaque_at_some_depth() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "Opaque" in repr(there_and_back(endless))


def frame(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(4, "little") + text + data


HOSTILE_FRAMES = {
    "a header of 4 GiB": b"\xff\xff\xff\xff",
    "an empty header": b"\0\0\0\0",
    "a header cut short": frame({"arrays": []})[:-1],
    "a length cut short": b"\1\0",
    "not JSON": frame(b"hello"),
    "not ASCII": frame('{"é": 1}'.encode()),
    "not an object": frame([]),
    "nested without end": frame(b"[" * 100_000),
    "an integer of 5,000 digits": frame(b'{"arrays": [], "x": ' + b"9" * 5000 + b"}"),
    "NaN": frame(b'{"arrays": [], "x": NaN}'),
    "no arrays announced": frame({}),
    "arrays that are no list": frame({"arrays": {}}),
    "too many arrays": frame({"arrays": [["<f8", [0]]] * 5000}),
    "an array of objects": frame({"arrays": [["|O", [1]]]}, b"\0" * 8),
    "an array of text": frame({"arrays": [["<U1", [1]]]}, b"\0" * 4),
    "a structured dtype": frame({"arrays": [["f8,f8", [1]]]}, b"\0" * 16),
    "a dtype that is no text": frame({"arrays": [[["<f8"], [1]]]}),
    "a shape that is no list": frame({"arrays": [["<f8", 1]]}),
    "a negative length": frame({"arrays": [["<f8", [-1]]]}),
    "a fractional length": frame({"arrays": [["<f8", [1.5]]]}),
    "a truth value as length": frame({"arrays": [["<f8", [True]]]}, b"\0" * 8),
    "five dimensions": frame({"arrays": [["<f8", [1] * 5]]}, b"\0" * 8),
    "a petabyte": frame({"arrays": [["<f8", [1 << 47]]]}),
    "a petabyte by product": frame({"arrays": [["<f8", [1 << 20, 1 << 20]]]}),
    "nothing times a petabyte": frame({"arrays": [["<f8", [0, 1 << 60]]]}),
    "a gigabyte in many pieces": frame({"arrays": [["<f8", [1 << 20]]] * 200}),
    "fewer bytes than announced": frame({"arrays": [["<f8", [2]]]}, b"\0" * 15),
    "a truth value of 2": frame({"arrays": [["|b1", [1]]]}, b"\2"),
}


@pytest.mark.parametrize("data", HOSTILE_FRAMES.values(), ids=HOSTILE_FRAMES.keys())
def test_hostile_frames_are_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.decode(reader(data))


def test_the_end_of_the_stream_is_not_a_frame() -> None:
    with pytest.raises(EOFError):
        frames.decode(reader(b""))


def test_a_frame_takes_not_a_byte_more_than_announced() -> None:
    receive = reader(frame({"arrays": [["<i8", [1]]]}, b"\1" + b"\0" * 7) + b"x")
    _, (array,) = frames.decode(receive)
    assert array.tolist() == [1]
    assert receive(memoryview(bytearray(9))) == 1


NUMBERS = np.arange(3)
HOSTILE_NODES = {
    "no node": 5,
    "an empty node": [],
    "an unknown kind": ["pickle", "cos\nsystem\n"],
    "a kind without parts": ["int"],
    "too many parts": ["int", "1", "2"],
    "an array that is not there": ["array", 7],
    "an array counted from the end": ["array", -1],
    "an array named by a truth value": ["array", True],
    "a scalar with a shape": ["scalar", 0],
    "an int of 5,000 digits": ["int", "9" * 5000],
    "an int that is none": ["int", "1; import os"],
    "a float that is none": ["float", "0x"],
    "a float too large": ["float", "0x1p99999"],
    "a text that is none": ["text", 5],
    "a list that is none": ["list", "abc"],
    "nested without end": json.loads('["list", [' * 100 + '["none"]' + "]]" * 100),
    "sparse without shape": ["sparse", None, 0, 0, 0],
    "sparse of negative shape": ["sparse", [-1, 2], 0, 0, 0],
    "sparse whose indices do not fit": ["sparse", [2, 2], 0, 0, 0],
    "sparse that points outside": ["sparse", [1, 2], 1, 2, 3],
    "sparse that goes backwards": ["sparse", [2, 9], 1, 1, 4],
}
ARRAYS_FOR_NODES = [NUMBERS, np.array([1]), np.array([5]), np.array([0, 1]), np.array([0, 2, 1])]


@pytest.mark.parametrize("node", HOSTILE_NODES.values(), ids=HOSTILE_NODES.keys())
def test_hostile_values_are_refused(node: object) -> None:
    with pytest.raises(BadFrame):
        build(node, ARRAYS_FOR_NODES)


@given(st.data())
def test_a_damaged_frame_is_refused_or_read_but_never_anything_else(data: st.DataObject) -> None:
    arrays: list[Any] = []
    value = [np.arange(4.0), "text", [1.5] * 10, sparse.csr_matrix(np.eye(2)), 7]
    good = bytearray(b"".join(map(bytes, frames.encode({"value": flatten(value, arrays)}, arrays))))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        header, received = frames.decode(reader(bytes(good)))
        build(header.get("value"), received)
    except (BadFrame, EOFError):
        pass
