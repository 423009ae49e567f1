"""Where submissions are judged: workers of one process for its threads, and the same on other machines.

Threads suffice. What takes time happens in the workers' children, or in NumPy, which lets others run.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from algorithms.errors import InputError
from verification.grading.gradebook import Sandbox, StudentGrade
from verification.grading.run import Settings, grade_submission
from verification.grading.sandbox.doctor import examined_worker
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Submission


@dataclass(frozen=True)
class Crew:
    """Who judges: `executor.submit(judge, submission)`, so many `at_once`."""

    executor: Executor
    judge: Callable[[Submission], StudentGrade]
    at_once: int


class Bench:
    """Workers for threads: whoever judges has one for itself. ready: workers that run already."""

    def __init__(self, start_worker: Callable[[], Worker], ready: Sequence[Worker] = ()) -> None:
        self._start_worker = start_worker
        self._workers = list(ready)
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._closed = threading.Event()
        for worker in ready:
            self._idle.put(worker)

    def judge(self, settings: Settings, submission: Submission) -> StudentGrade:
        """The verdicts on a submission. Raises InputError if no worker can be started."""
        worker = self._taken()
        try:
            return grade_submission(submission, settings, worker)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Ends all workers, from any thread; a call that is under way ends with an error at once."""
        self._closed.set()
        for worker in self._workers:
            worker.close()

    def _taken(self) -> Worker:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            worker = self._start_worker()
        self._workers.append(worker)
        if self._closed.is_set():
            worker.close()
        return worker


@contextmanager
def local_crew(
    settings: Settings, start_worker: Callable[[], Worker], *, jobs: int, ready: Sequence[Worker] = ()
) -> Iterator[Crew]:
    """Threads of this process. On leaving, however that comes, all workers end within a moment."""
    bench = Bench(start_worker, ready)
    executor = ThreadPoolExecutor(jobs)
    try:
        yield Crew(executor, partial(bench.judge, settings), jobs)
    finally:
        # Workers first: then no thread has anything to wait for.
        bench.close()
        executor.shutdown(cancel_futures=True)


@contextmanager
def cluster_crew(settings: Settings, policy: Policy, address: str) -> Iterator[Crew]:
    """The workers of the Dask cluster at `address`. Raises InputError as `verification.session` does."""
    from verification.session import dask_executor  # and with it all checks, which no class needs

    with dask_executor(address) as (executor, workers):
        yield Crew(executor, partial(judge_anywhere, settings, policy), workers)


_own: dict[tuple[Sandbox, Policy], Bench] = {}
_one_at_a_time = threading.Lock()


def judge_anywhere(settings: Settings, policy: Policy, submission: Submission) -> StudentGrade:
    """The verdicts on a submission, on whatever machine this is: with workers of its own, examined first.

    Raises InputError if this machine confines students' code in another way, or has other libraries, than
    the one that asks: its verdicts would not be those of the run.
    """
    with _one_at_a_time:
        bench = _own.get((settings.sandbox, policy))
        if bench is None:
            bench = _own[settings.sandbox, policy] = _examined_bench(settings.sandbox, policy)
    return bench.judge(settings, submission)


def _examined_bench(wanted: Sandbox, policy: Policy) -> Bench:
    diagnosis, worker = examined_worker(policy, trusted=wanted.level == "D")
    found = Sandbox(diagnosis.level.letter, diagnosis.layers, diagnosis.versions)
    if found != wanted:
        worker.close()
        raise InputError(
            f"a machine of the cluster has the sandbox {found} and versions {dict(found.versions)}, "
            f"and the run {wanted} with {dict(wanted.versions)}; let all machines be alike"
        )
    return Bench(lambda: Worker(diagnosis.level, policy), (worker,))
