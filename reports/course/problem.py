"""One problem of the homework: question, answer, derivations, refuted claims, simulation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports import document as doc
from reports.course import evidence
from reports.document import T
from reports.results import Results


@dataclass(frozen=True)
class Problem:
    """The parts of a problem that are words and pictures; the evidence is added by `section`.

    `theorems` are the ids this problem rests on, in the order in which they are told. `before` comes between
    the answer and the derivations, `after` behind them. A theorem that was not run is left out.
    """

    id: str
    title: str
    question: str
    answer: str
    theorems: tuple[str, ...]
    before: tuple[doc.Block, ...] = ()
    after: tuple[doc.Block, ...] = ()


def section(problem: Problem, results: Results) -> doc.Section:
    """The problem as a section; its answer is marked with what became of its evidence."""
    placed = evidence.derivation_ids(results.theorems)
    by_id = {theorem.id: theorem for theorem in results.theorems}
    theorems = [by_id[name] for name in problem.theorems if name in by_id]
    claims = [claim for claim in results.refutations if claim.theorem in problem.theorems]
    checks = [check for check in results.checks if check.theorem in problem.theorems]
    holds = bool(theorems) and all_hold(
        [theorem.verdict == "proved" for theorem in theorems],
        [claim.verdict == "refuted" for claim in claims],
        [check.verdict == "pass" for check in checks],
    )
    body: list[doc.Block] = [
        doc.Prose((doc.Strong("Question."), *T(" " + problem.question))),
        doc.Callout(
            "pass" if holds else "fail",
            T("Answer" if holds else "Answer, of which a part is not confirmed"),
            (doc.Prose(T(problem.answer)),),
        ),
        *problem.before,
    ]
    body += [evidence.theorem_section(theorem, placed) for theorem in theorems]
    body += problem.after
    if claims:
        body.append(
            doc.Section(
                T("What is not true"),
                (
                    doc.Prose(
                        T(
                            "These claims are close to the truth and often written. Each was refuted by a "
                            "search through all small cases in exact arithmetic."
                        )
                    ),
                    *evidence.refutation_blocks(claims),
                ),
                id=f"sec:{problem.id}-refuted",
            )
        )
    if checks:
        body.append(
            doc.Section(
                T("Checked by simulation"),
                evidence.check_blocks(
                    checks, f"{problem.title}: closed forms against samples", f"tab:{problem.id}-checks"
                ),
                id=f"sec:{problem.id}-simulated",
            )
        )
    return doc.Section(T(problem.title), tuple(body), id=f"sec:{problem.id}")


def all_hold(*parts: Iterable[bool]) -> bool:
    """True if every entry of every part is."""
    return all(all(part) for part in parts)
