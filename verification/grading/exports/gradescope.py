"""Gradescope: one `results.json` a student, as its autograder documentation describes.

A hand-in with a function that has no verdict gets no file: Gradescope then reports a failed autograder, and
not a score that would count the missing verdict as zero.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from verification.grading.exporter import Exporter, File, Material, told
from verification.grading.findings import FunctionGrade
from verification.grading.gradebook import Sandbox, StudentGrade


def _write(material: Material) -> Iterator[File]:
    book = material.gradebook
    for student in book.students:
        if student.points is not None:
            content = json.dumps(results(student, book.sandbox), indent=1).encode()
            yield f"gradescope/{student.id}/results.json", content


def results(student: StudentGrade, sandbox: Sandbox) -> dict[str, Any]:
    """The content of `results.json`."""
    return {
        "score": student.points,
        "output": f"Graded in a sandbox of level {sandbox}.",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(number, grade) for number, grade in enumerate(student.functions, start=1)],
    }


def _test(number: int, grade: FunctionGrade) -> dict[str, Any]:
    return {
        "score": grade.points,
        "max_score": grade.max_points,
        "status": "passed" if grade.status == "correct" else "failed",
        "name": grade.function,
        "name_format": "text",
        "number": str(number),
        "output": told(grade) or grade.status,
        "output_format": "text",
        "tags": [grade.status, *(defect.code for defect in grade.defects)],
        "visibility": "visible",
    }


EXPORTER = Exporter("gradescope", "results.json for each student", _write)
