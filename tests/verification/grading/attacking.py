"""What all attacks share: how they are run, and what it looks like when the system says no."""

from __future__ import annotations

from pathlib import Path

from verification.grading.sandbox.caller import CallResult, Raised
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program

SECONDS = 10.0
ENDLESS = 0.15
"""Seconds given to what never ends by itself."""


def run(worker: Worker, source: str, *arguments: object, timeout: float = SECONDS) -> CallResult:
    return worker.call(Program(source, ()), "attack", arguments, timeout=timeout)


def processes(worker: Worker) -> list[int]:
    """The worker's processes: itself, and at level A the first of its namespace."""
    found = [worker.pid]
    for pid in found:
        found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def assert_refused(result: CallResult) -> None:
    """The system said no."""
    assert isinstance(result, Raised), result
    assert result.type_name in {"PermissionError", "OSError", "FileNotFoundError", "BlockingIOError"}, result
