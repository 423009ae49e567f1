"""The talk with one child: a program, then call after call; answers come back, or why there are none."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Any

from verification.grading.sandbox import answers
from verification.grading.sandbox.caller import (
    CallResult,
    Crashed,
    NotRun,
    Returned,
    Tampering,
    TimedOut,
    Value,
)
from verification.grading.sandbox.channel import Channel
from verification.grading.sandbox.inside.frames import BadFrame
from verification.grading.sandbox.inside.values import flatten
from verification.grading.submission import Program

WORKER_SECONDS = 20.0
"""How long our own part of a worker may take for what takes it a millisecond."""
MAX_RECEIVED = 1 << 26
"""Bytes of arrays in all answers of a talk, which are kept until it is judged."""
LEAVE_SECONDS = 5.0
"""How long a child may take to end after its last answer; it runs no more Python then."""


class WorkerLost(Exception):
    """The worker is gone or does not answer: not the student's doing."""


class ChildKilled(Exception):
    """The child was killed, and not by us: by the student, or by the system or someone on it."""


class Talk:
    """The talk with one child: a program, then call after call.

    results: those so far. broken: what ended the talk early. hung_up: whether the child ended it. received:
    bytes of arrays in all answers.
    """

    def __init__(
        self,
        program: Program,
        function: str,
        calls: Sequence[Sequence[Value]],
        keywords: Mapping[str, Value],
        timeout: float,
        seed: int,
    ) -> None:
        self.program, self.function, self.calls, self.keywords = program, function, calls, keywords
        self.timeout, self.seed = timeout, seed
        self.results: list[CallResult] = []
        self.broken: CallResult | None = None
        self.hung_up = False
        self.loaded = False
        self.received = 0

    def hold(self, channel: Channel) -> None:
        """Holds the talk to its end, however that comes."""
        channel.allow(WORKER_SECONDS)
        try:
            greeted = answers.is_plain(*channel.receive(), "ready")
        except (EOFError, BadFrame, TimeoutError):
            greeted = False
        if not greeted:
            raise WorkerLost  # so far only our own code has run
        try:
            self._hold(channel)
        except TimeoutError:
            self.broken = TimedOut(self.timeout)
        except BadFrame as error:
            self.broken = Tampering(f"it answered with something else than a result: {error}")
        except (EOFError, OSError):
            self.hung_up = True
            self.broken = Tampering("it left without an answer")

    def _hold(self, channel: Channel) -> None:
        channel.allow(self.timeout)
        channel.send({"kind": "load", "source": self.program.source, "function": self.function})
        header, arrays = channel.receive()
        if not answers.is_plain(header, arrays, "loaded"):
            failure = answers.result(header, arrays, self.program, 0.0)
            if isinstance(failure, Returned):
                raise BadFrame("a result before any call")
            self.results = [failure] * len(self.calls)
        else:
            self.loaded = True
            for index, arguments in enumerate(self.calls):
                self.results.append(self._called(channel, index, arguments))
        channel.allow(LEAVE_SECONDS)
        try:
            ended = channel.finish()
        except TimeoutError:
            raise BadFrame("it did not end after its last answer") from None
        if not ended:
            raise BadFrame("more came after the last answer")

    def _called(self, channel: Channel, index: int, arguments: Sequence[Value]) -> CallResult:
        if not channel.is_quiet():
            raise BadFrame("an answer before the question")
        header, arrays = self._question(index, arguments)
        if index > 0:
            channel.allow(self.timeout)  # the first call shares its time with the loading
        start = time.perf_counter()
        channel.send(header, arrays)
        answer, carried = channel.receive()
        self.received += sum(array.nbytes for array in carried)
        if self.received > MAX_RECEIVED:
            raise BadFrame(f"answers of more than {MAX_RECEIVED:,} bytes together")
        return answers.result(answer, carried, self.program, time.perf_counter() - start)

    def _question(self, index: int, arguments: Sequence[Value]) -> tuple[dict[str, Any], list[Any]]:
        """The frame of a call. Raises TypeError for an argument that cannot be sent: an error of ours."""
        arrays: list[Any] = []
        try:
            nodes = [flatten(argument, arrays) for argument in arguments]
            named = {name: flatten(value, arrays) for name, value in self.keywords.items()}
        except BadFrame as error:
            raise TypeError(f"an argument cannot be sent: {error}") from None
        for node in (*nodes, *named.values()):
            if _is_opaque(node):
                raise TypeError(f"an argument cannot be sent: {node}")
        seed = _scrambled((self.seed + index) % 2**32)
        return {"kind": "call", "arguments": nodes, "keywords": named, "seed": seed}, arrays

    def judged(self, status: int, killed: bool) -> tuple[CallResult, ...]:
        """The results, once the child has ended with wait status `status`. Raises ChildKilled."""
        count = len(self.calls)
        if self.broken is None:
            if killed:
                late: CallResult = Tampering("its process did not end after its last answer")
                return tuple(late for _ in range(count))
            return tuple(self.results)
        verdict = self._why_it_left(status, killed) if self.hung_up else self.broken
        if isinstance(verdict, Tampering) or not self.loaded:
            return tuple(verdict for _ in range(count))
        rest = NotRun("an earlier call ended the process")
        return (*self.results, verdict, *(rest for _ in range(count - len(self.results) - 1)))

    def _why_it_left(self, status: int, killed: bool) -> CallResult:
        if killed:
            return Tampering("it closed the channel and stayed alive")
        if not os.WIFSIGNALED(status):
            return Tampering(f"its process ended itself (exit status {os.waitstatus_to_exitcode(status)})")
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            raise ChildKilled
        if number == signal.SIGXCPU:
            return TimedOut(self.timeout)
        return Crashed(number)


def _scrambled(seed: int) -> int:
    """A seed for the child that does not tell `seed`, from which the hidden inputs are drawn."""
    return int.from_bytes(hashlib.sha256(seed.to_bytes(8, "little")).digest()[:4], "little")


def _is_opaque(node: list[Any]) -> bool:
    """Whether a part of the value was lost in flattening."""
    return node[0] == "opaque" or (node[0] in ("list", "tuple") and any(map(_is_opaque, node[1])))
