"""Judges many submissions at once, with any executor: threads here, processes, or a cluster.

A class of thousands need not fit into the executor: only a few submissions are sent ahead of what is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from algorithms.errors import InputError
from verification.grading.submission import Submission

Grade = TypeVar("Grade")


@dataclass(frozen=True)
class Judged(Generic[Grade]):
    """A submission with its grade; or with an error of ours, which is never a zero."""

    submission: Submission
    grade: Grade | None
    error: BaseException | None = None


def judge_all(
    submissions: Sequence[Submission],
    judge: Callable[[Submission], Grade],
    executor: Executor,
    *,
    at_once: int,
) -> Iterator[Judged[Grade]]:
    """Each submission with what `judge` says of it, in the order in which they are done.

    at_once: how many the executor works at. Closing the iterator (Ctrl-C in the loop over it) lets no other
    begin and waits for none. Raises InputError if `judge` does: then it can judge nothing, here or there.
    """
    waiting = deque(submissions)
    sent: dict[Future[Grade], Submission] = {}
    try:
        while waiting or sent:
            # One more for each that is being judged, so that nobody waits for us.
            while waiting and len(sent) < 2 * at_once:
                submission = waiting.popleft()
                sent[executor.submit(judge, submission)] = submission
            for future in wait(sent, return_when=FIRST_COMPLETED).done:
                yield _judged(future, sent.pop(future))
    finally:
        for future in sent:
            future.cancel()


def _judged(future: Future[Grade], submission: Submission) -> Judged[Grade]:
    try:
        return Judged(submission, future.result())
    except InputError:
        raise
    except (Exception, CancelledError) as error:  # of a machine that is gone, say
        return Judged(submission, None, error)
