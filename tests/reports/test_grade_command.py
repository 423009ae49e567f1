"""`ksquared grade` from the command line: one clear line for bad input, an honest end to a good run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from algorithms.errors import InputError
from reports import cli, grade_view
from verification.grading import run
from verification.grading.rubric import load_rubric
from verification.grading.rubric_texts import default_rubric, json_schema
from verification.grading.sandbox.doctor import Diagnosis
from verification.grading.sandbox.levels import NOT_CONFINED, confining_levels
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker

RUBRIC = "[functions.loss]\npoints = 4\n"
LOSS = """
import numpy as np

def loss(values, ixs, Q, P, reg_lambda):
    fit = np.sum((values - Q.dot(P)[ixs]) ** 2)
    return fit + reg_lambda * (np.sum(Q ** 2) + np.sum(P ** 2))
"""
ENDLESS = "def loss(v, i, Q, P, r):\n    while True: pass\n"
MARK = "open({path!r}, 'w').write('it was run')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class of two, one right and one wrong, and a rubric of one function."""
    for name, source in (("anna", LOSS), ("eve", LOSS.replace("reg_lambda * (", "0 * ("))):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "hand_in.py").write_text(source)
    (tmp_path / "rubric.toml").write_text(RUBRIC)
    return tmp_path


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One for all tests, at the best level there is: to start one takes a second or two."""
    for level in (*confining_levels(), NOT_CONFINED):
        try:
            started = Worker(level, Policy())
        except InputError:
            continue
        with started:
            yield started
        return


@pytest.fixture
def examined(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is not attacked first, which takes seconds and has tests of its own."""
    diagnosis = Diagnosis(worker.level, worker.layers, (), ())
    monkeypatch.setattr(worker, "close", lambda: None)
    monkeypatch.setattr(grade_view, "examined_worker", lambda *_, **__: (diagnosis, worker))


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("something was run")

    monkeypatch.setattr(grade_view, "examined_worker", forbidden)
    monkeypatch.setattr(grade_view, "Worker", forbidden)


def grade(folder: Path, *options: str) -> int:
    given = [str(folder / "class"), "--out", str(folder / "out"), "--rubric", str(folder / "rubric.toml")]
    return cli.run(["grade", *given, "--jobs", "1", *options])


def scores(folder: Path) -> dict[str, float | None]:
    return {
        path.stem: json.loads(path.read_text())["score"] for path in (folder / "out/feedback").glob("*.json")
    }


@pytest.mark.usefixtures("examined")
def test_a_class_is_graded_and_a_wrong_answer_is_no_error_of_the_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert grade(folder, "--exports", "csv,gradescope,moodle,junit", "--seed", "3") == 0
    assert scores(folder) == {"anna": 4.0, "eve": 0.0}
    written = {str(p.relative_to(folder / "out")) for p in (folder / "out").rglob("*") if p.is_file()}
    assert written == {
        *("index.html", "journal.jsonl", "grades.csv", "junit.xml", "moodle-feedback.zip"),
        *(f"feedback/{name}.{kind}" for name in ("anna", "eve") for kind in ("html", "json", "md")),
        *(f"gradescope/{name}/results.json" for name in ("anna", "eve")),
    }
    said = capsys.readouterr()
    assert "2 of 2 hand-ins graded" in said.out
    assert "sandbox: level" in said.out
    assert "grading 2 hand-ins" in said.err


@pytest.mark.usefixtures("examined")
def test_resuming_takes_seed_and_grades_from_the_journal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert grade(folder, "--quiet") == 0
    before = (folder / "out/index.html").read_bytes()
    monkeypatch.setattr(run, "_grade_submission", None)  # grading again would be an error
    assert grade(folder, "--resume", "--quiet") == 0
    assert (folder / "out/index.html").read_bytes() == before
    assert capsys.readouterr() == ("", "")
    assert grade(folder, "--resume", "--seed", "1") == 2
    assert "leave --seed out" in capsys.readouterr().err


