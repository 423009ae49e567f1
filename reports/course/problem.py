"""One problem of the homework: question, answer, derivations, pictures, simulation, common mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from reports import document as doc
from reports.course import evidence, hand_in
from reports.document import T
from reports.results import Evidence


@dataclass(frozen=True)
class Problem:
    """The parts of a problem that are words and pictures; the evidence is added by `section`.

    `theorems` are the ids this problem rests on, in the order in which they are told; one that was not run is
    left out. `parts` come between the answer and the proofs, `pictures` between the proofs and the checks.
    `seen` leads to the pictures. `number` is that of the homework.
    """

    id: str
    number: int
    title: str
    question: str
    answer: str
    theorems: tuple[str, ...]
    seen: str
    pictures: tuple[doc.Figure, ...]
    parts: tuple[doc.Section, ...] = ()


def section(problem: Problem, results: Evidence) -> doc.Section:
    """The problem as a section; its answer is marked with what became of its evidence."""
    holds = evidence.holds(results, problem.theorems)
    points, judged = hand_in.sections(problem.number, problem.id, results)
    body: tuple[doc.Block, ...] = (
        doc.Prose((doc.Strong("Question."), *T(" " + problem.question))),
        doc.Callout(
            "pass" if holds else "fail",
            T("Answer" if holds else "Answer, of which a part is not confirmed"),
            (doc.Prose(T(problem.answer)),),
        ),
        *problem.parts,
        points,
        *evidence.proofs(results, problem.theorems),
        doc.Section(
            T("What it looks like"),
            (doc.Prose(T(problem.seen)), *problem.pictures),
            id=f"sec:{problem.id}-pictures",
        ),
        *evidence.checks_and_mistakes(results, problem.theorems, problem.id),
        judged,
    )
    return doc.Section(T(problem.title), body, id=f"sec:{problem.id}")
