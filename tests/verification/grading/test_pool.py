"""The pool: every submission judged once, whatever happens to judges and workers."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from attacking import start

from algorithms.errors import InputError
from verification.grading.pool import judge_all
from verification.grading.sandbox.caller import Caller, Returned
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program, Submission


class Idle(Worker):
    """A worker without processes, for tests of the pool alone."""

    def __init__(self) -> None:
        """Starts nothing."""

    def __enter__(self) -> Idle:
        return self

    def __exit__(self, *reason: object) -> None:
        idle_closed.append(self)


idle_closed: list[Idle] = []


def submissions(count: int) -> list[Submission]:
    return [Submission(str(number), f"Student {number}", ()) for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 20])
def test_each_submission_is_judged_once_and_each_worker_closed(jobs: int, count: int) -> None:
    idle_closed.clear()
    started: list[Idle] = []

    def start_idle() -> Worker:
        started.append(Idle())
        return started[-1]

    results = list(judge_all(submissions(count), lambda s, c: int(s.id) ** 2, start_idle, jobs=jobs))
    assert sorted(result.grade for result in results if result.grade is not None) == [
        i**2 for i in range(count)
    ]
    assert len(started) == min(jobs, count) or count == 0
    assert sorted(map(id, idle_closed)) == sorted(map(id, started))


def test_an_error_of_ours_is_told_and_the_class_goes_on() -> None:
    def judge(submission: Submission, caller: Caller) -> str:
        if submission.id == "1":
            raise ZeroDivisionError("ours")
        return "fine"

    results = {r.submission.id: r for r in judge_all(submissions(3), judge, Idle, jobs=1)}
    assert [results[id_].grade for id_ in "012"] == ["fine", None, "fine"]
    assert isinstance(results["1"].error, ZeroDivisionError)


def test_a_worker_that_cannot_be_started_ends_the_run() -> None:
    def refuse() -> Worker:
        raise InputError("no sandbox")

    with pytest.raises(InputError, match="no sandbox"):
        list(judge_all(submissions(3), lambda s, c: 1, refuse, jobs=2))


def test_leaving_the_loop_lets_no_other_begin() -> None:
    begun: list[str] = []
    go_on = threading.Event()

    def judge(submission: Submission, caller: Caller) -> str:
        begun.append(submission.id)
        if len(begun) > 1:
            go_on.wait(10)
        return submission.id

    results = judge_all(submissions(50), judge, Idle, jobs=1)
    assert next(results).grade == "0"
    threading.Timer(0.1, go_on.set).start()
    results.close()
    assert len(begun) <= 2


def test_killing_workers_loses_nothing(any_worker: Worker) -> None:
    letter = any_worker.level.letter
    program = Program("def f(x):\n    return x + 1\n", ())
    workers: list[Worker] = []

    def start_worker() -> Worker:
        workers.append(start(letter))
        return workers[-1]

    def judge(submission: Submission, caller: Caller) -> int:
        if int(submission.id) % 5 == 2:
            assert isinstance(caller, Worker)
            os.kill(caller.pid, signal.SIGKILL)
        result = caller.call(program, "f", [int(submission.id)], timeout=10.0)
        assert isinstance(result, Returned)
        assert isinstance(result.value, int)
        return result.value

    results = list(judge_all(submissions(10), judge, start_worker, jobs=2))
    assert [result.error for result in results] == [None] * 10
    assert {r.submission.id: r.grade for r in results} == {str(i): i + 1 for i in range(10)}
