"""What the report says of its checks: intervals of the estimates, and how often checks err."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from sample_results import MEAN_CHECK

from reports import document as doc
from reports.course import calibration, checks
from reports.figures import calibration as rates
from reports.figures import confidence
from verification.calibration import STORED, TRUTH_REJECTED, Row, load
from verification.outcome import Outcome
from verification.statistics.confidence import Interval

SHRINKING = tuple(Interval(10**k, 1.0 - 0.5**k, 1.0 + 0.5**k) for k in range(1, 6))
KNOWN = replace(MEAN_CHECK, closed_form=1.1, estimate=1.0, confidence=SHRINKING)


def row(check: str, error: str, errors: int) -> Row:
    return Row(check, error, 100, errors, 0, 50.0, 0.05, errors / 200, errors / 50)


ROWS = (
    row("a", TRUTH_REJECTED, 3),
    row("a", "accepted: too large", 1),
    row("a", "accepted: too small", 4),
    row("b", TRUTH_REJECTED, 0),
    row("b", "accepted: too large", 2),
)


@dataclass(frozen=True)
class Checked:
    checks: tuple[Outcome, ...]


def figures(*outcomes: Outcome) -> dict[str, doc.Figure]:
    body = checks.section(Checked(outcomes)).body
    return {block.id: block for block in body if isinstance(block, doc.Figure)}


def test_interval_that_loses_the_closed_form_is_told_to_those_who_cannot_see_it():
    assert checks.stays_within(replace(KNOWN, closed_form=1.0))
    assert not checks.stays_within(KNOWN)  # the last intervals end at 1.06 and 1.03
    told = figures(KNOWN)["fig:confidence"].alt
    assert told.endswith("not every interval has it inside.")
    assert figures(replace(KNOWN, closed_form=1.0))["fig:confidence"].alt.endswith("stays within it.")


def test_checks_without_intervals_have_no_picture_of_them():
    assert "fig:confidence" not in figures(replace(KNOWN, confidence=()))


def test_picture_of_intervals_has_a_panel_for_each_check():
    drawn = confidence.sequences([KNOWN, replace(KNOWN, id="another")]).decode()
    assert len(set(re.findall(r'id="(axes_\d+)"', drawn))) == 2


def test_of_several_wrong_answers_the_one_accepted_most_often_is_shown():
    alarms, misses = calibration.worst_of(ROWS)
    assert [alarm.errors for alarm in alarms] == [3, 0]
    assert [miss.errors for miss in misses] == [4, 2]
    assert rates.rates(alarms, misses) == rates.rates(alarms, misses)


@pytest.mark.parametrize("low", [0.01, 0.06])
def test_report_says_whether_a_bound_is_broken(monkeypatch, low):
    study = replace(load(STORED), rows=(replace(ROWS[0], low=low), *ROWS[1:]))
    monkeypatch.setattr(calibration, "load", lambda path: study)
    prose = calibration.section().body[0]
    said = "".join(part.text for part in prose.body if isinstance(part, doc.Text))
    assert ("The bound is broken by a." in said) == (low > 0.05)
    assert ("No interval lies wholly above its bound." in said) == (low < 0.05)
