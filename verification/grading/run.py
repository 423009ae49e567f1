"""Grades a class: every submission through extraction and judge, in the sandbox, into the journal.

A submission is in the journal as soon as it is judged, so a run that was killed goes on where it was. An
error of ours is not recorded: the next run tries again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from verification.grading.extraction_code import read_code
from verification.grading.findings import Defect, FunctionGrade, Status
from verification.grading.gradebook import Sandbox, StudentGrade, from_record, to_record
from verification.grading.intake.read import Intake
from verification.grading.journal import Journal, key_of
from verification.grading.judge import grade
from verification.grading.pool import Judged, judge_all
from verification.grading.requirements import unmet
from verification.grading.rubric import Rubric
from verification.grading.sandbox.caller import Caller
from verification.grading.submission import Submission

SEED_KEY = "seed of the last run"

OnGraded = Callable[[int, int, StudentGrade | None], None]
"""Called as (done, at most, the grade that was just made or None at the start)."""


@dataclass(frozen=True)
class Settings:
    """What grades depend on, beside the submissions.

    seed: of the hidden inputs. version, code: of the suite, as people and as programs tell versions apart.
    """

    rubric: Rubric
    sandbox: Sandbox
    seed: int
    version: str
    code: str = ""

    def key(self, submission: Submission) -> str:
        """Where the grade of a submission stands in the journal."""
        settings = (repr(self.rubric), repr(self.sandbox), str(self.seed), self.version, self.code)
        return key_of(submission, *settings)

    @property
    def unmet(self) -> tuple[str, ...]:
        """Versions that the rubric asks for and that submissions do not run with."""
        return unmet(self.rubric.requires, dict(self.sandbox.versions))


def grade_class(
    intake: Intake,
    settings: Settings,
    judge: Callable[[Submission], StudentGrade],
    executor: Executor,
    journal: Journal,
    *,
    at_once: int,
    on_graded: OnGraded,
) -> tuple[StudentGrade, ...]:
    """The grades of all submissions, in the order of the intake; those in the journal are not made again.

    judge, executor, at_once: who judges, as `bench.Crew` has them. Raises InputError if no worker can be
    started or the journal cannot be written.
    """
    journal.record(SEED_KEY, {"seed": settings.seed})
    grades = _known(intake.submissions, settings, journal)
    waiting = [submission for submission in intake.submissions if submission.id not in grades]
    on_graded(len(grades), len(intake.submissions), None)
    for judged in judge_all(waiting, judge, executor, at_once=at_once):
        student = _student(judged, settings)
        if not student.has("grader-error"):
            journal.record(settings.key(judged.submission), to_record(student))
        grades[student.id] = student
        on_graded(len(grades), len(intake.submissions), student)
    return tuple(grades[submission.id] for submission in intake.submissions)


def grade_submission(submission: Submission, settings: Settings, caller: Caller) -> StudentGrade:
    """The verdicts on one submission, function by function; an error of ours becomes a status."""
    try:
        return _grade_submission(submission, settings, caller)
    except Exception as error:
        return _failed(submission, settings, error)


def _grade_submission(submission: Submission, settings: Settings, caller: Caller) -> StudentGrade:
    if not submission.files:
        why = "no code that can be read was handed in"
        return _without_verdict(submission, settings, "needs-human", why)
    code = read_code(submission)
    functions = tuple(
        _in_doubt(grade(code, task, settings.rubric, caller, seed=settings.seed), settings.unmet)
        for task in settings.rubric.tasks
    )
    return _of(submission, functions, code.notes)


def _in_doubt(verdict: FunctionGrade, missing: tuple[str, ...]) -> FunctionGrade:
    """The verdict where versions asked for are missing: what stops with an error may be right with them."""
    if not missing or verdict.status == "correct":
        return verdict
    note = f"the rubric asks for {', '.join(missing)}"
    if verdict.status != "raises" or all(defect.code != "exception" for defect in verdict.defects):
        return replace(verdict, notes=(*verdict.notes, note))
    message = f"The code may need an older library: {note}. Nothing is called wrong before it ran with that."
    doubt = Defect("needs-older-library", "minor", message)
    return replace(
        verdict, status="not-run", points=0.0, defects=(doubt, *verdict.defects), notes=(*verdict.notes, note)
    )


def last_seed(journal: Journal) -> int | None:
    """The seed of the run that wrote the journal, None if there was none."""
    record = journal.find(SEED_KEY)
    return None if record is None else int(record["seed"])


def _known(
    submissions: Sequence[Submission], settings: Settings, journal: Journal
) -> dict[str, StudentGrade]:
    """What the journal knows, by id."""
    known: dict[str, StudentGrade] = {}
    for submission in submissions:
        record = journal.find(settings.key(submission))
        if record is None:
            continue
        try:
            known[submission.id] = from_record(record)
        except (KeyError, TypeError):
            continue  # a damaged record: that submission is graded again
    return known


def _student(judged: Judged[StudentGrade], settings: Settings) -> StudentGrade:
    if judged.grade is not None:
        return judged.grade
    return _failed(judged.submission, settings, judged.error)


def _failed(submission: Submission, settings: Settings, error: BaseException | None) -> StudentGrade:
    why = f"the grader failed: {type(error).__name__}: {str(error)[:200]}"
    return _without_verdict(submission, settings, "grader-error", why)


def _without_verdict(submission: Submission, settings: Settings, status: Status, why: str) -> StudentGrade:
    functions = tuple(
        FunctionGrade(
            task.name, status, 0.0, task.points, notes=(why,), criterion=task.criterion, seed=settings.seed
        )
        for task in settings.rubric.tasks
    )
    return _of(submission, functions)


def _of(
    submission: Submission, functions: tuple[FunctionGrade, ...], notes: tuple[str, ...] = ()
) -> StudentGrade:
    return StudentGrade(
        submission.id,
        submission.name,
        submission.folder,
        (*submission.notes, *notes),
        functions,
        submission.number,
    )
