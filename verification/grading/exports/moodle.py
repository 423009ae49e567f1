"""Moodle: the instructor's own grading worksheet, filled in, and a zip of feedback files to upload.

The worksheet's column names are in the language of the site, so columns are found by the names Moodle's
translations use. Rows are matched by the number in the name of the student's folder or file,
`Fullname_ID_assignsubmission_file`, which the worksheet writes as "Participant ID". Whatever is not filled in
stays as it was downloaded.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence

from verification.grading.exporter import Exporter, File, Material, cell, number, summary
from verification.grading.gradebook import StudentGrade
from verification.grading.worksheet import Worksheet, read_worksheet

IDENTIFIER = ("identifier", "id", "identifiant", "identificador", "identificativo", "identificatie")
GRADE = ("grade", "bewertung", "note", "calificación", "valutazione", "cijfer", "nota")
COMMENTS = (
    "feedback comments",
    "feedback als kommentar",
    "feedback par commentaires",
    "comentarios de retroalimentación",
    "commenti",
    "feedbackopmerkingen",
)
LARGE_ZIP = 40 << 20
"""Bytes after which another zip is begun: sites limit what can be uploaded, often to 50 or 64 MB."""
NO_DATE = (1980, 1, 1, 0, 0, 0)


def _write(material: Material) -> Iterator[File]:
    if material.worksheet is not None:
        worksheet = read_worksheet(material.worksheet, "Moodle")
        yield "moodle-worksheet.csv", _filled(worksheet, material.gradebook.students)
    for part, content in enumerate(_feedback(material), start=1):
        yield ("moodle-feedback.zip" if part == 1 else f"moodle-feedback-{part}.zip"), content


def _feedback(material: Material) -> Iterator[bytes]:
    """A folder a student, named as in the download; in zips that a site takes."""
    content = io.BytesIO()
    archive = zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED)
    for student in material.gradebook.students:
        if content.tell() > LARGE_ZIP:
            archive.close()
            yield content.getvalue()
            content = io.BytesIO()
            archive = zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED)
        info = zipfile.ZipInfo(f"{_safe(student.folder) or student.id}/feedback.html", NO_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, material.page(student.id))
    archive.close()
    yield content.getvalue()


def _safe(folder: str) -> str:
    """The folder's name, or nothing if it would leave the archive."""
    name = folder.strip("/").rsplit("/", 1)[-1]
    return "" if name in (".", "..") or "\\" in name or "\0" in name else name


def _filled(worksheet: Worksheet, students: Sequence[StudentGrade]) -> bytes:
    identifier = worksheet.column(IDENTIFIER, "identifier")
    grade = worksheet.column(GRADE, "grade")
    comments = worksheet.find(COMMENTS)
    by_number = {student.number: student for student in students if student.number}
    rows = []
    for row in worksheet.rows:
        filled = list(row)
        digits = re.search(r"(\d+)\s*$", row[identifier]) if len(row) == len(worksheet.head) else None
        student = by_number.get(digits[1]) if digits is not None else None
        if student is not None and student.points is not None:
            filled[grade] = number(student.points)
            if comments is not None:
                filled[comments] = cell(summary(student))
        rows.append(filled)
    return worksheet.rewritten(rows)


EXPORTER = Exporter(
    "moodle", "Moodle's worksheet and feedback files", _write, worksheet="grading worksheet of Moodle"
)
