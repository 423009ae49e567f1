"""Feedback for one student: what is right, what is not, and the smallest example that shows it.

Everything quoted here is hostile until shown: names, messages of exceptions, source. It goes into the
document as plain text or listings, cut where it is long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from reports import document as doc
from reports.document import T
from reports.visible import visible
from verification.grading.findings import Defect, Evidence, FunctionGrade, Status
from verification.grading.gradebook import OPEN, Gradebook, StudentGrade, points_of
from verification.grading.submission import Submission

SCHEMA = 1
LONGEST_LISTING = 1500
LINES_AROUND = 2
MOST_LINES = 12

TONE: Mapping[Status, doc.Tone] = {
    "correct": "pass",
    "wrong": "fail",
    "raises": "fail",
    "missing": "fail",
    "timeout": "fail",
    "memory": "fail",
    "tampering": "fail",
    "not-run": "undecided",
    "needs-human": "undecided",
    "grader-error": "warn",
}
SAID: Mapping[Status, str] = {
    "correct": "correct",
    "wrong": "wrong",
    "raises": "stops with an error",
    "missing": "not there",
    "timeout": "does not end",
    "memory": "takes too much memory",
    "tampering": "meddles with the grader",
    "not-run": "could not be run",
    "needs-human": "for a human to judge",
    "grader-error": "the grader failed",
}


def build(student: StudentGrade, submission: Submission, book: Gradebook) -> doc.Report:
    """The page of one student. submission: what was handed in, for the lines that are quoted."""
    sections = tuple(
        _section(index, grade, submission)
        for index, grade in enumerate(student.functions, start=1)
        if grade.status != "correct" or grade.defects or grade.notes
    )
    return doc.Report(
        title="Feedback",
        subtitle=student.name[:200],
        author="ksquared",
        body=(_overview(student), *sections, _made(student, book)),
        meta=(("Hand-in", student.id), ("Sandbox", f"level {book.sandbox.level}"), ("Seed", str(book.seed))),
        summary=_summary(student),
    )


def as_json(student: StudentGrade, book: Gradebook) -> bytes:
    """`feedback.json`, schema 1. A score of null: a function has no verdict yet."""
    content = {
        "schema": SCHEMA,
        "submission": student.id,
        "name": student.name,
        "sandbox": {"level": book.sandbox.level, "layers": list(book.sandbox.layers)},
        "seed": book.seed,
        "version": book.version,
        "score": student.points,
        "max_score": student.max_points,
        "notes": list(student.notes),
        "functions": {
            grade.function: {**grade.as_dict(), "points": points_of(grade)} for grade in student.functions
        },
    }
    # Escaped, so that lone surrogates of a student cannot break the file.
    return (json.dumps(content, indent=2, ensure_ascii=True, allow_nan=False) + "\n").encode()


def points(value: float | None) -> str:
    """Points in words of a table; a dash where there is no verdict."""
    return "–" if value is None else f"{value:.4g}"


def words(message: str) -> doc.Inlines:
    """A message of the grader, which may quote a student: text, and code between backticks."""
    pieces = message[:1000].split("`")
    if len(pieces) % 2 == 0:
        return (doc.Text(message[:1000]),)
    inlines = [doc.Code(piece) if i % 2 else doc.Text(piece) for i, piece in enumerate(pieces) if piece]
    return tuple(inlines)


def _summary(student: StudentGrade) -> doc.Summary:
    right = sum(grade.status == "correct" for grade in student.functions)
    waiting = sum(grade.status in OPEN for grade in student.functions)
    total = points(student.max_points)
    if student.points is None:
        so_far = points(student.points_so_far)
        title = T("{so_far} of {total} points so far; someone still has to look", so_far=so_far, total=total)
    else:
        title = T("{points} of {total} points", points=points(student.points), total=total)
    wrong = len(student.functions) - right - waiting
    tallies = [
        doc.Tally(f"{right} of {len(student.functions)}", "functions correct", "pass" if right else "info"),
        doc.Tally(str(wrong), "to mend", "fail" if wrong else "pass"),
    ]
    if waiting:
        tallies.append(doc.Tally(str(waiting), "without a verdict", "undecided"))
    tone: doc.Tone = "undecided" if waiting else "fail" if wrong else "pass"
    return doc.Summary(tone, title, tuple(tallies))


def _overview(student: StudentGrade) -> doc.Section:
    rows = tuple(
        (
            (doc.Code(grade.function),),
            (doc.Badge(TONE[grade.status], SAID[grade.status]),),
            T("{got} of {most}", got=points(points_of(grade)), most=points(grade.max_points)),
            _codes(grade),
        )
        for grade in student.functions
    )
    table = doc.Table(
        T("The functions of the exercise."),
        (T("Function"), T("Verdict"), T("Points"), T("Mistakes")),
        rows,
        id="tab:functions",
        align="llrx",
    )
    notes = tuple(words(note[:500]) for note in student.notes[:20])
    said = (doc.Prose(T("About the files:")), doc.Bullets(notes)) if notes else ()
    return doc.Section(T("Overview"), (table, *said), id="sec:overview")


def _codes(grade: FunctionGrade) -> doc.Inlines:
    inlines: list[doc.Inline] = []
    for defect in grade.defects:
        inlines += [doc.Text(", ")] if inlines else []
        inlines += [doc.Code(defect.code)]
        inlines += [doc.Text(" (minor)")] if defect.severity == "minor" else []
    return tuple(inlines)


def _section(index: int, grade: FunctionGrade, submission: Submission) -> doc.Section:
    lead = (
        doc.Badge(TONE[grade.status], SAID[grade.status]),
        *T(" {got} of {most} points.", got=points(points_of(grade)), most=points(grade.max_points)),
    )
    called = grade.defined_as and grade.defined_as != grade.function
    alias = T(" In the hand-in it is called {name}.", name=grade.defined_as) if called else ()
    mistakes = tuple(block for defect in grade.defects for block in _defect(defect, submission))
    notes = tuple(words(note) for note in grade.notes[:20])
    body = (doc.Prose((*lead, *alias)), *mistakes, *((doc.Bullets(notes),) if notes else ()))
    return doc.Section((doc.Code(grade.function),), body, id=f"sec:function-{index}")


def _defect(defect: Defect, submission: Submission) -> tuple[doc.Block, ...]:
    tone: doc.Tone = "warn" if defect.severity == "minor" else "fail"
    # A message can quote many lines of a student; the title of a callout is no place for them.
    body: tuple[doc.Block, ...] = (doc.Prose(words(defect.message)),)
    if defect.places is not None:
        where = doc.Prose(T("In {place}:", place=defect.places[0]))
        body = (*body, where, *_lines(defect, submission))
    if defect.evidence is not None:
        body = (*body, *_evidence(defect.evidence))
    minor = T(" (minor)") if defect.severity == "minor" else ()
    return (doc.Callout(tone, (doc.Code(defect.code), *minor), body),)


def _evidence(evidence: Evidence) -> tuple[doc.Block, ...]:
    inputs = "\n".join(_assignment(name, value) for name, value in evidence.inputs)
    listings = [(T("With the input"), inputs), (T("expected is"), evidence.expected)]
    listings.append((T("and what came is"), evidence.got))
    blocks = [
        block
        for said, text in listings
        if text
        for block in (doc.Prose(said), doc.Listing(_cut(text), lang="text"))
    ]
    return (doc.Prose((doc.Strong("What must hold: "), *words(evidence.violated))), *blocks)


def _assignment(name: str, value: str) -> str:
    """`name = value`, the further lines of a matrix below its first."""
    start = f"{name} = "
    return start + value.replace("\n", "\n" + " " * len(start))


def _lines(defect: Defect, submission: Submission) -> tuple[doc.Listing, ...]:
    """The student's own lines, with a few around; nothing if they are not found."""
    assert defect.places is not None
    first, last = defect.places
    for file in submission.files:
        for cell in file.cells:
            if (file.path, cell.number) != (first.path, first.cell):
                continue
            lines = cell.text.splitlines()
            start = max(1, first.line - LINES_AROUND)
            end = min(len(lines), max(first.line, last.line) + LINES_AROUND, start + MOST_LINES - 1)
            code = "\n".join(line[:200] for line in lines[start - 1 : end])
            marked = tuple(range(first.line - start + 1, min(last.line, end) - start + 2))
            return (doc.Listing(_cut(code), highlight=marked),) if code.strip() else ()
    return ()


def _cut(text: str) -> str:
    shown = visible(text[:LONGEST_LISTING])
    return (
        shown if len(text) <= LONGEST_LISTING else f"{shown}\n[{len(text) - LONGEST_LISTING} more characters]"
    )


def _made(student: StudentGrade, book: Gradebook) -> doc.Section:
    text = T(
        "Each function was judged alone, by the properties it must have, on random inputs of seed {seed}; "
        "it ran apart from the grader, in a sandbox of level {level}. Proofs and explanations in words are "
        "not judged here. Something unfair? Show this page and the hand-in {id} to your instructor.",
        seed=book.seed,
        level=book.sandbox,
        id=student.id,
    )
    return doc.Section(T("How this was judged"), (doc.Prose(text),), id="sec:made")
