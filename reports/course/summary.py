"""The first screen: what holds, what does not, and where to read on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derivations.results import TheoremResult
from reports import document as doc
from reports.course.evidence import holds
from reports.document import T
from reports.numbers import fixed
from reports.results import Results


def summary(results: Results, parts: Sequence[Part]) -> doc.Summary:
    """The verdict in a sentence, the counts, the findings if there are any, and what became of each part."""
    findings = results.findings
    title = (
        T("Everything holds: formulas proved, false claims refuted, checks passed")
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
    verdicts = tuple(_verdict(results, part) for part in parts if _was_run(results, part))
    if verdicts:
        body += (doc.Bullets(verdicts),)
    return doc.Summary("fail" if findings else "pass", title, tallies, body)


def _tally(good: int, all_: int, label: str) -> doc.Tally:
    return doc.Tally(f"{good} of {all_}", label, "pass" if good == all_ else "fail")


def _was_run(results: Results, part: Part) -> bool:
    return any(theorem.id in part.theorems for theorem in results.theorems)


def _verdict(results: Results, part: Part) -> doc.Inlines:
    """Whether all evidence of a part holds, and where it stands."""
    tone: doc.Tone = "pass" if holds(results, part.theorems) else "fail"
    badge = doc.Badge(tone, "holds" if tone == "pass" else "not confirmed")
    return (badge, doc.Text(" "), doc.Ref(part.section, part.title))


@dataclass(frozen=True)
class Part:
    """A section of the report, its id, and the theorems it tells."""

    title: str
    section: str
    theorems: tuple[str, ...]


def section(results: Results, parts: Sequence[Part]) -> doc.Section:
    """What the report does, and all verdicts with links to their evidence.

    Theorems that no part tells stand at the end.
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
            _theorems(results, parts),
            _answers(results),
        ),
        id="sec:summary",
    )


def _theorems(results: Results, parts: Sequence[Part]) -> doc.Table:
    told = {name for part in parts for name in part.theorems}
    rest = tuple(theorem.id for theorem in results.theorems if theorem.id not in told)
    rows = []
    for part in (*parts, Part("Further theorems", "sec:further", rest)):
        theorems = [theorem for name in part.theorems for theorem in results.theorems if theorem.id == name]
        if theorems:
            rows.append(((doc.Strong(part.title),), *_evidence(results, theorems)))
        for theorem in theorems:
            name = (doc.Text("· "), doc.Ref(f"sec:{theorem.id}", theorem.title))
            rows.append((name, *_evidence(results, [theorem])))
    return doc.Table(
        T("Theorems and their evidence: proofs, false claims refuted, checks passed"),
        (T("theorem"), T("proof"), T("refuted"), T("passed")),
        tuple(rows),
        id="tab:summary",
        align="xlrr",
    )


def _evidence(results: Results, theorems: Sequence[TheoremResult]) -> tuple[doc.Inlines, ...]:
    """The three cells of one theorem, or of several together."""
    names = {theorem.id for theorem in theorems}
    claims = [claim for claim in results.refutations if claim.theorem in names]
    checks = [check for check in results.checks if check.theorem in names]
    proved = sum(theorem.verdict == "proved" for theorem in theorems)
    tone: doc.Tone = "pass" if proved == len(theorems) else "fail"
    word = theorems[0].verdict if len(theorems) == 1 else f"{proved} of {len(theorems)}"
    refuted = sum(claim.verdict == "refuted" for claim in claims)
    passed = sum(check.verdict == "pass" for check in checks)
    return (
        (doc.Badge(tone, word),),
        T(f"{refuted} of {len(claims)}" if claims else "—"),
        T(f"{passed} of {len(checks)}" if checks else "—"),
    )


def _answers(results: Results) -> doc.Table:
    factorization, pictures = results.factorization, results.images
    correlation = pictures.sampled_correlation.horizontal
    rows = (
        (
            doc.Ref("sec:factorization", "Matrix factorization"),
            f"test RMSE {factorization.factorization.rmse:.3f} (user means "
            f"{factorization.user_mean.rmse:.3f}, {results.ratings.item} means "
            f"{factorization.item_mean.rmse:.3f})",
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
