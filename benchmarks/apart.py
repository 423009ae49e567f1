"""One process for each entry of a workload, kept through all turns.

What a library does to its process stays there: some change how many threads OpenMP may use, how memory is
allocated, or which BLAS is loaded, and would slow down or speed up whoever runs after them.
"""

from __future__ import annotations

import gc
import multiprocessing as mp
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection

from benchmarks.timing import Entry, Failure, Run, Workload, clock

# Threads of the process before spin for some milliseconds before they sleep; they must not be timed along.
SECONDS_OF_REST = 0.05
# After such a rest a second core takes up to 8 ms to wake in a virtual machine: what is as short as this is
# run once more at once, and that run counts.
SECONDS_OF_A_SHORT_RUN = 0.5
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# The workload of this name; a function of a module, which another process can import.
Find = Callable[[str], Workload]


@contextmanager
def apart(find: Find, workload: Workload) -> Iterator[dict[str, Run]]:
    """The entries by name, ours first, each run in a process of its own, which ends with the context."""
    with ExitStack() as processes:
        first = processes.enter_context(_process(find, workload, None))
        names = _answer(first)
        assert isinstance(names, list)
        others = {name: processes.enter_context(_process(find, workload, name)) for name in names[1:]}
        for connection in others.values():
            _answer(connection)
        yield {name: _run(connection) for name, connection in {names[0]: first, **others}.items()}


@contextmanager
def _process(find: Find, workload: Workload, entry: str | None) -> Iterator[Connection]:
    """A process that prepares the workload, then runs `entry` (None for the first) whenever it is told to."""
    context = mp.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(find, workload.name, entry, there), daemon=True)
    limits = dict.fromkeys(BLAS_THREADS, "1") if entry in workload.one_blas_thread else {}
    before = dict(os.environ)
    os.environ.update(limits)  # BLAS reads it when it is loaded
    try:
        process.start()
    finally:
        os.environ.clear()
        os.environ.update(before)
    there.close()
    try:
        yield here
    finally:
        here.close()  # the process finds nobody to serve, and ends
        process.join()


def _serve(find: Find, name: str, entry: str | None, connection: Connection) -> None:
    warnings.simplefilter("ignore")  # of rivals that stop before they converge, as they are told to
    entries = find(name).prepare()
    run = entries[entry or next(iter(entries))]
    try:
        connection.send(list(entries))
        while connection.recv():
            connection.send(_timed(run))
    except (EOFError, OSError):
        return


def _timed(run: Entry) -> float | Failure:
    gc.collect()
    time.sleep(SECONDS_OF_REST)
    begin = time.perf_counter()
    try:
        seconds = _seconds(run)
        short = time.perf_counter() - begin < SECONDS_OF_A_SHORT_RUN
        return _seconds(run) if short else seconds
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}".splitlines()[0])


def _seconds(run: Entry) -> float:
    start = clock()
    own = run()
    elapsed = clock() - start
    return elapsed if own is None else own


def _run(connection: Connection) -> Run:
    def run() -> float:
        try:
            connection.send(True)
        except OSError as error:
            raise Failure("its process ended") from error
        seconds = _answer(connection)
        assert isinstance(seconds, float)
        return seconds

    return run


def _answer(connection: Connection) -> object:
    try:
        answer = connection.recv()
    except (EOFError, OSError) as error:
        raise Failure("its process ended") from error
    if isinstance(answer, Failure):
        raise answer
    return answer
