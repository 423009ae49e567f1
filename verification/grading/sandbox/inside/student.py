"""The child: loads one program, answers calls of one function, and is gone.

Everything in this process belongs to the student the moment the program is loaded, this module
too. So nothing that is said from here is believed beyond "this is what the function returned".
"""

from __future__ import annotations

import collections
import io
import os
import random
import sys
import types
import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.random import mtrand

from . import frames
from .values import Opaque, build, flatten, name_of_type

FILE_NAME = "<submission>"
TAIL = 4000
MESSAGE = 2000


class Answer(NamedTuple):
    """A frame to send."""

    header: dict[str, Any]
    arrays: list[Any]


class Tail(io.TextIOBase):
    """Standard output that remembers its last characters: a flood of output costs no memory."""

    def __init__(self) -> None:
        self.pieces: collections.deque[str] = collections.deque()
        self.length = 0

    def write(self, text: str) -> int:
        self.pieces.append(text[-TAIL:])
        self.length += len(self.pieces[-1])
        while self.length - len(self.pieces[0]) >= TAIL:
            self.length -= len(self.pieces.popleft())
        return len(text)

    def take(self) -> str:
        """What was written last; then it is forgotten."""
        text = "".join(self.pieces)[-TAIL:]
        self.pieces.clear()
        self.length = 0
        return text


def serve(channel: int) -> None:
    """Answers on `channel` until the other side closes it. Does not return: the process ends."""
    leave = os._exit
    try:
        _serve(channel)
    finally:
        # No exit handlers, no threads waited for: nothing of the student's runs after the last answer.
        leave(0)


def _serve(channel: int) -> None:
    def receive(view: memoryview) -> int:
        return os.readv(channel, [view])

    def send(answer: Answer) -> None:
        for piece in frames.encode(*answer):
            view = memoryview(piece)
            while len(view):
                view = view[os.write(channel, view) :]

    tail = Tail()
    sys.stdout = sys.stderr = tail
    sys.stdin = io.StringIO()
    warnings.simplefilter("ignore")
    send(
        Answer({"kind": "ready"}, [])
    )  # the last word of ours; from the next line on it is the student's process
    header, _ = frames.decode(receive)
    try:
        function = _loaded(header["source"], header["function"])
    except BaseException as error:
        send(_raised(error, tail, "loading"))
        return
    send(Answer({"kind": "loaded"}, []))
    while True:
        try:
            header, arrays = frames.decode(receive)
        except EOFError:
            return
        send(_answer(function, header, arrays, tail))


def _loaded(source: str, name: str) -> Any:
    """The function `name` of the program. Raises whatever the program raises."""
    module = types.ModuleType("submission")
    vars(module)["display"] = print  # what notebooks have without importing it
    sys.modules["submission"] = module
    exec(compile(source, FILE_NAME, "exec", dont_inherit=True), vars(module))
    return vars(module)[name]


def _answer(function: Any, header: dict[str, Any], arrays: list[np.ndarray], tail: Tail) -> Answer:
    arguments = [build(node, arrays) for node in header["arguments"]]
    keywords = {name: build(node, arrays) for name, node in header["keywords"].items()}
    before = [_signature(argument) for argument in arguments]
    random.seed(header["seed"])
    mtrand.seed(header["seed"])
    try:
        value = function(*arguments, **keywords)
        carried: list[Any] = []
        parts = value if isinstance(value, tuple) else (value,)
        answer = {
            "kind": "returned",
            "value": flatten(value, carried),
            "types": [name_of_type(part)[:80] for part in parts[:64]],
            "mutated": [_signature(argument) != before[i] for i, argument in enumerate(arguments)],
            "stdout": tail.take(),
        }
        frames.encode(answer, carried)  # what cannot be sent is told as an exception
    except BaseException as error:
        return _raised(error, tail, "call")
    return Answer(answer, carried)


def _signature(value: Any) -> Any:
    """Equal for equal values, to the bit: whether an argument was changed in place."""
    arrays: list[np.ndarray] = []
    try:
        node = flatten(value, arrays)
    except frames.BadFrame:
        return Opaque("too many arrays")
    return node, [(array.dtype.str, array.shape, array.tobytes()) for array in arrays]


def _raised(error: BaseException, tail: Tail, during: str) -> Answer:
    if isinstance(error, MemoryError):
        return Answer({"kind": "memory", "message": _message(error)}, [])
    lines: list[int] = []
    traceback = error.__traceback__
    while traceback is not None and len(lines) < 100:
        if traceback.tb_frame.f_code.co_filename == FILE_NAME:
            lines.append(traceback.tb_lineno)
        traceback = traceback.tb_next
    if isinstance(error, SyntaxError) and error.filename == FILE_NAME and error.lineno:
        lines.append(error.lineno)
    said = {
        "kind": "raised",
        "type": type(error).__name__[:80],
        "message": _message(error),
        "lines": lines,
        "during": during,
        "stdout": tail.take(),
    }
    return Answer(said, [])


def _message(error: BaseException) -> str:
    try:
        return str(error)[:MESSAGE]
    except BaseException:
        return "(the exception cannot be shown)"
