"""Reads Jupyter notebooks, nbformat 3 to 4.5, and Python scripts into cells of text.

Written for what students' notebooks really are: edited by hand, saved by old programs, or made to hurt. What
is no notebook raises Unreadable with the reason; oddities that can be lived with are notes.
Source: the JSON schemas of nbformat.
"""

from __future__ import annotations

import codecs
import io
import json
import tokenize
from typing import Any

from verification.grading.intake.entries import Unreadable
from verification.grading.submission import Cell, CellKind, SourceFile, printable

MAX_CODE = 4 << 20
LOOKS_LIKE = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip or a Word document",
    b"\xd0\xcf\x11\xe0": "a Word document",
}


def read_notebook(data: bytes, path: str) -> tuple[SourceFile, tuple[str, ...]]:
    """The notebook's code and text, and notes. Raises Unreadable."""
    notebook = _parsed(data)
    version = notebook.get("nbformat")
    if isinstance(notebook.get("cells"), list):
        cells = notebook["cells"]
    elif isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
    else:
        raise Unreadable(
            f"is JSON, but no notebook of nbformat 3 or 4 (it says {printable(str(version), 20)})"
        )
    read = [_cell(number, cell) for number, cell in enumerate(cells, start=1)]
    notes = [
        f"{path}: cell {number} is damaged and left out"
        for number, cell in enumerate(read, start=1)
        if cell is None
    ]
    language, python = _language(notebook.get("metadata"))
    if language not in ("", "python"):
        notes.append(f"{path}: the notebook says that it is written in {printable(language, 40)}, not Python")
    if python.startswith("2"):
        notes.append(f"{path}: the notebook says that it is written in Python {printable(python, 20)}")
    kept = tuple(cell for cell in read if cell is not None)
    if sum(len(cell.text) for cell in kept) > MAX_CODE:
        raise Unreadable(f"holds more than {MAX_CODE:,} characters of code and text")
    return SourceFile(path, "notebook", kept, python), tuple(notes)


def read_script(data: bytes, path: str) -> tuple[SourceFile, tuple[str, ...]]:
    """The script as one cell, and notes. Raises Unreadable."""
    if len(data) > MAX_CODE:
        raise Unreadable(f"holds more than {MAX_CODE:,} characters of code")
    _refuse_other_formats(data)
    text, notes = _decoded(data, path)
    if "\0" in text:
        raise Unreadable("is not text")
    return SourceFile(path, "script", (Cell(None, "code", _clean(text)),)), notes


def _parsed(data: bytes) -> dict[str, Any]:
    _refuse_other_formats(data)
    try:
        # An integer of 5,000 digits in some output is no reason to refuse a notebook, nor to convert it.
        value = json.loads(
            _decoded(data, "")[0], parse_int=lambda digits: int(digits) if len(digits) < 16 else 0
        )
    except RecursionError:
        raise Unreadable("is nested deeper than any notebook") from None
    except (ValueError, MemoryError) as error:
        raise Unreadable(f"is not a notebook: {printable(str(error), 100)}") from None
    if not isinstance(value, dict):
        raise Unreadable("is JSON, but no notebook")
    return value


def _refuse_other_formats(data: bytes) -> None:
    for start, name in LOOKS_LIKE.items():
        if data.startswith(start):
            raise Unreadable(f"is {name} inside, whatever its name says")
    if not data.strip():
        raise Unreadable("is empty")


def _decoded(data: bytes, path: str) -> tuple[str, tuple[str, ...]]:
    """The text in the encoding it declares, UTF-8 if none; Latin-1, which never fails, if that is wrong."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16"), ()
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0] if path else "utf-8-sig"
        return data.decode(encoding), ()
    except (UnicodeDecodeError, SyntaxError, LookupError):
        return data.decode("latin-1"), (f"{path}: not in the encoding it declares; read as Latin-1",)


def _clean(text: str) -> str:
    """Unix line ends, and no lone surrogates, which no encoding can write."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def _cell(number: int, cell: Any) -> Cell | None:
    if not isinstance(cell, dict):
        return None
    kind: CellKind = "code" if cell.get("cell_type") == "code" else "markdown"
    text = cell.get("source", cell.get("input"))  # nbformat 3 calls it input
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    return Cell(number, kind, _clean(text)) if isinstance(text, str) else None


def _language(metadata: Any) -> tuple[str, str]:
    """The language that a notebook declares, and the version of Python; empty where it says nothing."""
    kernel, info = _dict(_dict(metadata).get("kernelspec")), _dict(_dict(metadata).get("language_info"))
    language = _text(info.get("name")) or _text(kernel.get("language"))
    python = _text(info.get("version"))
    if not python and _text(kernel.get("name")).lower() == "python2":
        python = "2"
    language = language.lower()
    return ("python" if language in ("ipython", "python2", "python3") else language), python


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
