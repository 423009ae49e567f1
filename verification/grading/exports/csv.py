"""`grades.csv`: one line a student, points and status of each function; empty points mean no verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from verification.grading.exporter import Exporter, File, Material, cell, number, summary
from verification.grading.gradebook import points_of


def _write(material: Material) -> Iterator[File]:
    students = material.gradebook.students
    names = [grade.function for grade in students[0].functions] if students else []
    text = io.StringIO()
    writer = csv.writer(text)
    heads = [head for name in names for head in (f"{name} points", f"{name} status")]
    writer.writerow(map(cell, ["id", "name", "points", "max points", *heads, "remarks"]))
    for student in students:
        verdicts = [c for grade in student.functions for c in (number(points_of(grade)), grade.status)]
        row = [cell(student.id), cell(student.name), number(student.points), number(student.max_points)]
        writer.writerow([*row, *verdicts, cell(summary(student))])
    yield "grades.csv", text.getvalue().encode()


EXPORTER = Exporter("csv", "one table of all grades", _write)
