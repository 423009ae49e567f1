"""This side of a worker: starts it, has it fork a child for each program, talks with the child, sees it end.

Fail closed: a call counts as returned only if its answer was read to the last byte, the child then ended by
itself, and nothing more came. A worker that is lost (killed by someone, say) is replaced and the calls
repeated once.
"""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from algorithms.errors import InputError
from verification.grading.sandbox.caller import CallResult, Crashed, NotRun, Value
from verification.grading.sandbox.channel import Channel
from verification.grading.sandbox.inside.control import Control
from verification.grading.sandbox.levels import Level, command, environment
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.talk import (
    LEAVE_SECONDS,
    WORKER_SECONDS,
    ChildKilled,
    Talk,
    WorkerLost,
)
from verification.grading.submission import Program

START_SECONDS = 60.0


class Closed(Exception):
    """The worker was closed while or before it was called."""


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
                    return self._in_a_child(Talk(program, function, calls, keywords or {}, timeout, seed))
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

    def _in_a_child(self, talk: Talk) -> tuple[CallResult, ...]:
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
