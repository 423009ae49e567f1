"""Detectors explain verdicts and never make them."""

from __future__ import annotations

import re

import pytest
from in_process import InProcess
from programs_of import StudentProgram, code_of, correct_programs, wrong_programs

from verification.grading import defects_catalog, judge
from verification.grading.criteria_catalog import criterion_ids
from verification.grading.defects_catalog import detectors
from verification.grading.detector import Case, Detector, Lines
from verification.grading.findings import FunctionGrade
from verification.grading.rubric import Rubric, Task

QUICK = ("gmm_log_probability", "shift_user_mean", "loss", "m_step", "split_data")


def verdict(program: StudentProgram) -> FunctionGrade:
    task = Task(program.criterion, program.criterion, 10.0)
    return judge.grade(code_of(program.source), task, Rubric((task,)), InProcess(5.0), seed=4)


def test_codes_are_kebab_case_and_messages_are_sentences() -> None:
    for detector in detectors():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", detector.code)
        assert detector.message.endswith(".")
        assert set(detector.criteria) <= set(criterion_ids())


@pytest.mark.parametrize("criterion", QUICK)
def test_without_any_detector_the_same_programs_are_wrong(
    criterion: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = [*correct_programs(criterion), *wrong_programs(criterion)]
    before = [verdict(program).status for program in programs]
    monkeypatch.setattr(judge, "named_defects", lambda case, program: ())
    assert [verdict(program).status for program in programs] == before


def test_a_detector_that_fails_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(case: Case) -> Lines | None:
        raise RuntimeError(case.criterion)

    monkeypatch.setattr(defects_catalog, "detectors", lambda: (Detector("failing", "It fails.", (), fail),))
    program = wrong_programs("loss")[0]
    result = verdict(program)
    assert result.status == "wrong"
    assert [defect.code for defect in result.defects] == ["wrong-loss"]


def test_a_detector_that_cries_wolf_makes_nothing_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wolf = Detector("wolf", "A wolf.", (), lambda case: ())
    monkeypatch.setattr(defects_catalog, "detectors", lambda: (wolf,))
    assert verdict(correct_programs("loss")[0]).status == "correct"


def test_the_first_defect_carries_the_evidence() -> None:
    result = verdict(next(p for p in wrong_programs("shift_user_mean") if p.code == "mean-over-zeros"))
    first = result.defects[0]
    assert first.code == "mean-over-zeros"
    assert first.evidence is not None
    assert dict(first.evidence.inputs).keys() == {"matrix", "ratings of this user"}
    assert first.evidence.expected != first.evidence.got


def test_lines_are_those_of_the_students_file() -> None:
    program = next(p for p in wrong_programs("kmeans") if p.name.startswith("missing-axis: loops"))
    defect = next(d for d in verdict(program).defects if d.code == "missing-axis")
    assert defect.places is not None
    lines = program.source.split("\n")
    assert "np.mean(X[z == j])" in lines[defect.places[0].line - 1]
