"""This side of a worker: starts it, has it fork a child for each program, talks with the child, sees it end.

Fail closed: a call counts as returned only if its answer was read to the last byte, the child then ended by
itself, and nothing more came. A worker that is lost (killed by someone, say) is replaced and the calls
repeated once.
"""

from __future__ import annotations

import hashlib
import math
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from algorithms.errors import InputError
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
from verification.grading.sandbox.inside.control import Control
from verification.grading.sandbox.inside.frames import BadFrame
from verification.grading.sandbox.inside.values import flatten
from verification.grading.sandbox.levels import Level, command, environment
from verification.grading.sandbox.policy import Policy
from verification.grading.submission import Program

START_SECONDS = 60.0
WORKER_SECONDS = 20.0
"""How long our own part of a worker may take for what takes it a millisecond."""
MAX_RECEIVED = 1 << 26
"""Bytes of arrays in all answers of a talk, which are kept until it is judged."""
LEAVE_SECONDS = 5.0
"""How long a child may take to end after its last answer; it runs no more Python then."""


class WorkerLost(Exception):
    """The worker is gone or does not answer: not the student's doing."""


class Closed(Exception):
    """The worker was closed while or before it was called."""


class ChildKilled(Exception):
    """The child was killed, and not by us: by the student, or by the system or someone on it."""


class Worker:
    """One worker at `level`. Implements `caller.Caller`; not to be shared between threads.

    layers: what confines it, as found when it started. versions: of Python and the libraries in it. Raises
    InputError if it cannot be started.
    """

    def __init__(self, level: Level, policy: Policy) -> None:
        self.level = level
        self.policy = policy
        self._closed = self._lost = False
        self._busy = threading.Lock()
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command(self.level, self.policy, theirs.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    cwd="/",
                    env=environment(),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise InputError(f"the interpreter {self.policy.python} does not start: {error}") from None
        self._control = Control(ours.detach())
        try:
            ready, _ = self._control.receive(START_SECONDS)
        except (OSError, ValueError):
            ready = {}
        except BaseException:  # Ctrl-C while it imports its libraries
            self._end()
            raise
        if "layers" not in ready:
            why = ready.get("refused") or self._last_words()
            self._end()
            raise InputError(f"no sandbox at level {self.level.letter}: {why}")
        wrapped = [os.path.basename(self.level.wrapper)] if self.level.wrapper else []
        self.layers: tuple[str, ...] = (*wrapped, *ready["layers"])
        self.versions: tuple[tuple[str, str], ...] = tuple(ready["versions"].items())

    def _last_words(self) -> str:
        """The last line that a worker wrote before it ended without a word to us."""
        self._process.kill()
        stderr = self._process.communicate()[1].decode("utf-8", "replace").strip()
        return stderr.splitlines()[-1][:200] if stderr else "the worker ended without a word"

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
        """See `caller.Caller`."""
        return self.call_each(program, function, [arguments], keywords=keywords, timeout=timeout, seed=seed)[
            0
        ]

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
        """See `caller.Caller`."""
        if not calls:
            return ()
        failure: CallResult = NotRun("the sandbox was lost twice during this call")
        with self._busy:
            for _ in range(2):
                try:
                    self._have_a_worker()
                    return self._in_a_child(_Talk(program, function, calls, keywords or {}, timeout, seed))
                except ChildKilled:
                    failure = Crashed(signal.SIGKILL)
                except (WorkerLost, OSError):
                    self._end()
                except BaseException:
                    # An error of ours, or Ctrl-C, in the middle of a talk: no child must be left to hold it.
                    self._end()
                    raise
        return tuple(failure for _ in calls)

    def _have_a_worker(self) -> None:
        """Starts another in place of one that was lost. Raises Closed."""
        if self._lost and not self._closed:
            self._start()
            self._lost = False
        if self._closed:
            raise Closed(f"the worker {self.pid} was closed")

    def _in_a_child(self, talk: _Talk) -> tuple[CallResult, ...]:
        """Has a child forked, the talk held with it, and its end seen. Raises WorkerLost."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                seconds = math.ceil(talk.timeout * len(talk.calls)) + 1
                self._control.send({"cpu": seconds}, [theirs.fileno()])
            self._answer("child")
            talk.hold(Channel(ours))
            # A child that should have ended by itself gets a moment; one that misbehaved does not.
            self._control.send({"end": LEAVE_SECONDS if talk.broken is None or talk.hung_up else 0})
            ended = self._answer("status")
        return talk.judged(ended["status"], ended["killed"])

    def _answer(self, key: str) -> dict[str, Any]:
        try:
            message, _ = self._control.receive(WORKER_SECONDS)
        except ValueError:
            raise WorkerLost from None
        if key not in message:
            raise WorkerLost
        return message

    @property
    def pid(self) -> int:
        """The process id of the worker; at level A of the process around it."""
        return self._process.pid

    def close(self) -> None:
        """Ends the worker, and with it every process it has; from any thread, and for good.

        A call under way in another thread sees its worker gone, and raises `Closed`.
        """
        self._closed = True
        self._kill()
        with self._busy:
            self._end()

    def _end(self) -> None:
        """Ends the worker and lets go of it."""
        self._lost = True
        self._kill()
        self._control.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _Talk:
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
