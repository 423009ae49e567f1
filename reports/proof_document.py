"""Theorems and refuted claims as a document of their own, with the blocks of the course report."""

from __future__ import annotations

from collections.abc import Sequence

from derivations.results import RefutationResult, TheoremResult
from reports import document as doc
from reports.course.evidence import derivation_ids, refutation_blocks, theorem_section
from reports.course.made import axiom_blocks
from reports.document import T
from reports.environment import version


def build(theorems: Sequence[TheoremResult], claims: Sequence[RefutationResult]) -> doc.Report:
    """A section for each theorem, one for the false claims, one for the axioms."""
    placed = derivation_ids(theorems)
    body = [theorem_section(theorem, placed) for theorem in theorems]
    if claims:
        body.append(doc.Section(T("What is not true"), refutation_blocks(claims), id="sec:refuted"))
    if any(theorem.axioms for theorem in theorems):
        body.append(doc.Section(T("What this rests on"), axiom_blocks(theorems), id="sec:made"))
    alone = theorems[0].title if len(theorems) == 1 and not claims else "Theorems and false claims"
    return doc.Report(
        title=alone if theorems else "False claims",
        subtitle="Every line checked by machine",
        author="ksquared",
        body=tuple(body),
        meta=(("Version", version()),),
    )
