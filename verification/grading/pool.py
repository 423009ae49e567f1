"""Judges many submissions at once: a few threads here, each with a worker of its own to call functions with.

Threads suffice. What takes time happens in the workers' children, or in NumPy, which lets others run.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from verification.grading.sandbox.caller import Caller
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Submission

Grade = TypeVar("Grade")
Judge = Callable[[Submission, Caller], Grade]


@dataclass(frozen=True)
class Judged(Generic[Grade]):
    """A submission with its grade; or with an error of ours, which is never a zero."""

    submission: Submission
    grade: Grade | None
    error: Exception | None = None


def judge_all(
    submissions: Sequence[Submission], judge: Judge[Grade], start_worker: Callable[[], Worker], *, jobs: int
) -> Iterator[Judged[Grade]]:
    """Each submission with what `judge` says of it, in the order in which they are done.

    jobs: how many at once. Closing the iterator (Ctrl-C in the loop over it) lets no other begin. Raises
    InputError if no worker can be started.
    """
    waiting: queue.SimpleQueue[Submission] = queue.SimpleQueue()
    for submission in submissions:
        waiting.put(submission)
    done: queue.SimpleQueue[Judged[Grade] | BaseException] = queue.SimpleQueue()
    over = threading.Event()
    count = max(1, min(jobs, len(submissions)))
    threads = [
        threading.Thread(target=_work, args=(waiting, done, over, judge, start_worker), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in submissions:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _work(
    waiting: queue.SimpleQueue[Submission],
    done: queue.SimpleQueue[Judged[Grade] | BaseException],
    over: threading.Event,
    judge: Judge[Grade],
    start_worker: Callable[[], Worker],
) -> None:
    """One thread: takes a submission, judges it, until there is none left."""
    try:
        with start_worker() as worker:
            while not over.is_set():
                try:
                    submission = waiting.get_nowait()
                except queue.Empty:
                    return
                done.put(_judged(submission, judge, worker))
    except BaseException as error:
        done.put(error)


def _judged(submission: Submission, judge: Judge[Grade], caller: Caller) -> Judged[Grade]:
    try:
        return Judged(submission, judge(submission, caller))
    except Exception as error:
        return Judged(submission, None, error)
