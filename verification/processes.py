"""Processes beside this one, as an executor."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from algorithms.errors import InputError


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """`count` processes, ended with the block. Raises InputError if one of them is killed."""
    # Fresh processes: a fork of one with threads (progress bars, BLAS) may hang.
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_leave_interrupts)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise InputError(
            "a process that worked was killed (out of memory?); call again with fewer jobs or more memory; "
            "a record, if there is one, goes on"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes of a terminal; the one that asked for the work ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
