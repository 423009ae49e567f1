"""What `ksquared grade` does: reads the class, grades it, writes its pages and exports, and says so."""

from __future__ import annotations

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from algorithms.errors import InputError
from reports import environment, grade_output, output, terminal
from reports.grade_progress import progress
from verification.grading.bench import Crew, cluster_crew, local_crew
from verification.grading.extraction import extract
from verification.grading.extraction_code import read_code
from verification.grading.gradebook import Gradebook, Sandbox
from verification.grading.intake.read import Intake, read_class
from verification.grading.journal import Journal
from verification.grading.rubric import Rubric, load_rubric
from verification.grading.rubric_texts import INITIAL_TEXT, default_rubric, json_schema
from verification.grading.run import Settings, grade_class, last_seed
from verification.grading.sandbox.doctor import Diagnosis, examined_worker
from verification.grading.sandbox.levels import NOT_CONFINED
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import printable
from verification.record import code_version

OK, WRONG, INTERRUPTED = 0, 1, 130
JOURNAL = "journal.jsonl"
SCHEMA = "rubric.schema.json"


@dataclass(frozen=True)
class Request:
    """The options of the command, as given."""

    paths: tuple[Path, ...]
    out: Path
    rubric: Path | None = None
    exports: str = "csv"
    worksheet: Path | None = None
    assignment: str = "homework"
    jobs: int | None = None
    seed: int | None = None
    resume: bool = False
    trusted: bool = False
    python: str | None = None
    scheduler: str | None = None


def write_rubric(path: Path) -> int:
    """Write the commented rubric to a new file, and its JSON schema beside it, for editors.

    Raises InputError if there is one already.
    """
    if path.exists():
        raise InputError(f"--init-rubric: {path} is there already; name a new file with --rubric")
    schema = (json.dumps(json_schema(), indent=2) + "\n").encode()
    paths = output.write_together(path.parent, {path.name: INITIAL_TEXT.encode(), SCHEMA: schema})
    terminal.output().print(f"Wrote {', '.join(map(str, paths))}", markup=False)
    return OK


def show_recognized(paths: Sequence[Path], rubric_file: Path | None) -> int:
    """Print whose hand-ins there are and which functions they hold. Runs none of it."""
    rubric, intake = _rubric(rubric_file), _intake(paths)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("hand-in", "name", "files", "functions"):
        table.add_column(heading, overflow="fold")
    for submission in intake.submissions:
        code = read_code(submission)
        found = [
            task.name
            for task in rubric.tasks
            if extract(code, task.name, aliases=(*task.names, task.criterion)).program is not None
        ]
        missing = [task.name for task in rubric.tasks if task.name not in found]
        without = f" (not: {', '.join(missing)})" if missing else ""
        cells = [
            submission.id,
            submission.name,
            ", ".join(file.path for file in submission.files) or "-",
            f"{len(found)} of {len(rubric.tasks)}{without}",
        ]
        table.add_row(*(Text(printable(text, 300)) for text in cells))
    console = terminal.output()
    console.print(
        f"hand-ins: {len(intake.submissions)}; laid out as: {', '.join(intake.layouts)}", markup=False
    )
    console.print(table)
    for submission in intake.submissions:
        for note in submission.notes:
            console.print(printable(f"{submission.id}: {note}", 500), markup=False)
    for note in intake.notes:
        console.print(printable(note, 500), markup=False)
    return OK


def grade(request: Request, *, quiet: bool) -> int:
    """Grade the class and write everything. Raises InputError, before any work, for what cannot be done."""
    if request.scheduler is not None and request.jobs is not None:
        raise InputError("give --jobs or --scheduler, not both: a scheduler has workers of its own")
    rubric = _rubric(request.rubric)
    target = grade_output.target(request.out, request.exports, request.worksheet, request.assignment)
    intake = _intake(request.paths)
    output.check_directory(request.out)
    if request.resume and not (request.out / JOURNAL).is_file():
        raise _nothing_to_resume(request)
    policy = _policy(request.python)
    with progress(quiet=quiet) as on_graded:
        diagnosis, worker = examined_worker(policy, trusted=request.trusted)
        with worker, _journal(request) as journal:
            if diagnosis.level.letter == "D":
                terminal.complain(
                    "students' code is NOT confined (level D); it could read and change your files"
                )
            settings = _settings(request, rubric, diagnosis, journal)
            try:
                with _crew(request, settings, diagnosis, policy, worker) as crew:
                    students = grade_class(
                        intake,
                        settings,
                        crew.judge,
                        crew.executor,
                        journal,
                        at_once=crew.at_once,
                        on_graded=on_graded,
                    )
                book = Gradebook(students, settings.sandbox, settings.seed, settings.version, intake.notes)
                paths = grade_output.write(target, book, intake.submissions, rubric.answers)
            except KeyboardInterrupt:
                terminal.complain(f"interrupted; what was graded is kept in {journal.path}: add --resume")
                raise SystemExit(INTERRUPTED) from None
    if not quiet:
        _show(book, paths)
    return _status(book)


