"""The points of a full answer, and beside them the lines of a solution handed in, with a verdict each."""

from __future__ import annotations

from collections.abc import Mapping

from derivations.homework import ANSWERS, Answer, Line, Point, Verdict
from derivations.results import RefutationResult
from reports import document as doc
from reports.document import T
from reports.results import Evidence

TONE: Mapping[Verdict, doc.Tone] = {
    "right": "pass",
    "index slip": "warn",
    "false": "fail",
    "incomplete": "undecided",
}


def sections(problem: int, id: str, results: Evidence) -> tuple[doc.Section, ...]:
    """Both sections of a problem; `id` is the last part of the id of the section around.

    References to theorems that were not run are left out.
    """
    answers = [answer for answer in ANSWERS if answer.problem == problem]
    run = {theorem.id for theorem in results.theorems}
    refuted = {claim.id: claim for claim in results.refutations}
    points = tuple(_point(answer, point, run) for answer in answers for point in answer.points)
    lines = tuple(_line(answer, line, run, refuted) for answer in answers for line in answer.hand_in)
    written = doc.Prose(
        T(
            "A solution written by hand, quoted in its own notation. A line that is wrong is refuted by a "
            "counterexample."
        )
    )
    return (
        doc.Section(T("What a full answer says"), (doc.Bullets(points),), id=f"sec:{id}-points"),
        doc.Section(T("The hand-in, line by line"), (written, doc.Bullets(lines)), id=f"sec:{id}-hand-in"),
    )


def _point(answer: Answer, point: Point, run: set[str]) -> doc.Inlines:
    return (*_part(answer), *T(point.says), *_references(point.theorems, run))


def _line(answer: Answer, line: Line, run: set[str], refuted: Mapping[str, RefutationResult]) -> doc.Inlines:
    badge = doc.Badge(TONE[line.verdict], line.verdict)
    shown = _counterexample(refuted[line.refutation]) if line.refutation in refuted else ()
    references = _references((line.theorem,), run)
    return (*_part(answer), *T(line.quote), doc.Text(" "), badge, *T(f" {line.why}"), *shown, *references)


def _part(answer: Answer) -> doc.Inlines:
    return (doc.Strong(f"{answer.part})"), doc.Text(" ")) if answer.part else ()


def _references(theorems: tuple[str, ...], run: set[str]) -> doc.Inlines:
    inlines: list[doc.Inline] = []
    for name in theorems:
        if name in run:
            inlines += [doc.Text(", " if inlines else " ("), doc.Ref(f"sec:{name}")]
    return (*inlines, doc.Text(")")) if inlines else ()


def _counterexample(claim: RefutationResult) -> doc.Inlines:
    found = claim.counterexample
    if found is None:
        return T(" The search for a counterexample ended without one.")
    return (
        *T(" In the smallest counterexample the line says "),
        doc.Math(found.claimed.latex),
        *T("; in truth "),
        doc.Math(found.true.latex),
        doc.Text("."),
    )
