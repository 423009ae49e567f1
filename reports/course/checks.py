"""All Monte Carlo checks at one place: how they decide, what they found and rejected, how often they err."""

from __future__ import annotations

from reports import document as doc
from reports.course import calibration
from reports.course.evidence import check_row, scientific
from reports.document import T
from reports.figures import confidence, evidence_path
from reports.formulas import with_formulas
from reports.numbers import count
from reports.results import Results
from verification.outcome import Outcome

SHOWN_PATHS = 4  # curves in one figure; more cannot be told apart


def section(results: Results) -> doc.Section:
    """The method, the table, the paths, the controls, and the study of how often such checks err."""
    body = blocks(results.checks) if results.checks else (doc.Prose(T("No check was run.")),)
    study = (calibration.section(),) if results.checks else ()
    return doc.Section(T("Monte Carlo checks"), (*body, *study), id="sec:checks")


def blocks(checks: tuple[Outcome, ...]) -> tuple[doc.Block, ...]:
    """The method, the table, the paths, the controls of these checks, of which there is at least one."""
    first = checks[0]
    delta = f"{first.delta:.0%}".replace("%", "\\%")
    return (
        doc.Prose(
            T(
                "A proof can be about the wrong formula, and code can differ from the formula it was "
                "written from. So each closed form, generated from its theorem, is confronted with "
                "samples drawn by the algorithms. A check bets against the formula with every new "
                "sample; its wealth, the *e-value*, has expectation at most 1 if the formula is right. "
                "It stops as "
                f"soon as the wealth passes $1/\\alpha$ (the formula is rejected) or every bet has lost "
                f"enough to exclude an error of ${delta}$ (it is accepted). Both error rates hold "
                f"exactly, however often one looks: a right formula is rejected with probability at most "
                f"$\\alpha = {scientific(first.alpha)}$, one that is off by $\\delta = {delta}$ passes "
                f"with probability at most $\\beta = {scientific(first.beta)}$ (@fig:paths)."
            )
        ),
        doc.CheckTable(
            T("All checks: estimates against closed forms"),
            tuple(map(check_row, checks)),
            id="tab:checks",
        ),
        _paths(checks),
        *_confidence(checks),
        doc.Prose(
            T(
                "A check that accepts everything would accept the truth too. So every check is given "
                "wrong answers, evaluated on the same samples, and must reject them all (@tab:controls)."
            )
        ),
        _controls(checks),
        doc.Section(T("What was drawn"), (_designs(checks),), id="sec:designs"),
    )


def _paths(checks: tuple[Outcome, ...]) -> doc.Figure:
    shown = sorted(checks, key=lambda check: -check.n)[:SHOWN_PATHS]
    return doc.Figure(
        evidence_path.paths(shown),
        "image/svg+xml",
        alt=(
            "Two line charts over the number of samples. Left, the evidence against each formula, which "
            "stays far below the bound for rejecting. Right, the evidence for each formula, which rises "
            "until it reaches the bound for accepting."
            if all(check.verdict == "pass" for check in shown)
            else "Two line charts over the number of samples: the evidence against and for each formula."
        ),
        caption=T(
            "The evidence as the samples came in, for the checks that needed most of them. Dashed: the "
            "bounds $\\ln(1/\\alpha)$ for rejecting and $\\ln(1/\\beta)$ for accepting."
        ),
        id="fig:paths",
    )


def _confidence(checks: tuple[Outcome, ...]) -> tuple[doc.Block, ...]:
    """The confidence sequences of the checks that needed most samples, if any has one."""
    known = [check for check in checks if len(check.confidence) > 1]
    if not known:
        return ()
    shown = sorted(known, key=lambda check: -check.n)[:SHOWN_PATHS]
    chance = scientific(shown[0].alpha)
    return (
        doc.Prose(
            T(
                "The same bets give intervals for each estimate that hold at all sample sizes at once: with "
                f"probability $1 - {chance}$ the true number never leaves them (@fig:confidence)."
            )
        ),
        doc.Figure(
            confidence.sequences(shown),
            "image/svg+xml",
            alt=(
                "Charts over the number of samples, one for each of some checks: an interval that shrinks "
                "around the estimate, and the closed form as a dashed line"
                + (
                    ", which stays within it."
                    if all(stays_within(check) for check in shown)
                    else "; not every interval has it inside."
                )
            ),
            caption=T(
                "Confidence sequences: bounds for the number that deviates most, as the samples came in. "
                "Dashed: the closed form."
            ),
            id="fig:confidence",
        ),
    )


def stays_within(check: Outcome) -> bool:
    """Does every interval have the closed form inside?"""
    return all(one.low <= check.closed_form <= one.high for one in check.confidence)


def _controls(checks: tuple[Outcome, ...]) -> doc.Table:
    rows = tuple(
        (
            with_formulas(check.title if number == 0 else ""),
            with_formulas(control.title),
            (doc.Badge("pass" if control.verdict == "rejected" else "fail", control.verdict),),
            T(count(control.n)),
        )
        for check in checks
        for number, control in enumerate(check.controls)
    )
    return doc.Table(
        T("Wrong answers, what became of them, and after how many samples"),
        (T("check"), T("wrong answer"), T("verdict"), T("samples")),
        rows,
        id="tab:controls",
        align="xxlr",
    )


def _designs(checks: tuple[Outcome, ...]) -> doc.Bullets:
    return doc.Bullets(
        tuple(
            (
                doc.Code(check.id),
                *T(": "),
                *with_formulas(check.design),
                doc.Text(". Claim: "),
                doc.Math(check.claim_latex),
            )
            for check in checks
        )
    )
