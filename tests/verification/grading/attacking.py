"""What all attacks share: workers, how they are run, and what it looks like when the system says no."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from algorithms.errors import InputError
from verification.grading.sandbox.caller import CallResult, Raised, Returned
from verification.grading.sandbox.levels import Level, confining_levels
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program

LEVELS = {level.letter: level for level in confining_levels()}
MEMORY = 256 << 20
"""Less than users get, so that memory bombs in tests stay small."""
SECONDS = 10.0
ENDLESS = 0.15
"""Seconds given to what never ends by itself."""


def start(letter: str) -> Worker:
    """A worker at that level; the test is skipped where the level cannot be had."""
    level: Level | None = LEVELS.get(letter)
    if level is None:
        pytest.skip(f"no way to level {letter} on this machine")
    try:
        return Worker(level, Policy(memory=MEMORY))
    except InputError as error:
        pytest.skip(str(error))


def run(worker: Worker, source: str, *arguments: object, timeout: float = SECONDS) -> CallResult:
    return worker.call(Program(source, ()), "attack", arguments, timeout=timeout)


def processes(worker: Worker) -> list[int]:
    """The worker's processes: itself, and at level A the first of its namespace."""
    found = [worker.pid]
    for pid in found:
        found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


REFUSALS = {"PermissionError", "OSError", "FileNotFoundError", "BlockingIOError"}


def assert_refused(result: CallResult) -> None:
    """The system said no."""
    assert isinstance(result, Raised), result
    assert result.type_name in REFUSALS, result


def assert_all_refused(worker: Worker, imports: str, deeds: Sequence[str], **names: object) -> None:
    """The system said no to each of the statements `deeds`, which may use `names`: all in one process."""
    source = f"""
{imports}
def attack(deeds, {", ".join(names)}):
    met, known = [], {{**globals(), **locals()}}
    for deed in deeds:
        try:
            exec(deed, dict(known))
            met.append("nothing")
        except BaseException as error:
            met.append(type(error).__name__)
    return met
"""
    result = run(worker, source, list(deeds), *names.values())
    assert isinstance(result, Returned), result
    assert isinstance(result.value, list)
    assert {deed: met for deed, met in zip(deeds, result.value, strict=True) if met not in REFUSALS} == {}
