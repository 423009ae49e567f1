"""Levels of confinement: found by trying, refused when an attack gets through, told in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from attacking import LEVELS, MEMORY

from algorithms.errors import InputError
from verification.grading.sandbox import doctor, levels
from verification.grading.sandbox.caller import Tampering
from verification.grading.sandbox.levels import Level
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Place, Program

SECONDS = 10.0


def program(source: str) -> Program:
    lines = source.count("\n") + 1
    return Program(source, tuple(Place("hw.ipynb", 3, line) for line in range(1, lines + 1)))


def test_the_doctor_finds_a_level_that_stops_everything() -> None:
    if not LEVELS:
        pytest.skip("no level confines on this machine")
    diagnosis = doctor.diagnose(Policy(memory=MEMORY))
    assert diagnosis.level.letter in "ABC"
    assert len(diagnosis.trials) >= 10
    assert all(trial.stopped for trial in diagnosis.trials)


def test_a_level_that_lets_an_attack_through_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pretended = Level("B")
    monkeypatch.setattr(doctor, "confining_levels", lambda: (pretended,))
    with pytest.raises(InputError, match=r"attacks succeeded: read the suite.*--i-trust-this-code"):
        doctor.diagnose(Policy(memory=MEMORY))


def test_without_confinement_only_trusted_code_is_run_and_the_attacks_do_succeed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also the control of the attacks: where nothing stops them, they are not stopped."""
    monkeypatch.setattr(doctor, "confining_levels", tuple)
    with pytest.raises(InputError, match="--i-trust-this-code"):
        doctor.diagnose(Policy())
    diagnosis = doctor.diagnose(Policy(memory=MEMORY), trusted=True)
    assert diagnosis.level.letter == "D"
    trials = {trial.name: trial.stopped for trial in diagnosis.trials}
    for name in ("read the suite", "open a TCP connection", "write a file", "signal the grader"):
        assert not trials[name]
    for name in ("loop forever", "take all memory", "leave without an answer"):
        assert trials[name]


def test_a_level_that_fails_when_tried_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    if "B" not in LEVELS:
        pytest.skip("no level B on this system")
    broken = Level("A", wrapper="/nonexistent/bwrap")
    monkeypatch.setattr(levels, "_readable", lambda policy: [])
    monkeypatch.setattr(doctor, "confining_levels", lambda: (broken, LEVELS["B"]))
    diagnosis = doctor.diagnose(Policy(memory=MEMORY))
    assert diagnosis.level.letter == "B"
    assert [letter for letter, _ in diagnosis.refused] == ["A"]


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("/nonexistent/python", "does not start"),
        ("/bin/false", "ended without a word"),
        ("/bin/ls", "no sandbox"),
    ],
)
def test_an_interpreter_that_is_none_is_one_line(python: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Worker(levels.NOT_CONFINED, Policy(python=python))
    assert "\n" not in str(caught.value)


def test_an_interpreter_that_is_too_old_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "START", levels.START.replace("(3, 8)", "(99, 0)"))
    with pytest.raises(InputError, match="or newer is needed, and this is 3"):
        Worker(levels.NOT_CONFINED, Policy())


def test_an_interpreter_without_numpy_is_one_line(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    with pytest.raises(InputError, match="cannot import numpy") as caught:
        Worker(levels.NOT_CONFINED, Policy(python=str(tmp_path / "bare" / "bin" / "python")))
    assert "\n" not in str(caught.value)


def test_the_other_side_imports_nothing_of_the_suite() -> None:
    for path in (Path(levels.__file__).parent / "inside").glob("*.py"):
        for line in path.read_text().splitlines():
            assert not line.startswith(("from verification", "from algorithms", "import verification")), path


def test_leaving_is_not_mistaken_for_an_error_of_ours(any_worker: Worker) -> None:
    for status in (0, 1, 70, 255):
        source = program(f"import os\nos._exit({status})\n")
        assert isinstance(any_worker.call(source, "f", [], timeout=SECONDS), Tampering)
