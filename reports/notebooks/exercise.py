"""An exercise, read from its Markdown file: prose, given code, tasks and answers with solutions, self-tests.

The file reads as a page. What a fence or a comment says makes the rest of it into cells:

    ```python              code that is given
    ```python task 10      a function worth 10 points; its solution stands between two comments,
                           `# BEGIN SOLUTION: what is to be done` and `# END SOLUTION`
    ```python test         a self-test, which the student sees and runs
    <!-- answer why 2 -->  an answer in words worth 2 points, called `why`, up to <!-- end -->; names of
                           theorems behind the points say what it derives

Prose is cut into cells at its headings. An answer is asked for below a heading or behind words in bold. The
solution of a task or an answer stands in this file alone: the student's version is what is left without it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from algorithms.errors import InputError

FOLDER = Path(__file__).parent / "exercises"
Kind = Literal["prose", "given", "task", "test", "answer"]

_PART = re.compile(
    r"^```python(?P<info>[^\n]*)\n(?P<code>.*?)^```$"
    r"|^<!-- answer (?P<answer>[^\n]*) -->\n(?P<text>.*?)^<!-- end -->$",
    re.DOTALL | re.MULTILINE,
)
_HEADING = re.compile(r"^(?=#)", re.MULTILINE)
_QUESTION = re.compile(r"^#+ ([^\n]+)$|^\*\*([^*\n]+)\*\*", re.MULTILINE)
_SOLUTION = re.compile(
    r"^(?P<indent> *)# BEGIN SOLUTION: (?P<what>[^\n]*)\n(?P<code>.*?)^ *# END SOLUTION\n",
    re.DOTALL | re.MULTILINE,
)
GAP = (Path(__file__).parent / "gap.txt").read_text(encoding="utf-8")
"""What stands where a solution was, indented as the solution was."""


@dataclass(frozen=True)
class Part:
    """One cell. `text` holds the solution, marked as in the file.

    name: of the function of a task or of an answer, else empty; also the name of the cell. points: of a task
    or an answer, 0 for all else. question: the words that begin the line where an answer is asked for, and
    theorems: what it derives, by id.
    """

    kind: Kind
    name: str
    text: str
    points: float = 0.0
    question: str = ""
    theorems: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        """Whether the cell holds Python; else Markdown."""
        return self.kind in ("given", "task", "test")

    @property
    def solved(self) -> str:
        """The text with the solution, without the marks around it."""
        return _SOLUTION.sub(lambda match: match["code"], self.text + "\n").rstrip()

    @property
    def unsolved(self) -> str:
        """The text that a student gets."""
        if self.kind == "answer":
            return "*Your answer here.*"
        return _SOLUTION.sub(_gap, self.text + "\n").rstrip()

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that a cell of code defines."""
        if not self.is_code:
            return ()
        return tuple(node.name for node in ast.parse(self.text).body if isinstance(node, ast.FunctionDef))


@dataclass(frozen=True)
class Exercise:
    """id: the name of the file. title: its first heading."""

    id: str
    title: str
    parts: tuple[Part, ...]

    @property
    def tasks(self) -> tuple[Part, ...]:
        """The functions to be written."""
        return tuple(part for part in self.parts if part.kind == "task")

    @property
    def answers(self) -> tuple[Part, ...]:
        """The answers to be given in words."""
        return tuple(part for part in self.parts if part.kind == "answer")

    @property
    def given(self) -> tuple[str, ...]:
        """The functions that the exercise gives, by name."""
        return tuple(name for part in self.parts if part.kind == "given" for name in part.functions)


def exercise_ids() -> tuple[str, ...]:
    """The ids of all exercises: the names of their files, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


def load_exercise(exercise_id: str) -> Exercise:
    """The exercise with this id. Raises InputError, with the ids there are, for an unknown one."""
    if exercise_id not in exercise_ids():
        raise InputError(
            f"notebooks: expected some of {', '.join(exercise_ids())}, got {exercise_id!r}; correct the name"
        )
    return parse_exercise((FOLDER / f"{exercise_id}.md").read_text(encoding="utf-8"), exercise_id)


def parse_exercise(text: str, exercise_id: str) -> Exercise:
    """The exercise written in `text`. Raises ValueError for a task without a function or without a gap."""
    parts: list[Part] = []
    end = 0
    for match in _PART.finditer(text):
        parts += _prose(text[end : match.start()])
        parts.append(_code(match) if match["code"] is not None else _answer(match, text[: match.start()]))
        end = match.end()
    parts += _prose(text[end:])
    return Exercise(exercise_id, parts[0].text.splitlines()[0].removeprefix("# "), tuple(_named(parts)))


def _prose(text: str) -> list[Part]:
    return [Part("prose", "", piece.strip()) for piece in _HEADING.split(text) if piece.strip()]


def _answer(match: re.Match[str], before: str) -> Part:
    name, points, *theorems = match["answer"].split()
    asked = _QUESTION.findall(before)
    if not asked:
        raise ValueError(f"expected a heading or words in bold above the answer {name!r}")
    question = "".join(asked[-1])
    return Part("answer", name, match["text"].strip(), float(points), question, tuple(theorems))


def _code(match: re.Match[str]) -> Part:
    code = match["code"].rstrip()
    match match["info"].split():
        case []:
            return Part("given", "", code)
        case ["test"]:
            return Part("test", "", code)
        case ["task", points]:
            task = Part("task", "", code, float(points))
            if not task.functions or not _SOLUTION.search(code + "\n"):
                raise ValueError(f"expected a function with a solution between its marks, got {code[:80]!r}")
            return Part("task", task.functions[-1], code, task.points)
        case other:
            raise ValueError(f"expected ```python, ```python task POINTS or ```python test, got {other}")


def _named(parts: list[Part]) -> list[Part]:
    """A name for every cell, by what it is and where it stands: the same in every run."""
    named: list[Part] = []
    last = "start"
    for number, part in enumerate(parts, start=1):
        last = part.name or last
        name = part.name or (f"test-{last}" if part.kind == "test" else f"{part.kind}-{number:02}")
        named.append(replace(part, name=name))
    if len({part.name for part in named}) < len(named):
        raise ValueError("two cells have the same name; expected one test and one answer for each task")
    return named


def _gap(match: re.Match[str]) -> str:
    lines = GAP.format(what=match["what"]).splitlines()
    return "".join(f"{match['indent']}{line}\n" for line in lines)
