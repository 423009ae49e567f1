"""A notebook of anyone, read for showing: its cells and what they put out. Nothing of it is run.

Outputs come from the file and may hold anything. Text is cut where it is long; pictures are decoded and
written anew by Pillow, so that no byte of the file reaches a renderer; HTML, SVG and scripts are not shown,
only the plain text that stands beside them.
"""

from __future__ import annotations

import base64
import io
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from algorithms.errors import InputError
from verification.grading.intake.entries import Unreadable
from verification.grading.intake.notebook import read_notebook
from verification.grading.submission import CellKind, printable

LARGEST_FILE = 64 << 20
LONGEST_TEXT = 6000
LONGEST_LINE = 1000
LARGEST_PICTURE = 40_000_000  # pixels
WIDEST = 1600
_TERMINAL_COLOR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Picture:
    """A picture that a cell showed, as PNG."""

    png: bytes


@dataclass(frozen=True)
class Printed:
    """Text that a cell put out; `is_error` marks what stopped it."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class ShownCell:
    """A cell, `number` counted from 1 among all, and what it put out."""

    number: int
    kind: CellKind
    text: str
    outputs: tuple[Picture | Printed, ...] = ()


def read(path: Path) -> tuple[ShownCell, ...]:
    """The cells of the notebook in the file. Raises InputError, in one line, for what is none."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise InputError(f"notebooks: cannot read {path}: {error.strerror}; check the path") from None
    if not data and size:
        raise InputError(
            f"notebooks: {path} has {size >> 20} MiB, at most {LARGEST_FILE >> 20} pass; clear outputs"
        )
    return parse(data, path.name)


def parse(data: bytes, name: str) -> tuple[ShownCell, ...]:
    """The cells of a notebook. Raises InputError, in one line, for what is none."""
    try:
        source, _ = read_notebook(data, name)
        raw = _raw_cells(data)
    except (Unreadable, ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, Unreadable) else "cannot be read"
        raise InputError(f"notebooks: expected a Jupyter notebook, but {printable(name)} {said}") from None
    cells = []
    for cell in source.cells:
        assert cell.number is not None
        outputs = _outputs(raw[cell.number - 1]) if cell.kind == "code" else ()
        cells.append(ShownCell(cell.number, cell.kind, cell.text, outputs))
    return tuple(cells)


def _raw_cells(data: bytes) -> list[Any]:
    """The cells as they stand in the file, in the order in which `read_notebook` counts them."""
    notebook = json.loads(data, parse_int=lambda digits: int(digits) if len(digits) < 16 else 0)
    if isinstance(notebook.get("cells"), list):
        return list(notebook["cells"])
    return [
        cell for sheet in notebook["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", [])
    ]


def _outputs(cell: Any) -> tuple[Picture | Printed, ...]:
    outputs = cell.get("outputs", [])
    shown = (
        [_output(output) for output in outputs if isinstance(output, dict)]
        if isinstance(outputs, list)
        else []
    )
    return tuple(output for output in shown if output is not None)


def _output(output: dict[str, Any]) -> Picture | Printed | None:
    if output.get("output_type") in ("error", "pyerr"):
        return _printed(output.get("traceback"), is_error=True, separator="\n")
    data = output.get("data")
    bundle = data if isinstance(data, dict) else output  # nbformat 3 has the formats beside the type
    for kind in ("image/png", "image/jpeg", "png", "jpeg"):
        picture = _picture(bundle.get(kind)) if kind in bundle else None
        if picture is not None:
            return picture
    return _printed(bundle.get("text/plain", bundle.get("text")))


def _printed(value: Any, *, is_error: bool = False, separator: str = "") -> Printed | None:
    pieces = value if isinstance(value, list) else [value]
    text = _TERMINAL_COLOR.sub("", separator.join(piece for piece in pieces if isinstance(piece, str)))
    # What a line overwrote, such as the steps of a progress bar, was not to be seen any more.
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.rstrip().split("\n")]
    text = "\n".join(_cut(line, LONGEST_LINE) for line in lines)
    return Printed(_cut(text, LONGEST_TEXT), is_error) if text.strip() else None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} … [{len(text) - most} more characters]"


def _picture(value: Any) -> Picture | None:
    """The picture, decoded and written anew; None if it is none, or one that would fill the memory."""
    text = "".join(piece for piece in value if isinstance(piece, str)) if isinstance(value, list) else value
    if not isinstance(text, str):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own warning of large pictures
            picture: Image.Image = Image.open(io.BytesIO(base64.b64decode(text)), formats=("PNG", "JPEG"))
            if picture.width * picture.height > LARGEST_PICTURE:
                return None
            picture = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, max(1, picture.height * WIDEST // picture.width)))
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return Picture(written.getvalue())
