"""The pool: every submission judged once by any executor, whatever happens to judges and workers."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import psutil
import pytest
from attacking import start
from programs_of import correct_programs, wrong_programs

from algorithms.errors import InputError
from verification.grading.bench import Bench, cluster_crew, judge_anywhere, local_crew
from verification.grading.gradebook import Sandbox, StudentGrade
from verification.grading.pool import judge_all
from verification.grading.rubric import parse_rubric
from verification.grading.run import Settings
from verification.grading.sandbox.caller import Returned
from verification.grading.sandbox.doctor import examined_worker
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Closed, Worker
from verification.grading.submission import Cell, Program, SourceFile, Submission

RUBRIC = parse_rubric("[functions.loss]\npoints = 4\n")
SETTINGS = Settings(RUBRIC, Sandbox("B", ("test",)), seed=5, version="1")
ENDLESS = Program("def f():\n    while True: pass\n", ())


def submissions(count: int) -> list[Submission]:
    return [Submission(str(number), f"Student {number}", ()) for number in range(count)]


class Counting(ThreadPoolExecutor):
    """Notes how many were sent and not taken back."""

    out = most = 0

    def submit(self, *arguments, **keywords):
        self.out += 1
        self.most = max(self.most, self.out)
        return super().submit(*arguments, **keywords)


@pytest.mark.parametrize("at_once", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 20])
def test_each_submission_is_judged_once_and_few_are_sent_ahead(at_once: int, count: int) -> None:
    grades = []
    with Counting(at_once) as executor:
        for judged in judge_all(submissions(count), lambda s: int(s.id) ** 2, executor, at_once=at_once):
            executor.out -= 1
            grades.append(judged.grade)
    assert sorted(grade for grade in grades if grade is not None) == [i**2 for i in range(count)]
    assert executor.most == min(count, 2 * at_once)


def test_an_error_of_ours_is_told_and_the_class_goes_on() -> None:
    def judge(submission: Submission) -> str:
        if submission.id == "1":
            raise ZeroDivisionError("ours")
        return "fine"

    with ThreadPoolExecutor(1) as executor:
        results = {r.submission.id: r for r in judge_all(submissions(3), judge, executor, at_once=1)}
    assert [results[id_].grade for id_ in "012"] == ["fine", None, "fine"]
    assert isinstance(results["1"].error, ZeroDivisionError)


def test_a_worker_that_cannot_be_started_ends_the_run() -> None:
    def refuse() -> Worker:
        raise InputError("no sandbox")

    crew = local_crew(SETTINGS, refuse, jobs=2)
    with crew as it, pytest.raises(InputError, match="no sandbox"):
        list(judge_all(submissions(3), it.judge, it.executor, at_once=it.at_once))


def test_leaving_the_loop_lets_no_other_begin() -> None:
    begun: list[str] = []
    go_on = threading.Event()

    def judge(submission: Submission) -> str:
        begun.append(submission.id)
        if len(begun) > 1:
            go_on.wait(10)
        return submission.id

    with ThreadPoolExecutor(1) as executor:
        results = judge_all(submissions(50), judge, executor, at_once=1)
        assert next(results).grade == "0"
        results.close()
        go_on.set()
    assert len(begun) <= 2


def test_closing_a_worker_from_another_thread_ends_its_call_at_once(any_worker: Worker) -> None:
    worker = start(any_worker.level.letter)
    processes = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    threading.Timer(0.2, worker.close).start()
    with pytest.raises(Closed):  # left alone it would be a timeout, after a minute
        worker.call(ENDLESS, "f", [], timeout=60.0)
    assert psutil.wait_procs(processes, timeout=5)[1] == []
    with pytest.raises(Closed):
        worker.call(ENDLESS, "f", [], timeout=60.0)


def hand_in(id: str, source: str) -> Submission:
    return Submission(id, id, (SourceFile("a.py", "script", (Cell(None, "code", source),)),))


def test_other_machines_give_the_same_verdicts_with_workers_of_their_own() -> None:
    """A process that shares nothing with this one stands for a machine."""
    diagnosis, worker = examined_worker(Policy())
    sandbox = Sandbox(diagnosis.level.letter, diagnosis.layers, diagnosis.versions)
    settings = replace(SETTINGS, sandbox=sandbox)
    right, wrong = correct_programs("loss")[0].source, wrong_programs("loss")[0].source
    students = [hand_in("right", right), hand_in("wrong", wrong)]
    with worker:
        here = [Bench(start, (worker,)).judge(settings, student) for student in students]
    there: dict[str, StudentGrade | None] = {}
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        for judged in judge_all(students, partial(judge_anywhere, settings, Policy()), executor, at_once=1):
            there[judged.submission.id] = judged.grade
        elsewhere = replace(settings, sandbox=replace(sandbox, versions=(("python", "2.7"),)))
        with pytest.raises(InputError, match="let all machines be alike"):
            executor.submit(judge_anywhere, elsewhere, Policy(), students[0]).result()
    assert [there["right"], there["wrong"]] == here
    assert [grade.points for grade in here] == [4.0, 0.0]


@pytest.mark.full
def test_a_dask_cluster_judges_as_this_machine_does() -> None:
    distributed = pytest.importorskip("distributed")
    diagnosis, worker = examined_worker(Policy())
    sandbox = Sandbox(diagnosis.level.letter, diagnosis.layers, diagnosis.versions)
    settings = replace(SETTINGS, sandbox=sandbox)
    students = [
        hand_in(str(i), p.source) for i, p in enumerate(correct_programs("loss") + wrong_programs("loss"))
    ]
    with worker:
        here = {s.id: Bench(start, (worker,)).judge(settings, s) for s in students}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        cluster_crew(settings, Policy(), cluster.scheduler_address) as crew,
    ):
        assert crew.at_once == 2
        judged = list(judge_all(students, crew.judge, crew.executor, at_once=crew.at_once))
    assert {each.submission.id: each.grade for each in judged} == here


def test_killing_workers_loses_nothing(any_worker: Worker) -> None:
    letter = any_worker.level.letter
    program = Program("def f(x):\n    return x + 1\n", ())
    workers: list[Worker] = []

    def start_worker() -> Worker:
        workers.append(start(letter))
        return workers[-1]

    idle = [start_worker(), start_worker()]

    def judge(submission: Submission) -> int:
        caller = idle.pop()
        if int(submission.id) % 5 == 2:
            os.kill(caller.pid, signal.SIGKILL)
        result = caller.call(program, "f", [int(submission.id)], timeout=10.0)
        idle.append(caller)
        assert isinstance(result, Returned)
        assert isinstance(result.value, int)
        return result.value

    with ThreadPoolExecutor(2) as executor:
        results = list(judge_all(submissions(10), judge, executor, at_once=2))
    for worker in workers:
        worker.close()
    assert [result.error for result in results] == [None] * 10
    assert {r.submission.id: r.grade for r in results} == {str(i): i + 1 for i in range(10)}