@pytest.mark.usefixtures("examined")
def test_an_error_of_the_grader_is_status_1_and_no_score(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_grade_submission", None)
    assert grade(folder, "--quiet") == 1
    assert scores(folder) == {"anna": None, "eve": None}
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == 2
    assert complaints[0].startswith("ksquared: anna: no verdict on loss: the grader failed: TypeError")


@pytest.mark.usefixtures("examined")
def test_a_hand_in_that_cannot_be_read_is_named_and_the_exit_status_tells(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "class/max").mkdir()
    (folder / "class/max/work.pdf").write_bytes(b"%PDF")
    (folder / "class/nobody").mkdir()
    assert grade(folder, "--quiet") == 1
    assert scores(folder) == {"anna": 4.0, "eve": 0.0, "max": None}
    (complaint,) = capsys.readouterr().err.splitlines()
    assert complaint.startswith("ksquared: max: no verdict on loss: no notebook or Python file")
    assert "work.pdf (a PDF)" in complaint
    assert "nobody is empty: nothing handed in" in (folder / "out/index.html").read_text()


@pytest.mark.parametrize("when", ["examining the sandbox", "grading 3 hand-ins"])
def test_ctrl_c_ends_everything_and_says_how_to_go_on(folder: Path, when: str) -> None:
    """At the start, and while students' functions run that never end."""
    for name in ("anna", "eve", "max"):
        (folder / "class" / name).mkdir(exist_ok=True)
        (folder / "class" / name / "hand_in.py").write_text(
            "def loss(v, i, Q, P, r):\n    while True: pass\n"
        )
    command = [sys.executable, "-m", "reports.cli", "grade", str(folder / "class"), "--jobs", "2"]
    options = ["--out", str(folder / "out"), "--rubric", str(folder / "rubric.toml")]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while not process.stderr.readline().startswith(when):
        assert process.poll() is None
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    # Long before the 20 s that each of the calls may take, and with no second Ctrl-C.
    said = process.communicate(timeout=15)[1]
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert ("add --resume" in said) == when.startswith("grading")
    assert psutil.wait_procs(children, timeout=5)[1] == []


@pytest.mark.usefixtures("examined")
def test_interrupted_it_says_how_to_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(grade_view, "grade_class", interrupt)
    with pytest.raises(SystemExit, match="130"):
        grade(folder, "--quiet")
    assert "add --resume" in capsys.readouterr().err


@pytest.mark.usefixtures("nothing_runs")
def test_list_shows_what_is_recognized_and_runs_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = folder / "mark"
    (folder / "class/eve/hand_in.py").write_text(MARK.format(path=str(mark)) + "def other(): pass\n")
    (folder / "class/[red]max\x1b[31m").mkdir()
    (folder / "class/[red]max\x1b[31m/work.pdf").write_bytes(b"%PDF")
    assert grade(folder, "--list") == 0
    out = capsys.readouterr().out
    assert "hand-ins: 3; laid out as: folders" in out
    assert "1 of 1" in out
    assert "0 of 1 (not: loss)" in out
    assert "work.pdf (a PDF)" in out
    assert "[red]max" in out
    assert "\x1b" not in out
    assert not mark.exists()
    assert not (folder / "out").exists()


@pytest.mark.usefixtures("nothing_runs")
def test_the_initial_rubric_is_the_default_one_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "course.toml"
    assert cli.run(["grade", "--init-rubric", "--rubric", str(path)]) == 0
    assert load_rubric(path) == default_rubric()
    assert json.loads((tmp_path / "rubric.schema.json").read_text()) == json_schema()
    assert path.read_text().startswith("#:schema ./rubric.schema.json\n")
    path.write_text("mine")
    assert cli.run(["grade", "--init-rubric", "--rubric", str(path)]) == 2
    assert path.read_text() == "mine"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([], "expected a folder, zip, notebook or script with hand-ins, got none"),
        (["{0}/nowhere"], "there is no file or folder"),
        (["{0}/empty"], "no hand-ins in"),
        (["{0}/class", "--out", "{0}/rubric.toml"], "expected a folder, but"),
        (["{0}/class", "--rubric", "{0}/nowhere.toml"], "cannot read the rubric"),
        (["{0}/class", "--rubric", "{0}/unknown.toml"], "there is no criterion 'sudoku'"),
        (["{0}/class", "--rubric", "{0}/negative.toml"], "points must be a number from 0"),
        (["{0}/class", "--exports", "csv,excel"], "there is no 'excel'"),
        (["{0}/class", "--worksheet", "{0}/rubric.toml"], "--exports moodle"),
        (["{0}/class", "--exports", "moodle", "--worksheet", "{0}/no.csv"], "there is no file"),
        (["{0}/class", "--jobs", "0"], "--jobs"),
        (["{0}/class", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:9"], "not both"),
        (["{0}/class", "--python", "{0}/python"], "--python: there is no interpreter"),
        (
            ["{0}/class", "--exports", "moodle,canvas", "--worksheet", "{0}/rubric.toml"],
            "of one platform only",
        ),
        (["{0}/class", "--exports", "canvas", "--worksheet", "{0}/rubric.toml"], "has no column for the"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_clear_line_and_status_2(
    options: list[str],
    complaint: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    (folder / "empty").mkdir()
    (folder / "unknown.toml").write_text("[functions.sudoku]\npoints = 1\n")
    (folder / "negative.toml").write_text("[functions.loss]\npoints = -1\n")
    assert cli.run(["grade", *(option.format(folder) for option in options)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert complaint in said.err
    assert not (folder / "grades").exists()


def environment(folder: Path, *packages: str) -> str:
    """The interpreter of a new environment that sees these folders of packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "packages.pth").write_text("".join(f"{path}\n" for path in packages))
    return str(folder / "bin" / "python")


def test_an_interpreter_without_numpy_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = environment(folder / "bare")
    assert grade(folder, "--quiet", "--python", python) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cannot import numpy" in said
    assert "expected one of Python 3.8 or newer with numpy" in said
    assert not (folder / "out").exists()


def test_submissions_run_under_the_interpreter_that_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = environment(folder / "other", sysconfig.get_paths()["purelib"])
    started: list[Policy] = []

    def examine(policy: Policy, **_: object) -> tuple[Diagnosis, Worker]:
        started.append(policy)
        diagnosis = Diagnosis(NOT_CONFINED, ("test",), (), (), (("numpy", "9.9"),))
        return diagnosis, Worker(NOT_CONFINED, policy)

    monkeypatch.setattr(grade_view, "examined_worker", examine)
    (folder / "rubric.toml").write_text(RUBRIC + '[requires]\nnumpy = "1.26"\n')
    source = LOSS + f"import sys\nassert sys.executable == {python!r}, sys.executable\n"
    (folder / "class/anna/hand_in.py").write_text(source)
    assert grade(folder, "--quiet", "--python", python, "--i-trust-this-code") == 0
    assert [policy.python for policy in started] == [python]
    assert scores(folder) == {"anna": 4.0, "eve": 0.0}
    assert "the rubric asks for numpy 1.26 (here it is 9.9); name an interpreter" in capsys.readouterr().err
    content = json.loads((folder / "out/feedback/eve.json").read_text())
    assert "the rubric asks for numpy 1.26" in content["functions"]["loss"]["notes"][-1]


@pytest.mark.usefixtures("nothing_runs")
def test_nothing_to_resume_is_one_clear_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade(folder, "--resume", "--quiet") == 2
    assert "there is no run to go on with" in capsys.readouterr().err
    assert not (folder / "out").exists()
