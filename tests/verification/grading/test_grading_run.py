"""A run: every submission graded once, also after kill -9; errors of ours are no grades."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest
from programs_of import correct_programs, wrong_programs
from sample_grades import BOOK, OPEN_STUDENT, RIGHT_STUDENT, WRONG_STUDENT

from algorithms.errors import InputError
from verification.grading import run
from verification.grading.bench import Bench
from verification.grading.gradebook import Sandbox, StudentGrade, from_record, to_record
from verification.grading.intake.read import Intake
from verification.grading.journal import Journal
from verification.grading.rubric import parse_rubric
from verification.grading.run import Settings, grade_class, last_seed
from verification.grading.sandbox.levels import NOT_CONFINED, confining_levels
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Cell, SourceFile, Submission

RUBRIC = parse_rubric("[functions.loss]\npoints = 4\n[functions.shift_user_mean]\npoints = 6\n")
SETTINGS = Settings(RUBRIC, Sandbox("B", ("test",)), seed=5, version="1")

# A class of slow hand-ins, graded by a process that the test kills.
ENDLESSLY = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
import test_grading_run as this
with this.Journal(Path(sys.argv[1])) as journal:
    this.grades(this.slow_class(), journal)
"""


@cache
def worker() -> Worker:
    """One for all tests, at the best level there is: to start one takes a second or two."""
    for level in (*confining_levels(), NOT_CONFINED):
        try:
            return Worker(level, Policy())
        except InputError:
            continue
    raise AssertionError("not even level D")


@pytest.fixture(scope="module", autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    worker().close()
    worker.cache_clear()


def submission(id: str, *sources: str) -> Submission:
    files = tuple(
        SourceFile(f"{i}.py", "script", (Cell(None, "code", text),)) for i, text in enumerate(sources)
    )
    return Submission(id, id.title(), files)


def small_class() -> Intake:
    right = [correct_programs(task.criterion)[0].source for task in RUBRIC.tasks]
    wrong = [wrong_programs(task.criterion)[0].source for task in RUBRIC.tasks]
    students = (submission("right", *right), submission("wrong", *wrong), submission("half", right[0]))
    return Intake((*students, submission("pdf")), ("folders",), ())


def slow_class() -> Intake:
    source = correct_programs("loss")[0].source
    slow = source.replace("\ndef loss(", "\nimport time\ntime.sleep(0.05)\ndef loss(")
    assert slow != source
    return Intake(tuple(submission(f"student{i}", slow) for i in range(6)), ("folders",), ())


def grades(intake: Intake, journal: Journal, settings: Settings = SETTINGS) -> tuple[StudentGrade, ...]:
    judge = Bench(lambda: worker(), (worker(),)).judge
    with ThreadPoolExecutor(1) as executor:
        return grade_class(
            intake,
            settings,
            partial(judge, settings),
            executor,
            journal,
            at_once=1,
            on_graded=lambda *_: None,
        )


def keys(path: Path) -> list[str]:
    lines = [json.loads(line)["key"] for line in path.read_bytes().splitlines(keepends=True) if b"\n" in line]
    return [key for key in lines if key != run.SEED_KEY]


@pytest.mark.parametrize("student", BOOK.students, ids=lambda student: student.id)
def test_a_grade_comes_back_from_the_journal_as_it_was(student: StudentGrade) -> None:
    assert from_record(json.loads(json.dumps(to_record(student)))) == student


def test_no_points_are_told_without_a_verdict_on_all_that_counts() -> None:
    assert (RIGHT_STUDENT.points, WRONG_STUDENT.points, OPEN_STUDENT.points) == (15.0, 5.0, None)
    worthless = tuple(replace(grade, max_points=0.0, points=0.0) for grade in OPEN_STUDENT.functions)
    assert replace(OPEN_STUDENT, functions=worthless).points == 0.0


def test_right_is_right_wrong_is_wrong_and_a_pdf_is_for_a_human(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        right, wrong, half, pdf = grades(small_class(), journal)
        assert last_seed(journal) == 5
    assert (right.points, wrong.points, half.points, pdf.points) == (10.0, 0.0, 4.0, None)
    assert [grade.status for grade in wrong.functions] == ["wrong", "wrong"]
    assert [grade.status for grade in half.functions] == ["correct", "missing"]
    assert [grade.status for grade in pdf.functions] == ["needs-human", "needs-human"]


def test_what_is_in_the_journal_is_not_graded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(tmp_path / "journal") as journal:
        first = grades(small_class(), journal)
    monkeypatch.setattr(run, "_grade_submission", None)  # calling it would be an error, and told
    with Journal(tmp_path / "journal") as journal:
        assert grades(small_class(), journal) == first
        other_seed = grades(small_class(), journal, replace(SETTINGS, seed=6))
    assert all(student.has("grader-error") for student in other_seed)


@pytest.mark.parametrize(
    "other",
    [
        replace(SETTINGS, seed=6),
        replace(SETTINGS, version="2"),
        replace(SETTINGS, code="other"),
        replace(SETTINGS, sandbox=Sandbox("B", ("test",), (("numpy", "1.26"),))),
        replace(SETTINGS, sandbox=Sandbox("D", ())),
        replace(SETTINGS, rubric=replace(RUBRIC, minor=0.2)),
        replace(SETTINGS, rubric=replace(RUBRIC, tasks=RUBRIC.tasks[:1])),
    ],
    ids=["seed", "version", "code", "libraries", "sandbox", "deductions", "tasks"],
)
def test_other_settings_are_another_grade(other: Settings) -> None:
    student = small_class().submissions[0]
    assert other.key(student) != SETTINGS.key(student)
    assert replace(SETTINGS).key(student) == SETTINGS.key(student)


def test_an_error_of_ours_is_no_zero_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    with Journal(tmp_path / "journal") as journal:
        with monkeypatch.context() as patch:
            patch.setattr(run, "read_code", broken)
            failed = grades(small_class(), journal)
        assert [student.points for student in failed] == [None] * 4
        assert "ZeroDivisionError: ours" in failed[0].functions[0].notes[0]
        assert [student.points for student in grades(small_class(), journal)] == [10.0, 0.0, 4.0, None]


def test_a_run_killed_in_the_middle_goes_on_and_grades_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    script = ENDLESSLY.format(here=str(Path(__file__).parent))
    process = subprocess.Popen([sys.executable, "-c", script, str(path)])
    deadline = time.monotonic() + 30
    while not (path.exists() and keys(path)) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = keys(path)
    assert 0 < len(before) < 6  # it was killed in the middle
    with Journal(path) as journal:
        resumed = grades(slow_class(), journal)
    after = keys(path)
    assert after[: len(before)] == before
    assert len(after) == len(set(after)) == 6
    assert [student.id for student in resumed] == [f"student{i}" for i in range(6)]
    assert {student.functions[0].points for student in resumed} == {4.0}
