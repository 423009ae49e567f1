"""The programs beside this file: a section, after the imports at the top, is one student's program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from verification.grading.extraction_code import Code, read_code
from verification.grading.submission import Cell, SourceFile, Submission

FOLDER = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class StudentProgram:
    """criterion: who judges it. name: what is special about it; for a wrong one `code` is its defect."""

    criterion: str
    name: str
    source: str
    code: str = ""

    @property
    def is_minor(self) -> bool:
        """Whether it is right but for a minor defect."""
        return self.name.endswith(": minor")


def sections(path: Path) -> list[tuple[str, str]]:
    """Title and source of each section, the common beginning of the file before each."""
    head, *rest = path.read_text().split("# %% ")
    return [(title, head + body) for title, body in (piece.split("\n", 1) for piece in rest)]


def correct_programs(criterion: str) -> list[StudentProgram]:
    """Those that must be accepted."""
    path = FOLDER / f"{criterion}_correct.py"
    return [StudentProgram(criterion, title, source) for title, source in sections(path)]


def wrong_programs(criterion: str) -> list[StudentProgram]:
    """Those that must be rejected, each with the code of its defect."""
    path = FOLDER / f"{criterion}_wrong.py"
    return [StudentProgram(criterion, t, source, t.split(":")[0]) for t, source in sections(path)]


def code_of(source: str) -> Code:
    """A submission of one script."""
    file = SourceFile("hand_in.py", "script", (Cell(None, "code", source),))
    return read_code(Submission("student", "A. Student", (file,)))
