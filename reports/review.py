"""Pages on which a human grades answers in words: the students' texts beside the reference.

What is typed stays in the browser and goes into a CSV file on a click; the page asks no network for anything.
A student's formulas are shown as they were typed: LaTeX of others is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from derivations.library import check_theorem, refute
from derivations.results import RefutationResult, TheoremResult
from reports import document as doc
from reports import html, proof_document
from reports.document import T
from reports.feedback import points
from reports.html_blocks import BlockWriter, environment
from reports.notebooks.known_formulas import parsed
from reports.notebooks.prose import Heading, blocks_of, formulas_of
from reports.numbering import resolve
from verification.grading.answers import find_answers
from verification.grading.gradebook import Gradebook
from verification.grading.rubric import Answer
from verification.grading.submission import Submission

LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Entry:
    """What one student wrote: id and name of the student, the text, and where it begins."""

    id: str
    name: str
    text: str
    place: str


@dataclass(frozen=True)
class Page:
    """The page of one answer: a safe file name without its ending, the number of students who wrote, HTML."""

    name: str
    written: int
    content: bytes


def render_all(answers: Sequence[Answer], submissions: Sequence[Submission], book: Gradebook) -> list[Page]:
    """A page for each answer that anybody wrote. The reference is proved anew, which takes seconds."""
    entries: dict[str, list[Entry]] = {answer.name: [] for answer in answers}
    for submission in submissions:
        for name, written in find_answers(submission, answers).items():
            text = written.text
            if len(text) > LONGEST_TEXT:
                text = f"{text[:LONGEST_TEXT]}\n[{len(text) - LONGEST_TEXT} more characters]"
            entries[name].append(Entry(submission.id, submission.name[:200], text, written.place))
    everyone = [submission.id for submission in submissions]
    return [
        Page(name, len(found), render(answer, found, everyone, name, f"{name} {book.seed} {book.version}"))
        for number, answer in enumerate(answers, start=1)
        if (found := entries[answer.name])
        for name in [f"{number}-{re.sub('[^a-z0-9]+', '-', answer.name.lower()).strip('-') or 'answer'}"]
    ]


def render(answer: Answer, entries: Sequence[Entry], everyone: Sequence[str], name: str, key: str) -> bytes:
    """The page of `answer` as HTML. everyone: the ids of the class. key: what its browser storage goes by."""
    numbered = resolve(_reference(answer))
    templates = environment()
    writer = BlockWriter(numbered, templates)
    script = html.text_of("review.js")
    wrote = {entry.id for entry in entries}
    page = templates.get_template("review.html.j2").render(
        title=answer.name,
        entries=entries,
        without=[id for id in everyone if id not in wrote],
        starts=answer.starts,
        most=points(answer.points) if answer.points else "",
        reference=writer.blocks(numbered.report.body, level=2),
        file=f"{name}.csv",
        key=key,
        style=html.style(with_formulas=True) + Markup(html.text_of("review.css")),
        script=Markup(script),
        policy=html.policy(script),
    )
    return page.encode("utf-8")


def _reference(answer: Answer) -> doc.Report:
    """What a good answer says, the derivations with every step, and the false claims that go with them."""
    theorems: list[TheoremResult] = [check_theorem(theorem) for theorem in answer.theorems]
    mistakes = dict.fromkeys(mistake for theorem in theorems for mistake in theorem.mistakes)
    claims: list[RefutationResult] = [refute(mistake) for mistake in mistakes]
    report = proof_document.build(theorems, claims)
    blocks = blocks_of(answer.text, parsed(formulas_of(answer.text)))
    if not blocks:
        return report
    said = tuple(doc.Prose(block.title) if isinstance(block, Heading) else block for block in blocks)
    section = doc.Section(T("What a good answer says"), said, id="sec:expected")
    return doc.Report(report.title, report.subtitle, report.author, (section, *report.body))
