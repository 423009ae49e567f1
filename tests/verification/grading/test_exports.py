"""Exports: the structure other programs document, no zero without a verdict, no formula from a student."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sample_grades import BOOK, HOSTILE, OPEN_STUDENT, RIGHT_STUDENT, SUBMISSION, WRONG_STUDENT

from algorithms.errors import InputError
from verification.grading.exporter import Material, cell, exporter_ids, load_exporter
from verification.grading.exports import moodle
from verification.grading.submission import Cell, SourceFile, Submission

PATH = "submitted/anna/ex 12/part/{}.ipynb"
ANNAS = Submission(
    "anna",
    "Anna",
    tuple(SourceFile(PATH.format(name), "notebook", (Cell(1, "code", name),)) for name in ("one", "../two")),
    folder="anna",
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 11 (70),Homework 12 (71),Current Score,Final Grade"
    "\n"
    "    Points Possible,,,,,10,15,(read only),(read only)\n"
    '"Eve, =x",12,,eve,A,3,,1,F\n'
    '"A, Anna",11,,anna,A,9,2,1,F\n'
    '"O, Olga",13,,olga,A,8,,1,F\n'
    '"Student, Test",,,x,A,,,,\n'
)
GERMAN = (
    "ID,Vollständiger Name,Status,Bewertung,Bestwertung,Feedback als Kommentar\n"
    "Teilnehmer/in12,=Eve,Abgegeben,-,15,\n"
    "Teilnehmer/in11,Anna,Abgegeben,-,15,\n"
    "Teilnehmer/in13,Olga,Abgegeben,-,15,\n"
    "Teilnehmer/in99,Nobody,,-,15,\n"
)


def exported(name: str, worksheet: Path | None = None, assignment: str = "homework") -> dict[str, bytes]:
    material = Material(BOOK, lambda id: f"page of {id}".encode(), (ANNAS, SUBMISSION), worksheet, assignment)
    files = list(load_exporter(name).write(material))
    assert len(files) == len(dict(files)), "a file is written twice"
    return dict(files)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", exporter_ids())
def test_every_export_takes_the_whole_class_and_names_files_safely(name: str) -> None:
    files = exported(name)
    assert files
    for path in files:
        assert not path.startswith("/")
        assert ".." not in path.split("/")


def test_an_unknown_export_is_one_clear_line() -> None:
    with pytest.raises(InputError, match="no 'excel'; choose from canvas, csv, gradescope, junit, "):
        load_exporter("excel")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@S(1)", " =1", "\t=1", "\n=1", "\x00=1", "＝1", "＠x"])
def test_a_cell_never_begins_like_a_formula(text: str) -> None:
    assert cell(text)[0] in "'\N{REPLACEMENT CHARACTER}"


def test_the_table_has_a_line_a_student_and_no_points_without_a_verdict() -> None:
    table = list(csv.DictReader(io.StringIO(exported("csv")["grades.csv"].decode())))
    assert [(row["id"], row["points"], row["max points"]) for row in table] == [
        ("anna", "15", "15"),
        ("eve", "5", "15"),
        ("olga", "", "15"),
    ]
    assert table[2]["kmeans points"] == ""
    assert table[2]["kmeans status"] == "grader-error"
    assert table[2]["shift_user_mean points"] == "5"
    assert table[1]["name"].startswith("'=cmd()")


def test_gradescope_gets_documented_fields_and_scores_that_add_up() -> None:
    files = exported("gradescope")
    results = json.loads(files["gradescope/eve/results.json"])
    assert set(results) <= {
        *("score", "execution_time", "output", "output_format", "test_output_format", "test_name_format"),
        *("visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
    }
    assert results["score"] == sum(test["score"] for test in results["tests"]) == WRONG_STUDENT.points
    assert "level B" in results["output"]
    for test in results["tests"]:
        assert set(test) <= {
            *("score", "max_score", "status", "name", "name_format", "number", "output"),
            *("output_format", "tags", "visibility", "extra_data"),
        }
        assert test["status"] in ("passed", "failed")
        assert test["output_format"] == "text"
    assert [test["status"] for test in results["tests"]] == ["passed", "failed"]
    assert "missing-axis" in results["tests"][1]["tags"]
    assert "\x1b" not in results["tests"][1]["output"]


def test_gradescope_gets_no_score_where_a_verdict_is_missing() -> None:
    assert set(exported("gradescope")) == {"gradescope/anna/results.json", "gradescope/eve/results.json"}


def test_junit_tells_failures_from_errors_of_the_grader() -> None:
    root = ET.fromstring(exported("junit")["junit.xml"])
    kinds = {suite.get("id"): [child.tag for case in suite for child in case] for suite in root}
    assert kinds == {"anna": [], "eve": ["failure"], "olga": ["error"]}
    counts = {s.get("id"): (s.get("tests"), s.get("failures"), s.get("errors")) for s in root}
    assert counts == {"anna": ("2", "0", "0"), "eve": ("2", "1", "0"), "olga": ("2", "0", "1")}


def test_moodle_gets_feedback_in_the_folders_of_its_download() -> None:
    with zipfile.ZipFile(io.BytesIO(exported("moodle")["moodle-feedback.zip"])) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            f"{student.folder}/feedback.html": f"page of {student.id}"
            for student in (RIGHT_STUDENT, WRONG_STUDENT, OPEN_STUDENT)
        }


def test_moodles_own_worksheet_is_filled_in_whatever_its_language(tmp_path: Path) -> None:
    worksheet = tmp_path / "Bewertungen.csv"
    worksheet.write_text(GERMAN, encoding="utf-8-sig")
    filled = exported("moodle", worksheet)["moodle-worksheet.csv"].decode("utf-8-sig")
    before, after = (list(csv.reader(io.StringIO(text))) for text in (GERMAN, filled))
    assert [row[3] for row in after[1:]] == ["5", "15", "-", "-"]
    assert after[1][5].startswith("kmeans: wrong (missing-axis)")
    # All the rest is as it was downloaded.
    assert [row[:3] + row[4:5] for row in after] == [row[:3] + row[4:5] for row in before]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"Name,Status\nAnna,x\n", "no column for the identifier"),
        (b"Identifier,Status\nParticipant 1,x\n", "no column for the grade"),
        (b"", "is no CSV file"),
        (b"\xff\xfe\x00", "is no CSV file"),
    ],
)
def test_a_worksheet_of_another_kind_is_one_clear_line(
    content: bytes, complaint: str, tmp_path: Path
) -> None:
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        exported("moodle", worksheet)


def test_canvas_own_gradebook_is_filled_in_and_nothing_else_is_changed(tmp_path: Path) -> None:
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text(CANVAS, encoding="utf-8")
    for assignment in ("Homework 12", "71", "Homework 12 (71)"):
        before, after = rows(CANVAS.encode()), rows(exported("canvas", worksheet, assignment)["canvas.csv"])
        assert [row[6] for row in after] == ["Homework 12 (71)", "15", "5", "15", "", ""]
        assert [row[:6] + row[7:] for row in after] == [row[:6] + row[7:] for row in before]


def test_canvas_gets_the_columns_its_import_asks_for() -> None:
    head, possible, *students = rows(exported("canvas", assignment="=Homework")["canvas.csv"])
    # As the importer reads them: student, number, then up to a section, then assignments.
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert head[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert head[5:] == ["'=Homework"]
    assert "Points Possible" in possible[0]
    assert possible[5] == "15"
    assert [(row[1], row[5]) for row in students] == [("11", "15"), ("12", "5")]
    assert students[1][0].startswith("'=cmd()")


@pytest.mark.parametrize(
    ("assignment", "complaint"),
    [("homework", "has no columns for the assignment 'homework'; give --assignment one of Homework 11 (70)")],
)
def test_a_gradebook_without_the_assignment_is_one_clear_line(
    assignment: str, complaint: str, tmp_path: Path
) -> None:
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text(CANVAS, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        exported("canvas", worksheet, assignment)
    assert complaint in str(caught.value)
    assert "Current Score" not in str(caught.value)


def test_the_only_assignment_of_a_gradebook_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text("Student,ID,Section,Test (3)\nAnna,11,A,\n", encoding="utf-8")
    assert rows(exported("canvas", worksheet)["canvas.csv"])[1] == ["Anna", "11", "A", "15"]


def test_nbgrader_gets_a_page_for_each_notebook_in_the_tree_it_releases_from() -> None:
    files = exported("nbgrader")
    table = files.pop("nbgrader/grades.csv")
    assert files == {
        "nbgrader/feedback/anna/ex 12/one.html": b"page of anna",
        "nbgrader/feedback/anna/ex 12/two.html": b"page of anna",
        "nbgrader/feedback/eve/homework/feedback.html": b"page of eve",
    }
    students = list(csv.DictReader(io.StringIO(table.decode())))
    assert list(students[0]) == [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    assert [(s["assignment"], s["score"], s["raw_score"], s["max_score"]) for s in students] == [
        ("ex 12", "15", "15", "15"),
        ("homework", "5", "5", "15"),
        ("homework", "", "", "15"),  # nobody has judged it: that is no 0
    ]


def test_a_hostile_folder_stays_in_nbgraders_tree() -> None:
    where = Submission("eve", "Eve", ANNAS.files, folder="../../" + HOSTILE)
    material = Material(BOOK, lambda _: b"", (where,), None, "../..")
    for path, _ in load_exporter("nbgrader").write(material):
        assert ".." not in path.split("/"), path
        assert path.startswith("nbgrader/")


def test_a_large_class_gets_several_zips_for_moodle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moodle, "LARGE_ZIP", 1)
    files = exported("moodle")
    assert sorted(files) == [f"moodle-feedback{end}.zip" for end in ("-2", "-3", "")]
    names = [zipfile.ZipFile(io.BytesIO(content)).namelist() for content in files.values()]
    assert names == [[f"{student.folder}/feedback.html"] for student in BOOK.students]
