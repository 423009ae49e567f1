"""What grades the exercises: rubrics, autograders for Gradescope, and the command that writes it all."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from reports import cli, environment
from reports.notebooks import autograder, data, execution, notebook, own_wheel
from reports.notebooks.exercise import exercise_ids, load_exercise
from reports.notebooks.rubric import rubric_text
from verification.grading.answers import find_answers
from verification.grading.intake.read import read_class
from verification.grading.rubric import parse_rubric

IDS = exercise_ids()


@pytest.mark.parametrize("name", IDS)
def test_the_rubric_counts_the_tasks_and_names_the_answers(name: str) -> None:
    exercise, text = load_exercise(name), rubric_text(load_exercise(name))
    rubric = parse_rubric(text)
    assert {task.name: task.points for task in rubric.tasks if task.points} == {
        task.name: task.points for task in exercise.tasks
    }
    assert [(answer.name, answer.points, answer.text.strip()) for answer in rubric.answers] == [
        (answer.name, answer.points, answer.text) for answer in exercise.answers
    ]


@pytest.mark.parametrize("name", IDS)
def test_answers_are_found_where_they_were_asked_for(name: str, tmp_path: Path) -> None:
    exercise = load_exercise(name)
    solved = notebook.solution_notebook(exercise, {part.name: [] for part in exercise.parts})
    (tmp_path / "someone").mkdir()
    (tmp_path / "someone" / f"{name}.ipynb").write_bytes(solved)
    (submission,) = read_class([tmp_path]).submissions
    written = find_answers(submission, parse_rubric(rubric_text(exercise)).answers)
    assert list(written) == [answer.name for answer in exercise.answers]
    for answer in exercise.answers:
        assert answer.question in written[answer.name].text
        assert written[answer.name].text.endswith(answer.text)  # and nothing of what is asked next


def test_the_autograder_has_what_gradescope_asks_for() -> None:
    content = autograder.bundle(load_exercise("derivations"))
    assert content == autograder.bundle(load_exercise("derivations"))
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        for name in ("setup.sh", "run_autograder"):
            assert bundle.read(name).startswith(b"#!/usr/bin/env bash\n")
            assert bundle.getinfo(name).external_attr >> 16 & 0o111
        rubric = tomllib.loads(bundle.read("rubric.toml").decode())
        assert "sum_of_mixtures" in rubric["functions"]
        pins = bundle.read("constraints.txt").decode().split()
        (wheel,) = [name for name in bundle.namelist() if name.endswith(".whl")]
        assert wheel == f"ksquared-{environment.version()}-py3-none-any.whl"
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    assert {"numpy", "scipy", "typst"} <= {pin.split("==")[0] for pin in pins}


def test_the_wheel_in_the_autograder_is_this_very_program(tmp_path: Path) -> None:
    name, content = own_wheel.own_wheel()
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        assert not [file for file in wheel.namelist() if file.endswith((".so", ".pyc"))]
        wheel.extractall(tmp_path)
    (record,) = tmp_path.glob("*.dist-info/RECORD")
    assert len(record.read_text().splitlines()) == sum(path.is_file() for path in tmp_path.rglob("*"))
    code = "import sys; from reports.cli import run; sys.exit(run(sys.argv[1:]))"
    said = subprocess.run(
        [sys.executable, "-c", code, "--version"],
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["ksquared", name.split("-")[1]]


@pytest.mark.full
@pytest.mark.parametrize("hand_in", ["solution", "student"])
def test_the_autograder_writes_the_results_that_gradescope_reads(hand_in: str, tmp_path: Path) -> None:
    exercise = load_exercise("derivations")
    with zipfile.ZipFile(io.BytesIO(autograder.bundle(exercise))) as bundle:
        bundle.extractall(tmp_path / "source")
    for folder in ("submission", "venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    solved = notebook.solution_notebook(exercise, {part.name: [] for part in exercise.parts})
    content = solved if hand_in == "solution" else notebook.student_notebook(exercise)
    (tmp_path / "submission/my work.ipynb").write_bytes(content)
    (tmp_path / "submission/notes.txt").write_text("no code")
    program = tmp_path / "venv/bin/ksquared"
    program.write_text(f"#!{sys.executable}\nfrom reports.cli import main\nmain()\n")
    program.chmod(0o755)
    environment_ = {"AUTOGRADER_ROOT": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", tmp_path / "source/run_autograder"], env=environment_, check=True, timeout=200)
    results = json.loads((tmp_path / "results/results.json").read_text())
    most = sum(task.points for task in exercise.tasks)
    assert results["score"] == (most if hand_in == "solution" else 0)
    assert [test["name"] for test in results["tests"]] == [task.name for task in exercise.tasks]
    assert sum(test["max_score"] for test in results["tests"]) == most


# The command, and what goes wrong


def test_the_command_writes_three_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        execution, "execute", lambda exercise, _: {p.name: [] for p in exercise.parts if p.is_code}
    )
    assert cli.run(["notebooks", "derivations", "--out", str(tmp_path / "out"), "--quiet"]) == 0
    written = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*"))
    beside = sorted(data.bundled())
    assert written == sorted(
        [
            "grading/derivations-gradescope.zip",
            "grading/derivations.toml",
            *(
                f"{folder}/{file}"
                for folder in ("solution", "student")
                for file in (*beside, "derivations.ipynb")
            ),
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["knitting"], "expected some of clustering_and_sampling, derivations"),
        (["mine.ipynb"], "for PDF add --pdf"),
        (["--pdf", "missing.ipynb"], "cannot read missing.ipynb"),
        (["derivations", "--out", "taken"], "expected a folder"),
    ],
)
def test_a_bad_call_is_one_line(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file")
    assert cli.run(["notebooks", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert says in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
