"""The course report: the homework, problem by problem, each answer with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from reports import document as doc
from reports.course import checks, compression, factorization, made, moments, problem, sampling, summary, sums
from reports.course.evidence import derivation_ids, refutation_blocks, theorem_section
from reports.course.rank import RANK
from reports.document import T
from reports.results import Results


def build(results: Results) -> doc.Report:
    """The report as a tree of content, to be rendered as HTML or PDF."""
    problems = (RANK, moments.problem(results.moments_picture), sums.problem(results.sum_picture))
    told = [name for each in problems for name in each.theorems]
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
    """Theorems and refutations that no problem tells: nothing that was run is left out."""
    placed = derivation_ids(results.theorems)
    theorems = [theorem for theorem in results.theorems if theorem.id not in told]
    claims = [claim for claim in results.refutations if claim.theorem not in told]
    if not theorems and not claims:
        return ()
    return (
        doc.Section(
            T("Further theorems"),
            (
                doc.Prose(T("These are not asked for by the homework; proofs above may rest on them.")),
                *(theorem_section(theorem, placed) for theorem in theorems),
                *refutation_blocks(claims),
            ),
            id="sec:further",
        ),
    )
