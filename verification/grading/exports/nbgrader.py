"""nbgrader: the tree in which `nbgrader release_feedback` looks, and a table as `nbgrader export` writes it.

    nbgrader/feedback/{student}/{assignment}/{notebook}.html     a page for each notebook that was handed in
    nbgrader/grades.csv

A table of nbgrader says 0 for who handed in nothing; here a score is empty as long as a verdict is missing.
Source: nbgrader's user guide (structure of a course folder) and its class CsvExportPlugin.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from verification.grading.exporter import Exporter, File, Material, cell, number
from verification.grading.submission import Submission

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
WITHOUT_NOTEBOOK = "feedback"


def _write(material: Material) -> Iterator[File]:
    yield "nbgrader/grades.csv", _table(material)
    for submission in material.submissions:
        page = material.page(submission.id)
        student = _safe(submission.folder) or submission.id
        for assignment, notebook in _notebooks(submission, material.assignment):
            yield f"nbgrader/feedback/{student}/{assignment}/{notebook}.html", page


def _notebooks(submission: Submission, assignment: str) -> list[tuple[str, str]]:
    """Assignment and name of each notebook; a hand-in that is laid out otherwise has the assignment given."""
    found = []
    for file in submission.files:
        path = PurePosixPath(file.path)
        parts = path.parts
        where = parts.index("submitted") if "submitted" in parts[:2] else len(parts)
        own = parts[where + 2] if where + 3 < len(parts) else assignment
        if file.kind == "notebook":
            found.append((_safe(own) or "homework", _safe(path.stem) or WITHOUT_NOTEBOOK))
    return found or [(_safe(assignment) or "homework", WITHOUT_NOTEBOOK)]


def _table(material: Material) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    handed_in = {submission.id: submission for submission in material.submissions}
    for student in material.gradebook.students:
        submission = handed_in.get(student.id)
        known = _notebooks(submission, material.assignment) if submission is not None else []
        row = {
            "assignment": cell(known[0][0] if known else material.assignment),
            "student_id": cell(_safe(student.folder) or student.id),
            "raw_score": number(student.points),
            "late_submission_penalty": "0",
            "score": number(student.points),
            "max_score": number(student.max_points),
        }
        writer.writerow(row)
    return text.getvalue().encode()


def _safe(name: str) -> str:
    """A part of a path that leads nowhere else; nothing if little is left of it."""
    kept = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", name).strip()[:100]
    return "" if kept.strip(".") == "" else kept


EXPORTER = Exporter("nbgrader", "nbgrader's feedback tree and table", _write)
