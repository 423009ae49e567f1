"""A run as a person asks for it: which checks, how strict, on how many processes, with what record.

outcomes = verify(("mixture_mean",), Request(level=QUICK, seed=0, jobs=2, record=Path("run.json")))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from algorithms.errors import InputError
from verification import catalog
from verification.level import QUICK, Level
from verification.outcome import Outcome
from verification.processes import processes
from verification.record import Record, code_version
from verification.run import Pieces, Progress, run_checks

SAVE_EVERY = 5.0
"""Seconds between writes of the record: what is lost when the power fails."""
CONNECT_WITHIN = 10
"""Seconds to wait for a scheduler."""


@dataclass(frozen=True)
class Request:
    """What to run.

    jobs: processes that draw. scheduler: the address of a Dask scheduler whose workers draw instead.
    record: the file to go on from, if it is there, and to write. Raises InputError for less than one job.
    """

    level: Level = QUICK
    seed: int = 0
    jobs: int = 1
    scheduler: str | None = None
    record: Path | None = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise InputError(f"the number of jobs must be 1 or more, got {self.jobs}")
        if self.scheduler is not None and self.jobs > 1:
            raise InputError("give jobs or a scheduler, not both: a scheduler has workers of its own")


def verify(
    names: Sequence[str], request: Request, on_progress: Callable[[Progress], None] | None = None
) -> tuple[Outcome, ...]:
    """The outcomes of the checks called `names`, all if empty.

    The numbers are the same for any number of jobs and for any scheduler. An interrupt (KeyboardInterrupt)
    leaves a record that goes on where it stopped. Raises InputError for an unknown check, a record of another
    run, or a scheduler that cannot be reached.
    """
    checks = [catalog.load(name) for name in dict.fromkeys(names or catalog.check_ids())]
    record = _Keeper(request)
    with executor_for(request) as (executor, workers):
        try:
            return run_checks(
                checks,
                request.level,
                seed=request.seed,
                executor=executor,
                workers=workers,
                drawn_before=record.pieces,
                on_progress=on_progress,
                on_pieces=record.keep,
            )
        finally:
            record.save()


class _Keeper:
    """Writes the record now and then, and at the end."""

    def __init__(self, request: Request) -> None:
        self.record = None
        self.pieces: Pieces = {}
        if request.record is not None:
            self.record = Record(request.record, request.seed, request.level)
            self.pieces = self.record.load()
            self.record.save(self.pieces)  # a file that cannot be written is found out now, not after an hour
        self.saved = time.monotonic()

    def keep(self, pieces: Pieces) -> None:
        """Note all pieces of the checks of this run; those of other checks stay."""
        self.pieces = {**self.pieces, **pieces}
        if time.monotonic() - self.saved > SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write what is noted."""
        if self.record is not None:
            self.record.save(self.pieces)
        self.saved = time.monotonic()


@contextmanager
def executor_for(request: Request) -> Iterator[tuple[Executor | None, int]]:
    """Who draws, and how many at a time."""
    if request.scheduler is not None:
        with dask_executor(request.scheduler) as (executor, workers):
            yield executor, workers
    elif request.jobs > 1:
        with processes(request.jobs) as pool:
            yield pool, request.jobs
    else:
        yield None, 1


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """The workers of a running Dask cluster. InputError if Dask is missing or no scheduler answers."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise InputError(
            "a scheduler needs Dask, which is not installed; pip install 'ksquared[dask]'"
        ) from error
    try:
        client = distributed.Client(address, timeout=CONNECT_WITHIN)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address!r}; start one or correct the address"
        ) from error
    with client:
        try:
            versions = client.run(code_version)
        except ImportError as error:
            raise InputError(
                f"the workers of {address!r} lack this package ({error}); install it there"
            ) from error
        if not versions:
            raise InputError(
                f"the Dask scheduler at {address!r} has no workers; start some: dask worker {address}"
            )
        if set(versions.values()) != {code_version()}:
            raise InputError(
                f"the workers of {address!r} have other code, libraries or compiled kernels than this one; "
                "install the same there"
            )
        try:
            yield client.get_executor(pure=False), len(versions)
        except CancelledError as error:
            raise InputError(
                f"the Dask scheduler at {address!r} is gone; start it and call again, with the same record "
                "if there is one"
            ) from error