def _journal(request: Request) -> Journal:
    request.out.mkdir(parents=True, exist_ok=True)
    return Journal(request.out / JOURNAL)


def _crew(
    request: Request, settings: Settings, diagnosis: Diagnosis, policy: Policy, worker: Worker
) -> AbstractContextManager[Crew]:
    if request.scheduler is not None:
        return cluster_crew(settings, policy, request.scheduler)
    jobs = request.jobs or environment.usable_cores()
    return local_crew(settings, lambda: Worker(diagnosis.level, policy), jobs=jobs, ready=(worker,))


def _rubric(path: Path | None) -> Rubric:
    return default_rubric() if path is None else load_rubric(path)


def _intake(paths: Sequence[Path]) -> Intake:
    if not paths:
        raise InputError(
            "grade: expected a folder, zip, notebook or script with hand-ins, got none; name one"
        )
    return read_class(paths)


def _settings(request: Request, rubric: Rubric, diagnosis: Diagnosis, journal: Journal) -> Settings:
    """The settings of this run; a resumed one has the seed of the run it goes on with."""
    seed = request.seed
    if request.resume:
        before = last_seed(journal)
        if before is None:
            raise _nothing_to_resume(request)
        if seed not in (None, before):
            raise InputError(f"--resume: that run has seed {before}, not {seed}; leave --seed out")
        seed = before
    if seed is None:
        seed = secrets.randbits(32)  # inputs that no student can know
    sandbox = Sandbox(diagnosis.level.letter, diagnosis.layers, diagnosis.versions)
    settings = Settings(rubric, sandbox, seed, environment.version(), code_version())
    for missing in settings.unmet:
        terminal.complain(f"the rubric asks for {missing}; name an interpreter that has it with --python")
    return settings


def _policy(python: str | None) -> Policy:
    """What runs submissions. Raises InputError for an interpreter that cannot."""
    if python is None:
        return Policy()
    # Not resolved: the interpreter of a virtual environment is a link, and finds its packages by where it is.
    found = shutil.which(python)
    if found is None:
        raise InputError(f"--python: there is no interpreter {python!r} that can be run; check the path")
    policy = Policy(python=str(Path(found).absolute()))
    try:
        with Worker(NOT_CONFINED, policy):  # runs no student's code: only to see what it can import
            return policy
    except InputError as error:
        why = str(error).removeprefix(f"no sandbox at level {NOT_CONFINED.letter}: ")
        raise InputError(
            f"--python: {why}; expected one of Python 3.8 or newer with numpy, scipy and scikit-learn"
        ) from None


def _nothing_to_resume(request: Request) -> InputError:
    return InputError(f"--resume: there is no run to go on with in {request.out}; leave --resume out")


def _show(book: Gradebook, paths: Sequence[Path]) -> None:
    console = terminal.output()
    waiting = sum(student.points is None for student in book.students)
    told = f"{len(book.students) - waiting} of {len(book.students)} hand-ins graded"
    console.print(f"{told}, {waiting} wait for a human" if waiting else told, markup=False)
    statuses = Counter(grade.status for student in book.students for grade in student.functions)
    counts = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    console.print(f"functions: {counts}", markup=False)
    console.print(f"sandbox: level {book.sandbox}; seed {book.seed}", markup=False)
    for path in paths:
        console.print(str(path), markup=False, soft_wrap=True)


def _status(book: Gradebook) -> int:
    """Names each hand-in without a verdict, and why: someone has to look, and the exit status tells."""
    for student in book.students:
        if student.open:
            names = ", ".join(grade.function for grade in student.open)
            first = student.open[0]
            # What could not be read is told by the hand-in itself, all else by the function.
            told = student.notes[-1:] if first.status == "needs-human" else first.notes[-1:]
            why = told[0] if told else first.status
            terminal.complain(printable(f"{student.id}: no verdict on {names}: {why}", 500))
    return WRONG if any(student.open for student in book.students) else OK
