"""The course report: the homework, problem by problem, each answer with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from reports import document as doc
from reports import results_json
from reports.course import (
    checks,
    compression,
    em,
    factorization,
    made,
    moments,
    problem,
    rank,
    sampling,
    summary,
    sums,
)
from reports.course.attached import attachment
from reports.course.evidence import evidence
from reports.document import T
from reports.results import Results


def build(results: Results) -> doc.Report:
    """The report as a tree of content, to be rendered as HTML or PDF."""
    problems = (
        rank.problem(results.rank_picture),
        moments.problem(results.moments_picture, results.convergence_picture),
        sums.problem(results.sum_picture, results.mean_pictures, results.covariance_pictures),
    )
    parts = (
        *(summary.Part(each.title, f"sec:{each.id}", each.theorems) for each in problems),
        summary.Part("Matrix factorization", "sec:factorization", factorization.THEOREMS),
        summary.Part("Compression by k-means", "sec:kmeans", compression.KMEANS_THEOREMS),
        summary.Part("Compression by EM", "sec:em", em.THEOREMS),
        summary.Part("Sampling new pixels", "sec:sampling", sampling.THEOREMS),
    )
    told = [name for part in parts for name in part.theorems]
    return doc.Report(
        title="Mixtures, compression and recommendation",
        subtitle="The homework, proved, computed and checked",
        author="ksquared",
        body=(
            summary.section(results, parts),
            *(problem.section(each, results) for each in problems),
            factorization.section(results),
            compression.kmeans_section(results),
            em.section(results),
            sampling.section(results),
            checks.section(results),
            *_further(results, told),
            made.section(results),
        ),
        meta=(
            ("Version", results.version),
            ("Seed", str(results.seed)),
            ("Ratings", results.ratings.name),
            ("Picture", results.picture.name),
        ),
        summary=summary.summary(results, parts),
        attachments=(attachment("results.json", results_json.render(results)),),
    )


def _further(results: Results, told: Sequence[str]) -> tuple[doc.Section, ...]:
    """The evidence that no section above tells: nothing that was run is left out."""
    names = {theorem.id: None for theorem in results.theorems}
    names |= {claim.theorem: None for claim in results.refutations}
    rest = evidence(results, [name for name in names if name not in told], "further")
    if not rest:
        return ()
    lead = doc.Prose(T("These are not asked for by the homework; proofs above may rest on them."))
    return (doc.Section(T("Further theorems"), (lead, *rest), id="sec:further"),)
