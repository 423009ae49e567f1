"""The first screen: what holds, what does not, and where to read on."""

from __future__ import annotations

from collections.abc import Sequence

from reports import document as doc
from reports.document import T
from reports.numbers import fixed
from reports.results import Results


def summary(results: Results) -> doc.Summary:
    """The verdict in a sentence, the counts, the findings if there are any."""
    findings = results.findings
    title = (
        T("Everything holds: each formula proved, each false claim refuted, each check passed")
        if not findings
        else T("One thing does not hold" if len(findings) == 1 else f"{len(findings)} things do not hold")
    )
    tallies = (
        _tally(results.n_proved, len(results.theorems), "theorems proved"),
        _tally(results.n_refuted, len(results.refutations), "false claims refuted"),
        _tally(results.n_passed, len(results.checks), "checks passed"),
        _tally(results.n_rejected, results.n_controls, "wrong answers rejected"),
    )
    body: tuple[doc.Block, ...] = (
        (doc.Bullets(tuple(T("{finding}", finding=finding) for finding in findings)),) if findings else ()
    )
    return doc.Summary("fail" if findings else "pass", title, tallies, body)


def _tally(good: int, all_: int, label: str) -> doc.Tally:
    return doc.Tally(f"{good} of {all_}", label, "pass" if good == all_ else "fail")


def section(results: Results, told: Sequence[str]) -> doc.Section:
    """What the report does, and all verdicts with links to their evidence.

    `told` are the ids of the theorems of the problems, in the order in which they are told.
    """
    return doc.Section(
        T("Summary"),
        (
            doc.Prose(
                T(
                    "This report works through the homework problem by problem. Each formula is *derived*, "
                    "for every size at once, with each step checked by machine; the false claims that "
                    "resemble it are *refuted* by their smallest counterexamples; and the formula is "
                    "*confronted with samples* that know nothing of the derivation. The programming tasks "
                    "are run on real data."
                )
            ),
            _theorems(results, told),
            _answers(results),
        ),
        id="sec:summary",
    )


def _theorems(results: Results, told: Sequence[str]) -> doc.Table:
    rows = []
    place = {name: number for number, name in enumerate(told)}
    for theorem in sorted(results.theorems, key=lambda theorem: place.get(theorem.id, len(told))):
        claims = [claim for claim in results.refutations if claim.theorem == theorem.id]
        checks = [check for check in results.checks if check.theorem == theorem.id]
        refuted = sum(claim.verdict == "refuted" for claim in claims)
        passed = sum(check.verdict == "pass" for check in checks)
        rows.append(
            (
                (*T(theorem.title), doc.Text(" ("), doc.Ref(f"sec:{theorem.id}"), doc.Text(")")),
                (doc.Badge("pass" if theorem.verdict == "proved" else "fail", theorem.verdict),),
                T(f"{refuted} of {len(claims)}" if claims else "—"),
                T(f"{passed} of {len(checks)}" if checks else "—"),
            )
        )
    return doc.Table(
        T("Theorems and their evidence"),
        (T("theorem"), T("proof"), T("false claims refuted"), T("checks passed")),
        tuple(rows),
        id="tab:summary",
        align="xlrr",
    )


def _answers(results: Results) -> doc.Table:
    factorization, pictures = results.factorization, results.images
    correlation = pictures.sampled_correlation.horizontal
    rows = (
        (
            doc.Ref("sec:factorization", "Matrix factorization"),
            f"test RMSE {factorization.factorization.rmse:.3f} (user means "
            f"{factorization.user_mean.rmse:.3f}, restaurant means {factorization.item_mean.rmse:.3f})",
        ),
        (
            doc.Ref("sec:kmeans", "Compression by k-means"),
            f"distortion {pictures.kmeans.distortion:.1f} with {len(pictures.kmeans.fit.centers)} colors",
        ),
        (
            doc.Ref("sec:em", "Compression by EM"),
            f"log-likelihood {fixed(pictures.em.fit.trace[-1] / pictures.n_pixels, 3)} per pixel, distortion "
            f"{pictures.em.distortion:.1f}",
        ),
        (
            doc.Ref("sec:sampling", "Sampling new pixels"),
            "colors right, shapes lost"
            + (
                f": neighboring pixels have correlation {fixed(correlation, 3)}"
                if correlation is not None
                else ""
            ),
        ),
    )
    return doc.Table(
        T("Programming tasks"),
        (T("task"), T("result")),
        tuple(((reference,), T("{text}", text=text)) for reference, text in rows),
        id="tab:tasks",
        align="lx",
    )
