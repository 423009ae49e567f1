"""The formats in which a document can be written, one renderer each, the same for every command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from algorithms.errors import InputError
from reports import html, latex, markdown, pdf
from reports.document import Report

DocumentFormat = Literal["latex", "markdown", "html", "pdf"]

RENDERERS: Mapping[DocumentFormat, Callable[[Report], bytes]] = {
    "latex": latex.render,
    "markdown": markdown.render,
    "html": html.render,
    "pdf": pdf.render,
}
SUFFIXES: Mapping[str, DocumentFormat] = {".tex": "latex", ".md": "markdown", ".html": "html", ".pdf": "pdf"}


def format_of(path: Path, option: str) -> DocumentFormat:
    """The format that the name of a file asks for. Raises InputError, naming the option, for another."""
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"{option}: expected a file ending in {', '.join(SUFFIXES)}, got {path}; the ending is the format"
        )
    return SUFFIXES[path.suffix]
