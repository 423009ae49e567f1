"""Answers in words and formulas: found in the text cells of a hand-in, for a human to read; none is scored.

An answer begins at a line that starts with a word of the rubric ("Problem 3"), whatever marks it as a
heading, and ends at the next answer or the next heading that is no deeper. Code cells in between belong to
no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verification.grading.rubric import Answer
from verification.grading.submission import Submission

HEADING = re.compile(r"\s{0,3}(#{1,6})\s")
MARKS = re.compile(r"[\s#*_>`:.-]+")
DEEPEST = 6


@dataclass(frozen=True)
class Written:
    """What a student wrote on one answer: the text as it is, and the file and cell where it begins."""

    text: str
    place: str


def find_answers(submission: Submission, answers: Sequence[Answer]) -> dict[str, Written]:
    """The texts by the names of the answers; without those of which nothing was found."""
    found: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    for place, name, line in _lines(submission, answers):
        found.setdefault(name, []).append(line)
        places.setdefault(name, place)
    return {
        name: Written("\n".join(lines).strip(), places[name]) for name, lines in found.items() if any(lines)
    }


def _lines(submission: Submission, answers: Sequence[Answer]) -> Iterator[tuple[str, str, str]]:
    """Place, name of the answer and text of each line that belongs to one."""
    for file in submission.files:
        current, level = "", DEEPEST
        for cell in file.cells:
            if cell.kind != "markdown":
                continue
            place = file.path if cell.number is None else f"{file.path}, cell {cell.number}"
            for line in cell.text.split("\n"):
                heading = HEADING.match(line)
                begun = _begun(line, answers)
                if begun:
                    current, level = begun, len(heading[1]) if heading else DEEPEST
                elif heading and len(heading[1]) <= level:
                    current = ""
                if current:
                    yield place, current, line


def _begun(line: str, answers: Sequence[Answer]) -> str:
    """The name of the answer that begins with this line, if one does."""
    plain = _plain(line)
    for answer in answers:
        for start in map(_plain, answer.starts):
            # "Problem 1" does not begin "Problem 12".
            if plain.startswith(start) and not plain[len(start) : len(start) + 1].isalnum():
                return answer.name
    return ""


def _plain(text: str) -> str:
    """Small letters without marks, one space between words."""
    return MARKS.sub(" ", text.lower()).strip()
