"""Versions a rubric asks for: compared as releases, and no error of an old program is called wrong."""

from __future__ import annotations

import pytest

from algorithms.errors import InputError
from verification.grading.findings import Defect, FunctionGrade, Status
from verification.grading.requirements import check_requirement, unmet
from verification.grading.rubric import parse_rubric
from verification.grading.run import _in_doubt

MET = [
    *(("1.26", "1.26.4"), ("1.26", "1.26"), ("==1.26", "1.26.0"), (">=1.26", "2.0"), (">=1.26", "1.26.0")),
    *((">=1.0,<1.2", "1.1.3"), ("<2", "1.26.4"), ("<=1.2", "1.2.9"), (">1.9", "1.10"), ("2", "2.0.0rc1")),
]
UNMET = [
    *(("1.26", "2.3.5"), ("1.26", "1.2.6"), ("1.2", "1.26.0"), ("<2", "2.0.1"), ("<1.2", "1.2.1")),
    *((">=1.0,<1.2", "1.7.2"), (">1.2", "1.2.1"), (">=1.10", "1.9"), ("==1.26.4", "1.26.3")),
]
STOPPED = (Defect("exception", "major", "It stops."),)
MISSPELLED = (Defect("undefined-name", "major", "It stops."),)


@pytest.mark.parametrize(("condition", "version"), MET)
def test_a_version_that_is_asked_for_is_enough(condition: str, version: str) -> None:
    assert unmet({"numpy": condition}, {"numpy": version}) == ()


@pytest.mark.parametrize(("condition", "version"), UNMET)
def test_another_version_is_told_with_the_one_that_is_there(condition: str, version: str) -> None:
    assert unmet({"numpy": condition}, {"numpy": version}) == (f"numpy {condition} (here it is {version})",)


def test_scikit_learn_goes_by_both_of_its_names_and_unknown_versions_are_no_complaint() -> None:
    for name in ("sklearn", "scikit-learn"):
        assert len(unmet({name: "1.1"}, {"sklearn": "1.7.2"})) == 1
    assert unmet({"numpy": "1.1"}, {}) == ()


@pytest.mark.parametrize(
    ("name", "condition"), [("pandas", "1.1"), ("numpy", "new"), ("numpy", "~=1.1"), ("numpy", "")]
)
def test_what_cannot_be_checked_is_refused_when_the_rubric_is_read(name: str, condition: str) -> None:
    with pytest.raises(InputError, match=rf"rubric: requires\.{name}"):
        check_requirement(name, condition, "rubric")
    with pytest.raises(InputError, match=name):
        parse_rubric(f'[requires]\n{name} = "{condition}"\n[functions.kmeans]')


@pytest.mark.parametrize(
    ("status", "defects", "expected"),
    [
        ("correct", (), "correct"),
        ("wrong", (), "wrong"),
        ("raises", STOPPED, "not-run"),
        ("raises", MISSPELLED, "raises"),
        ("missing", (), "missing"),
    ],
)
def test_without_the_library_asked_for_an_error_is_no_verdict_and_all_else_has_a_note(
    status: Status, defects: tuple[Defect, ...], expected: Status
) -> None:
    verdict = FunctionGrade("kmeans", status, 0.0, 10.0, defects)
    assert _in_doubt(verdict, ()) == verdict
    doubted = _in_doubt(verdict, ("numpy 1.26 (here it is 2.3.5)",))
    assert doubted.status == expected
    assert (doubted == verdict) == (status == "correct")
    if expected == "not-run":
        assert doubted.defects[0].code == "needs-older-library"
        assert "numpy 1.26 (here it is 2.3.5)" in doubted.defects[0].message
