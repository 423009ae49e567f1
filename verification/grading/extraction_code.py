"""The top-level statements of a submission, each with the names it binds and needs. Parsed, never run.

Cells are parsed one by one, and a cell that does not parse statement by statement: one unfinished
function does not cost the others. Lines for IPython's magics and for the shell are left out.
"""

from __future__ import annotations

import ast
import re
import symtable
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from verification.grading.submission import Cell, Place, SourceFile, Submission, printable

LINE_MAGIC = re.compile(r"\s*(%{1,2}[A-Za-z]|!|\?|[\w, ()*]+=\s*(!|%[A-Za-z])).*|\s*[\w.]+\?{1,2}\s*")
MAGICS_AROUND_PYTHON = ("time", "timeit", "capture", "prun", "matplotlib")
STARTS_STATEMENT = re.compile(r"(?!(else|elif|except|finally)\b)[A-Za-z_@]")
DEFINES = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
PYTHON_2 = re.compile(
    r"""^\s*print\s+[^\s(=].*|^\s*print\s*$|\bexcept\s+[\w.]+\s*,\s*\w+\s*:|^\s*raise\s+\w+\s*,"""
    r"""|^\s*exec\s+["'\w]|<>|\bur["']""",
    re.MULTILINE,
)
# `warnings.catch_warnings` changes a global state.
_parsing = threading.Lock()


@dataclass(frozen=True)
class Statement:
    """A top-level statement. source: its text. place: where it starts. places: of each line of `source`."""

    node: ast.stmt
    source: str
    places: tuple[Place, ...]
    binds: frozenset[str]
    needs: frozenset[str]

    @property
    def place(self) -> Place:
        return self.places[0]


@dataclass(frozen=True)
class Broken:
    """A piece that does not parse. name: the function it would define, or empty. why: one line."""

    name: str
    place: Place
    why: str


@dataclass(frozen=True)
class Code:
    """All code of a submission, in the order of its files and cells. notes: what was not run."""

    statements: tuple[Statement, ...]
    broken: tuple[Broken, ...]
    notes: tuple[str, ...]


def read_code(submission: Submission) -> Code:
    """The statements of `submission`. Nothing of it is run, and nothing that is wrong with it raises."""
    statements: list[Statement] = []
    broken: list[Broken] = []
    notes: list[str] = []
    for file in submission.files:
        for cell in file.cells:
            if cell.kind == "code":
                for piece in _pieces(file, cell, notes):
                    if isinstance(piece, Statement):
                        statements.append(piece)
                    else:
                        broken.append(piece)
    return Code(tuple(statements), tuple(broken), tuple(notes))


def _pieces(file: SourceFile, cell: Cell, notes: list[str]) -> Iterator[Statement | Broken]:
    text = cell.text
    if isinstance(_tree(text), Exception):
        text = _without_magics(file, cell, notes)
    tree = _tree(text)
    if isinstance(tree, ast.Module):
        yield from _statements(tree, text, file, cell)
        return
    for chunk in _chunks(text):
        part = _tree(chunk)
        if isinstance(part, ast.Module):
            yield from _statements(part, chunk, file, cell)
        else:
            yield _broken(part, chunk, file, cell)


def _tree(text: str) -> ast.Module | Exception:
    """The syntax tree, or why there is none; deep nesting ends in RecursionError or MemoryError."""
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error


def _without_magics(file: SourceFile, cell: Cell, notes: list[str]) -> str:
    """The text with `pass` for each line that only IPython understands, so that line numbers stay."""
    lines = cell.text.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    magic = first[2:].split() if first.startswith("%%") else []
    if magic and magic[0] not in MAGICS_AROUND_PYTHON:
        notes.append(f"{Place(file.path, cell.number, 1)}: the cell `{printable(first, 60)}` was not run")
        return ""
    kept = []
    for number, line in enumerate(lines, start=1):
        if LINE_MAGIC.fullmatch(line):
            place = Place(file.path, cell.number, number)
            notes.append(f"{place}: `{printable(line.strip(), 60)}` was not run")
            indent = line[: len(line) - len(line.lstrip())]
            kept.append("" if line.lstrip().startswith("%%") else indent + "pass")
        else:
            kept.append(line)
    return "\n".join(kept)


def _chunks(text: str) -> Iterator[str]:
    """The text cut before every line that starts a statement at the margin; each keeps its line numbers."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if STARTS_STATEMENT.match(line)]
    # A decorator belongs to what follows it.
    starts = [i for i in starts if i == 0 or not lines[i - 1].startswith("@")]
    for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
        if any(line.strip() for line in lines[start:end]):
            yield "\n" * start + "\n".join(lines[start:end])


def _statements(tree: ast.Module, text: str, file: SourceFile, cell: Cell) -> Iterator[Statement | Broken]:
    lines = text.split("\n")
    taken = 0
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        last = node.end_lineno or node.lineno
        alone = not any(
            other is not node and other.lineno <= last and (other.end_lineno or other.lineno) >= first
            for other in tree.body[max(0, taken - 1) : taken + 2]
        )
        taken += 1
        try:
            # Of statements that share a line each is written out anew.
            source = "\n".join(lines[first - 1 : last]) if alone else ast.unparse(node)
            table = symtable.symtable(source, file.path, "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            yield _broken(error, "\n" * (first - 1) + "\n".join(lines[first - 1 : last]), file, cell)
            continue
        count = source.count("\n") + 1
        numbers = [min(first + offset, last) for offset in range(count)]
        yield Statement(
            node,
            source,
            tuple(Place(file.path, cell.number, number) for number in numbers),
            frozenset(s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()),
            frozenset(_needed(table)),
        )


def _needed(table: symtable.SymbolTable) -> Iterator[str]:
    """The global names that a statement reads, in all scopes within."""
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _needed(child)


def _broken(error: Exception, chunk: str, file: SourceFile, cell: Cell) -> Broken:
    line = getattr(error, "lineno", None) or next(
        (number for number, text in enumerate(chunk.split("\n"), start=1) if text.strip()), 1
    )
    why = getattr(error, "msg", None) or str(error) or "nested too deeply"
    if file.python.startswith("2") or PYTHON_2.search(chunk):
        why = f"Python 2 code, which Python 3 does not understand ({why})"
    defines = DEFINES.search(chunk)
    name = defines[1] if defines else ""
    return Broken(name, Place(file.path, cell.number, line), printable(why, 200))
