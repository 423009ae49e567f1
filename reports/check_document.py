"""Checks as a document of their own, with the blocks of the course report."""

from __future__ import annotations

from collections.abc import Sequence

from reports import document as doc
from reports.course import checks
from reports.document import T
from reports.environment import version
from reports.results import check_finding
from verification.outcome import Outcome


def build(outcomes: Sequence[Outcome]) -> doc.Report:
    """At least one check: the verdict first, then how they decide, what they found, what they rejected."""
    passed = sum(outcome.verdict == "pass" for outcome in outcomes)
    rejected = sum(outcome.n_rejected for outcome in outcomes)
    controls = sum(len(outcome.controls) for outcome in outcomes)
    failed = tuple(T("{why}", why=check_finding(each)) for each in outcomes if each.verdict != "pass")
    bad = f"{len(failed)} of {len(outcomes)} checks did not pass"
    tallies = (
        doc.Tally(f"{passed} of {len(outcomes)}", "checks passed", "fail" if failed else "pass"),
        doc.Tally(
            f"{rejected} of {controls}", "wrong answers rejected", "pass" if rejected == controls else "fail"
        ),
    )
    return doc.Report(
        title=outcomes[0].id if len(outcomes) == 1 else "Checked by simulation",
        subtitle="Closed forms against samples",
        author="ksquared",
        body=checks.blocks(tuple(outcomes)),
        meta=(("Version", version()), ("Seed", str(outcomes[0].seed))),
        summary=doc.Summary(
            "fail" if failed else "pass",
            T(bad) if failed else T("Every check passed" if len(outcomes) > 1 else "The check passed"),
            tallies,
            (doc.Bullets(failed),) if failed else (),
        ),
    )
