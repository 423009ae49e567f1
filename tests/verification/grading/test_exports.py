"""Exports: the structure other programs document, no zero without a verdict, no formula from a student."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sample_grades import BOOK, OPEN_STUDENT, RIGHT_STUDENT, WRONG_STUDENT

from algorithms.errors import InputError
from verification.grading.exporter import Material, cell, exporter_ids, load_exporter

GERMAN = (
    "ID,Vollständiger Name,Status,Bewertung,Bestwertung,Feedback als Kommentar\n"
    "Teilnehmer/in12,=Eve,Abgegeben,-,15,\n"
    "Teilnehmer/in11,Anna,Abgegeben,-,15,\n"
    "Teilnehmer/in13,Olga,Abgegeben,-,15,\n"
    "Teilnehmer/in99,Nobody,,-,15,\n"
)


def exported(name: str, worksheet: Path | None = None) -> Mapping[str, bytes]:
    return load_exporter(name).write(Material(BOOK, lambda id: f"page of {id}".encode(), worksheet))


@pytest.mark.parametrize("name", exporter_ids())
def test_every_export_takes_the_whole_class_and_names_files_safely(name: str) -> None:
    files = exported(name)
    assert files
    for path in files:
        assert not path.startswith("/")
        assert ".." not in path.split("/")


def test_an_unknown_export_is_one_clear_line() -> None:
    with pytest.raises(InputError, match="no 'excel'; choose from csv, gradescope, junit, moodle"):
        load_exporter("excel")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\n=1", "\x00=1"])
def test_a_cell_never_begins_like_a_formula(text: str) -> None:
    assert cell(text)[0] in "'\N{REPLACEMENT CHARACTER}"


def test_the_table_has_a_line_a_student_and_no_points_without_a_verdict() -> None:
    rows = list(csv.DictReader(io.StringIO(exported("csv")["grades.csv"].decode())))
    assert [(row["id"], row["points"], row["max points"]) for row in rows] == [
        ("anna", "15", "15"),
        ("eve", "5", "15"),
        ("olga", "", "15"),
    ]
    assert rows[2]["kmeans points"] == ""
    assert rows[2]["kmeans status"] == "grader-error"
    assert rows[2]["shift_user_mean points"] == "5"
    assert rows[1]["name"].startswith("'=cmd()")


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
