"""The command line: exit status, what is said where, and what is left behind."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import MEAN_CHECK, broken_results, sample_results

from reports import cli, pipeline
from verification import session
from verification.level import FULL

pytestmark = pytest.mark.usefixtures("empty_figures")

FILES = ["report.html", "report.pdf", "results.json"]


@pytest.fixture
def all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: sample_results())


@pytest.fixture
def all_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: broken_results())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.usefixtures("all_well")
def test_report_writes_three_files_and_says_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "--out", str(tmp_path / "out")]) == 0
    assert names(tmp_path / "out") == FILES
    printed = capsys.readouterr().out
    for file in FILES:
        assert str(tmp_path / "out" / file) in printed
    assert "1 of 1 proved" in printed


@pytest.mark.usefixtures("all_broken")
def test_what_is_wrong_is_written_named_and_ends_in_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "--out", str(tmp_path / "out"), "--quiet"]) == 1
    assert names(tmp_path / "out") == FILES
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "theorem mixture_mean",
        "false claim unweighted_mean",
        "check mixture_mean (theorem mixture_mean)",
    ]


@pytest.mark.usefixtures("all_well")
def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "--out", str(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("all_well")
def test_json_prints_what_the_file_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "--out", str(tmp_path), "--json", "--formats", "json"]) == 0
    assert capsys.readouterr().out == (tmp_path / "results.json").read_text()


@pytest.mark.usefixtures("all_well")
def test_a_full_disk_is_one_line_and_leaves_the_old_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert cli.run(["report", "--out", str(tmp_path), "--quiet"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert names(tmp_path) == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"


def test_ctrl_c_is_one_line_and_status_130(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", interrupted)
    assert cli.run(["report", "--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err == "ksquared: interrupted; no result was written\n"
    assert not (tmp_path / "out").exists()


def test_a_real_interrupt_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reports.cli", "report", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "factorizing ratings ...\n"  # the work has begun
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.endswith("ksquared: interrupted; no result was written\n")
    assert "Traceback" not in complaint
    assert not (tmp_path / "out").exists()


def test_help_needs_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys; from reports import cli; cli.run(['--help']); cli.run(['report', '--nonsense']);"
        "heavy = {'numpy', 'scipy', 'sympy', 'matplotlib', 'sklearn', 'typst'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "report" in done.stdout


@pytest.mark.parametrize("command", ["report", "prove", "verify", "ratings", "doctor"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([command, "--help"]) == 0
    assert "--json" in capsys.readouterr().out


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 0
    assert "Start with" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ksquared 0.")


def test_verify_prints_the_table_and_names_what_failed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = replace(MEAN_CHECK, verdict="fail", failure="the claim was rejected")
    monkeypatch.setattr(session, "verify", lambda *_: (failed,))
    assert cli.run(["verify", "mixture_mean"]) == 1
    printed = capsys.readouterr()
    assert "1.2501" in printed.out
    assert "ksquared: check mixture_mean (theorem mixture_mean): fail; the claim was rejected" in printed.err


def test_verify_hands_level_and_seed_to_the_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def verify(names: list[str], request: session.Request, on_progress: object) -> tuple[object, ...]:
        calls.append((names, request))
        return (MEAN_CHECK,)

    monkeypatch.setattr(session, "verify", verify)
    line = "verify mixture_mean --level full --seed 5 --jobs 2 --resume run.json --budget 1000 --json"
    assert cli.run(line.split()) == 0
    full = replace(FULL, budget=1000)
    assert calls == [(["mixture_mean"], session.Request(full, seed=5, jobs=2, record=Path("run.json")))]
    assert json.loads(capsys.readouterr().out)["checks"][0]["verdict"] == "pass"


def test_doctor_writes_a_report_in_memory_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"ksquared", "numpy", "cores", "threads", "fonts", "HTML report", "PDF report"} <= set(findings)
    assert all(finding["problem"] is None for finding in findings.values())
    sandbox = findings["sandbox for hand-ins"]["value"]
    assert re.search(r"level [ABC] .*; (\d+) of \1 attacks stopped", sandbox) or "none: " in sandbox


def test_doctor_says_where_hand_ins_cannot_be_confined(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from verification.grading.sandbox import doctor

    monkeypatch.setattr(doctor, "confining_levels", tuple)
    assert cli.run(["doctor", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["sandbox for hand-ins"]["value"]
    assert said.startswith("none: this machine cannot confine students' code")


def test_doctor_names_what_does_not_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports import pdf

    def broken(_: object) -> bytes:
        raise RuntimeError("no compiler")

    monkeypatch.setattr(pdf, "render", broken)
    assert cli.run(["doctor"]) == 1
    assert capsys.readouterr().err == (
        "ksquared: PDF report: no compiler; reinstall ksquared with its dependencies\n"
    )


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m reports.cli prove mixture_mean --quiet --json; echo status $?"
    done = subprocess.run(
        ["bash", "-c", f"({command} 1>&3 2>&1) 3>&1 | head -c 1; exit 0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
