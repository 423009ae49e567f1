"""The course report: the homework, problem by problem, each answer with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from reports import document as doc
from reports.course import checks, compression, factorization, made, moments, problem, sampling, summary, sums
from reports.course.evidence import evidence
from reports.course.rank import RANK
from reports.document import T
from reports.results import Results


def build(results: Results) -> doc.Report:
    """The report as a tree of content, to be rendered as HTML or PDF."""
    problems = (RANK, moments.problem(results.moments_picture), sums.problem(results.sum_picture))
    told = [
        *(name for each in problems for name in each.theorems),
        *factorization.THEOREMS,
        *compression.KMEANS_THEOREMS,
        *compression.EM_THEOREMS,
        *sampling.THEOREMS,
    ]
    return doc.Report(
        title="Mixtures, compression and recommendation",
        subtitle="The homework, proved, computed and checked",
        author="ksquared",
        body=(
            summary.section(results, told),
            *(problem.section(each, results) for each in problems),
            factorization.section(results),
            compression.kmeans_section(results),
            compression.em_section(results),
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
        summary=summary.summary(results),
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
