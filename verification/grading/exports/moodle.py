"""Moodle: the instructor's own grading worksheet, filled in, and a zip of feedback files to upload.

The worksheet's column names are in the language of the site, so columns are found by the names Moodle's
translations use. Rows are matched by the number in the student's folder, `Fullname_ID_assignsubmission_file`,
which the worksheet writes as "Participant ID". Whatever is not filled in stays as it was downloaded.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from algorithms.errors import InputError
from verification.grading.exporter import Exporter, Material, cell, number, summary
from verification.grading.gradebook import StudentGrade

FOLDER = re.compile(r"_(\d+)_assignsubmission_")
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
NO_DATE = (1980, 1, 1, 0, 0, 0)


def _write(material: Material) -> Mapping[str, bytes]:
    files = {"moodle-feedback.zip": _feedback(material)}
    if material.worksheet is not None:
        files["moodle-worksheet.csv"] = _filled(material.worksheet, material.gradebook.students)
    return files


def _feedback(material: Material) -> bytes:
    """A folder a student, named as in the download."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in material.gradebook.students:
            info = zipfile.ZipInfo(f"{_safe(student.folder) or student.id}/feedback.html", NO_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, material.page(student.id))
    return content.getvalue()


def _safe(folder: str) -> str:
    """The folder's name, or nothing if it would leave the archive."""
    name = folder.strip("/").rsplit("/", 1)[-1]
    return "" if name in (".", "..") or "\\" in name or "\0" in name else name


def _filled(worksheet: Path, students: Sequence[StudentGrade]) -> bytes:
    head, rows = _read(worksheet)
    identifier = _column(head, IDENTIFIER, "identifier", worksheet)
    grade = _column(head, GRADE, "grade", worksheet)
    names = [name.strip().lower() for name in head]
    comments = next((names.index(name) for name in COMMENTS if name in names), None)
    by_number = {found[1]: s for s in students if (found := FOLDER.search(s.folder)) is not None}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    for row in rows:
        digits = re.search(r"(\d+)\s*$", row[identifier]) if len(row) == len(head) else None
        student = by_number.get(digits[1]) if digits is not None else None
        if student is not None and student.points is not None:
            row[grade] = number(student.points)
            if comments is not None:
                row[comments] = cell(summary(student))
        writer.writerow(row)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _read(worksheet: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = worksheet.read_text(encoding="utf-8-sig")
        head, *rows = csv.reader(io.StringIO(text, newline=""))
    except OSError as error:
        raise InputError(f"cannot read the worksheet {worksheet}: {error.strerror}; check the path") from None
    except (ValueError, csv.Error):
        raise InputError(
            f"the worksheet {worksheet} is no CSV file; give the one downloaded from Moodle"
        ) from None
    return head, rows


def _column(head: Sequence[str], known: Sequence[str], what: str, worksheet: Path) -> int:
    names = [name.strip().lower() for name in head]
    for name in known:
        if name in names:
            return names.index(name)
    raise InputError(
        f"the worksheet {worksheet} has no column for the {what}; expected {known[0]!r} or a translation, "
        f"got {', '.join(head)}"
    )


EXPORTER = Exporter("moodle", "Moodle's worksheet and feedback files", _write)
