"""Attacks its own sandbox before any student does, and finds the best level that withstands.

Each attack is a small program. It has succeeded if it returns at all: a sandbox stops it by an exception, or
by ending it. What counts is what happens when it is tried, not what the system says about itself.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from algorithms.errors import InputError
from verification.grading.sandbox.caller import Caller, CallResult, Raised, Returned, Value
from verification.grading.sandbox.levels import NOT_CONFINED, Letter, Level, confining_levels
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program

SECONDS = 2.0
ENDLESS_SECONDS = 0.3


@dataclass(frozen=True)
class Attack:
    """A program whose function `attack` must not return. seconds: given to it; endless loops need few."""

    name: str
    source: str
    arguments: tuple[Value, ...] = ()
    seconds: float = SECONDS


@dataclass(frozen=True)
class Trial:
    """What came of an attack. how: what stopped it, in a few words."""

    name: str
    stopped: bool
    how: str


@dataclass(frozen=True)
class Diagnosis:
    """The level in force, what confines a worker there, what the attacks met, why better levels failed.

    versions: of Python and the libraries that submissions run with, by name.
    """

    level: Level
    layers: tuple[str, ...]
    trials: tuple[Trial, ...]
    refused: tuple[tuple[Letter, str], ...]
    versions: tuple[tuple[str, str], ...] = ()


def attacks() -> tuple[Attack, ...]:
    """Things that a hand-in could try, each harmless if it should succeed here."""
    suite = str(Path(__file__).resolve())
    return (
        Attack("read the suite", "def attack(path):\n    return open(path).read(10)", (suite,)),
        Attack(
            "read the user's files",
            "def attack(path):\n    return open(path, 'rb').read(1)",
            (_file_of_the_user(),),
        ),
        Attack(
            "read another process",
            "def attack(pid):\n    return open(f'/proc/{pid}/environ').read()",
            (os.getpid(),),
        ),
        Attack(
            "write a file",
            "def attack():\n    import tempfile, os\n    os.unlink(tempfile.mkstemp(dir='/tmp')[1])",
        ),
        Attack("open a TCP connection", _SOCKET.format("INET", "STREAM")),
        Attack("send a UDP packet", _SOCKET.format("INET", "DGRAM")),
        Attack("open a unix socket", _SOCKET.format("UNIX", "STREAM")),
        Attack("start a program", "def attack():\n    import subprocess\n    subprocess.run(['/bin/true'])"),
        Attack("fork", "def attack():\n    import os\n    if os.fork() == 0:\n        os._exit(0)"),
        # Signal 0 is not sent; it only asks whether one could be.
        Attack("signal the grader", "import os\ndef attack(pid):\n    os.kill(pid, 0)", (os.getpid(),)),
        Attack("trace its parent", _TRACE),
        Attack("take all memory", "def attack():\n    return len(bytearray(1 << 36))"),
        Attack("use the answer", "def attack():\n    import sklearn.cluster, sklearn.mixture"),
        Attack("loop forever", "def attack():\n    while True:\n        pass", seconds=ENDLESS_SECONDS),
        Attack("leave without an answer", "def attack():\n    import os\n    os._exit(0)"),
    )


_SOCKET = """
def attack():
    import socket
    socket.socket(socket.AF_{}, socket.SOCK_{}).close()
"""
_TRACE = """
def attack():
    import ctypes, os
    # Unlike attaching, seizing does not stop the one traced; the end of this process ends it.
    seize = 0x4206
    if ctypes.CDLL(None).ptrace(seize, os.getppid(), 0, 0):
        raise PermissionError
"""


def _file_of_the_user() -> str:
    """A file in the home folder, if there is one that can be read."""
    try:
        files = [str(path) for path in sorted(Path.home().iterdir()) if path.is_file()]
    except (OSError, RuntimeError):
        files = []
    return next((path for path in files if os.access(path, os.R_OK)), __file__)


def examine(caller: Caller, tried: Sequence[Attack]) -> tuple[Trial, ...]:
    """Tries each attack."""
    return tuple(_trial(caller, attack) for attack in tried)


def diagnose(policy: Policy, *, trusted: bool = False) -> Diagnosis:
    """As `examined_worker`, which is ended."""
    diagnosis, worker = examined_worker(policy, trusted=trusted)
    worker.close()
    return diagnosis


def examined_worker(policy: Policy, *, trusted: bool = False) -> tuple[Diagnosis, Worker]:
    """A worker at the best level at which every attack is stopped, to go on with: it costs a second to start.

    trusted: settle for level D, which stops few. Raises InputError if there is no other and it is False, or
    if not even a process can be started.
    """
    refused: list[tuple[Letter, str]] = []
    for level in confining_levels():
        try:
            worker, trials = _examined(level, policy)
        except InputError as error:
            refused.append((level.letter, str(error)))
            continue
        succeeded = [trial.name for trial in trials if not trial.stopped]
        if not succeeded:
            return Diagnosis(level, worker.layers, trials, tuple(refused), worker.versions), worker
        worker.close()
        refused.append((level.letter, f"attacks succeeded: {', '.join(succeeded)}"))
    if not trusted:
        reasons = "; ".join(f"{letter}: {why}" for letter, why in refused)
        raise InputError(
            "this machine cannot confine students' code"
            f" ({reasons or 'no way known'}); install bubblewrap, or give --i-trust-this-code"
        )
    worker, trials = _examined(NOT_CONFINED, policy)
    return Diagnosis(NOT_CONFINED, worker.layers, trials, tuple(refused), worker.versions), worker


def _examined(level: Level, policy: Policy) -> tuple[Worker, tuple[Trial, ...]]:
    """A worker that was attacked; it is ended if that cannot be done to the end. Raises InputError."""
    worker = Worker(level, policy)
    try:
        return worker, examine(worker, attacks())
    except BaseException:
        worker.close()
        raise


def _trial(caller: Caller, attack: Attack) -> Trial:
    program = Program(attack.source, ())
    result = caller.call(program, "attack", attack.arguments, timeout=attack.seconds)
    return Trial(attack.name, not isinstance(result, Returned), _told(result))


def _told(result: CallResult) -> str:
    if isinstance(result, Raised):
        return f"{result.type_name}: {result.message}"
    return type(result).__name__
