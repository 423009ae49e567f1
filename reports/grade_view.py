"""What `ksquared grade` does: reads the class, grades it, writes its pages and exports, and says so."""

from __future__ import annotations

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from algorithms.errors import InputError
from reports import environment, feedback, feedback_class, html, markdown, output, review, terminal
from reports.grade_progress import progress
from verification.grading.exporter import Exporter, Material, exporter_ids, load_exporter
from verification.grading.extraction import extract
from verification.grading.extraction_code import read_code
from verification.grading.gradebook import Gradebook, Sandbox
from verification.grading.intake.read import Intake, read_class
from verification.grading.journal import Journal
from verification.grading.rubric import Answer, Rubric, load_rubric
from verification.grading.rubric_texts import INITIAL_TEXT, default_rubric, json_schema
from verification.grading.run import Settings, grade_class, last_seed
from verification.grading.sandbox.doctor import Diagnosis, diagnose
from verification.grading.sandbox.levels import NOT_CONFINED
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Submission, printable

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
    rubric, exporters = _rubric(request.rubric), _exporters(request)
    intake = _intake(request.paths)
    output.check_directory(request.out)
    if request.resume and not (request.out / JOURNAL).is_file():
        raise _nothing_to_resume(request)
    policy = _policy(request.python)
    with progress(quiet=quiet) as on_graded:
        diagnosis = diagnose(policy, trusted=request.trusted)
        if diagnosis.level.letter == "D":
            terminal.complain("students' code is NOT confined (level D); it could read and change your files")
        request.out.mkdir(parents=True, exist_ok=True)
        with Journal(request.out / JOURNAL) as journal:
            settings = _settings(request, rubric, diagnosis, journal)
            jobs = request.jobs or environment.usable_cores()
            try:
                students = grade_class(
                    intake,
                    settings,
                    lambda: Worker(diagnosis.level, policy),
                    journal,
                    jobs=jobs,
                    on_graded=on_graded,
                )
            except KeyboardInterrupt:
                terminal.complain(f"interrupted; what was graded is kept in {journal.path}: add --resume")
                raise SystemExit(INTERRUPTED) from None
    book = Gradebook(students, settings.sandbox, settings.seed, settings.version, intake.notes)
    paths = _write(request, book, intake.submissions, rubric.answers, exporters)
    if not quiet:
        _show(book, paths)
    return _status(book)


def _rubric(path: Path | None) -> Rubric:
    return default_rubric() if path is None else load_rubric(path)


def _intake(paths: Sequence[Path]) -> Intake:
    if not paths:
        raise InputError(
            "grade: expected a folder, zip, notebook or script with hand-ins, got none; name one"
        )
    return read_class(paths)


def _exporters(request: Request) -> tuple[Exporter, ...]:
    names = dict.fromkeys(name.strip() for name in request.exports.split(",") if name.strip())
    exporters = tuple(map(load_exporter, names))
    if request.worksheet is not None:
        takers = [exporter for exporter in exporters if exporter.worksheet]
        if len(takers) != 1:
            known = [exporter for exporter in map(load_exporter, exporter_ids()) if exporter.worksheet]
            raise InputError(
                "--worksheet: expected one of "
                + ", ".join(f"--exports {exporter.id} ({exporter.worksheet})" for exporter in known)
                + f", got {len(takers)} of them; the file can be that of one platform only"
            )
        if not request.worksheet.is_file():
            raise InputError(f"--worksheet: there is no file {request.worksheet}; check the path")
        # A table that cannot be filled in is told now, not after hours of grading.
        nobody = Gradebook((), Sandbox("", ()), 0, "")
        for _ in takers[0].write(Material(nobody, lambda _: b"", (), request.worksheet, request.assignment)):
            pass
    return exporters


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
    settings = Settings(rubric, sandbox, seed, environment.version())
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


def _write(
    request: Request,
    book: Gradebook,
    submissions: Sequence[Submission],
    answered: Sequence[Answer],
    exporters: Sequence[Exporter],
) -> list[Path]:
    """Pages first, then what refers to them; the paths an instructor opens."""
    folder = request.out / "feedback"
    for student, submission in zip(book.students, submissions, strict=True):
        page = feedback.build(student, submission, book)
        files = {
            f"{student.id}.html": html.render(page),
            f"{student.id}.json": feedback.as_json(student, book),
            f"{student.id}.md": markdown.render(page),
        }
        output.write_together(folder, files)
    answers = review.render_all(answered, submissions, book)
    for answer in answers:
        output.write_together(request.out / "answers", {f"{answer.name}.html": answer.content})
    index = {"index.html": feedback_class.render(book, {answer.name: answer.written for answer in answers})}
    paths = [*output.write_together(request.out, index)]
    material = Material(
        book,
        lambda id: (folder / f"{id}.html").read_bytes(),
        tuple(submissions),
        request.worksheet,
        request.assignment,
    )
    for exporter in exporters:
        for name, content in exporter.write(material):
            target = request.out / name
            output.write_together(target.parent, {target.name: content})
            if target.parent == request.out:
                paths.append(target)
    return paths


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
    """Names each error of the grader itself."""
    failed = False
    for student in book.students:
        errors = [grade for grade in student.functions if grade.status == "grader-error"]
        if errors:
            failed = True
            names = ", ".join(grade.function for grade in errors)
            why = errors[0].notes[-1] if errors[0].notes else "no reason given"
            terminal.complain(printable(f"{student.id}: no verdict on {names}: {why}", 500))
    return WRONG if failed else OK
