"""Canvas: the instructor's own exported gradebook, filled in; without one, the columns its import asks for.

The import wants a column Student, one ID, one Section, and columns of assignments; it knows an assignment by
the number in brackets after its title, and makes a new one for a title it does not know. A row "Points
Possible" stands before the students. Whatever is not filled in stays as it was downloaded.
Source: the gradebook importer of Canvas, lib/gradebook_importer.rb, and its guide for instructors.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from algorithms.errors import InputError
from verification.grading.exporter import Exporter, File, Material, cell, number
from verification.grading.gradebook import StudentGrade
from verification.grading.worksheet import Worksheet, read_worksheet

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
NO_ASSIGNMENT = re.compile(
    r"(Last ?Name|First ?Name|Student|ID|SIS .*|Integration ID|Root Account|Section|Notes"
    r"|.*(Current|Final|Override) (Score|Points|Grade|Status).*|.*\(read only\))",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(.*?)\s*\((\d+)\)\s*", re.DOTALL)


def _write(material: Material) -> Iterator[File]:
    students = material.gradebook.students
    if material.worksheet is None:
        yield "canvas.csv", _from_nothing(students, material.assignment)
    else:
        worksheet = read_worksheet(material.worksheet, "Canvas")
        yield "canvas.csv", _filled(worksheet, students, material.assignment)


def _from_nothing(students: Sequence[StudentGrade], assignment: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, cell(assignment)])
    most = students[0].max_points if students else None
    writer.writerow(["    Points Possible", "", "", "", "", number(most)])
    for student in students:
        if student.points is not None:
            writer.writerow([cell(student.name), student.number, "", "", "", number(student.points)])
    return text.getvalue().encode()


def _filled(worksheet: Worksheet, students: Sequence[StudentGrade], assignment: str) -> bytes:
    identifier = worksheet.column(("id",), "student's number")
    grade = _assignment(worksheet, assignment)
    by_number = {student.number: student for student in students if student.number}
    rows = []
    for row in worksheet.rows:
        filled = list(row)
        student = by_number.get(row[identifier].strip()) if len(row) == len(worksheet.head) else None
        if student is not None and student.points is not None:
            filled[grade] = number(student.points)
        rows.append(filled)
    return worksheet.rewritten(rows)


def _assignment(worksheet: Worksheet, assignment: str) -> int:
    """The column of the assignment: by title or number, or the only one there is. Raises InputError."""
    columns = {
        index: name for index, name in enumerate(worksheet.head) if not NO_ASSIGNMENT.fullmatch(name.strip())
    }
    found = [index for index, name in columns.items() if assignment in (name, *_title_and_number(name))]
    if len(found) == 1:
        return found[0]
    if not found and len(columns) == 1:
        return next(iter(columns))
    raise InputError(
        f"the worksheet {worksheet.path} has {len(found) or 'no'} columns for the assignment {assignment!r}; "
        f"give --assignment one of {', '.join(columns.values())[:300] or '(there is none)'}"
    )


def _title_and_number(name: str) -> tuple[str, ...]:
    """`Homework 12 (4711)` is known as "Homework 12" and as "4711"."""
    match = NUMBERED.fullmatch(name)
    return () if match is None else match.groups()


EXPORTER = Exporter("canvas", "Canvas's gradebook", _write, worksheet="gradebook exported from Canvas")
