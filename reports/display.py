"""Single results in a notebook, shown as the report shows them.

    from reports import display
    display.enable()                   # from now on every result of ksquared at the end of a cell
    display.show(check_theorem("mixture_mean"))  # or one of them, without that

Theorems, refuted claims, outcomes of checks and fits cannot know of this module: imports run one way. So
`enable` tells IPython how to print them, and `show` wraps one in an object that prints itself. It is the HTML
of the report without its script, and Markdown for what shows no HTML, such as a page on GitHub.

Source: IPython's documentation, "Integrating your objects with IPython".
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from reports import markdown
from reports.document import Section, Strong, T
from reports.html_blocks import BlockWriter, environment
from reports.numbering import resolve
from reports.result_document import Result, document_of

STYLE = Path(__file__).parent / "templates" / "fragment.css"


@dataclass(frozen=True)
class Shown:
    """A result that notebooks print as the report does."""

    result: Result

    def _repr_html_(self) -> str:
        return as_html(self.result)

    def _repr_markdown_(self) -> str:
        return as_markdown(self.result)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        return mimebundle(self.result)


def show(result: Result) -> Shown:
    """The result, to be printed by a notebook."""
    return Shown(result)


def mimebundle(result: Result) -> dict[str, str]:
    """The result in each format that a notebook may show, by MIME type."""
    return {
        "text/html": as_html(result),
        "text/markdown": as_markdown(result),
        "text/plain": f"<{type(result).__name__}: {document_of(result).title}>",
    }


def as_html(result: Result) -> str:
    """A fragment of HTML with its own style, which touches nothing outside. Nothing in it runs."""
    numbered = resolve(document_of(result))
    writer = BlockWriter(numbered, environment())
    report = numbered.report
    summary = writer.summary(report.summary) if report.summary else ""
    titles = [block.title for block in report.body[:1] if isinstance(block, Section)]
    # A theorem alone is a section of the same title: that would stand there twice.
    title = "" if titles == [T(report.title)] else writer.inlines((Strong(report.title),))
    body = writer.blocks(report.body, level=3)
    head = f'<style>{_style()}</style>\n<p class="title">{title}</p>\n{summary}'
    return f'<div class="ksquared">{head}\n{body}\n</div>'


def as_markdown(result: Result) -> str:
    """Markdown with formulas between dollar signs."""
    return markdown.render(document_of(result)).decode()


def enable(shell: Any = None) -> None:
    """Let IPython show every result so; `shell` is the running one if it is not given.

    Raises RuntimeError outside of IPython.
    """
    formatter = _running(shell).display_formatter
    for kind in get_args(Result):
        formatter.mimebundle_formatter.for_type(kind, _formatted)


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext reports.display` does the same as `enable`."""
    enable(shell)


def _formatted(result: Result, include: object = None, exclude: object = None) -> dict[str, str]:
    return mimebundle(result)


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


def _running(shell: Any) -> Any:
    if shell is not None:
        return shell
    get_ipython = getattr(builtins, "get_ipython", None)  # put there by IPython where it runs
    if get_ipython is None:
        raise RuntimeError("display.enable: expected to run in IPython or Jupyter; without it use as_html")
    return get_ipython()
