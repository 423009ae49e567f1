"""The content of a report: one frozen tree that knows nothing of HTML or PDF.

A `Report` holds blocks (sections, prose, equations, derivations, tables, figures, listings, callouts);
blocks hold inlines (`reports.inlines`, offered here as well). `reports.numbering` numbers what has an id, and
`reports.html` and `reports.pdf` each print the same tree.

Strings are plain text and may come from anyone: the renderers show them and never run them. The one
exception is LaTeX (`Math.tex`, `Equation.tex`, `Step.tex`, `Derivation.lhs`), which is parsed; put only
formulas of our own there. Formulas of others come with their tree, parsed in a process apart, or are shown as
`Code` or `Listing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from reports.inlines import Badge, Code, Emph, Inline, Inlines, Link, Math, Ref, Strong, T, Text, Tone
from reports.live import Live
from reports.maths import Node

__all__ = [
    "INK",
    "Attachment",
    "Badge",
    "Block",
    "Bullets",
    "Callout",
    "CheckRow",
    "CheckTable",
    "Code",
    "Derivation",
    "Emph",
    "Equation",
    "Figure",
    "Inline",
    "Inlines",
    "Link",
    "Listing",
    "Math",
    "Prose",
    "Ref",
    "Report",
    "Section",
    "Step",
    "Strong",
    "Summary",
    "T",
    "Table",
    "Tally",
    "Text",
    "Tone",
    "Verdict",
]

Verdict = Literal["pass", "fail", "undecided"]

INK = "#123456"
"""SVG figures draw letters and axes in this color; HTML replaces it by the color of the text around."""


# --- blocks: what a page is made of; those with an `id` are numbered and can be referred to


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    body: Inlines


@dataclass(frozen=True)
class Bullets:
    """A list, numbered if `ordered`."""

    items: tuple[Inlines, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Equation:
    """A displayed formula; `alt` is read aloud instead of the spoken form made from `tex`.

    tree: the formula parsed already, in display style; then `tex` is not.
    """

    tex: str
    id: str = ""
    alt: str = ""
    tree: Node | None = None


@dataclass(frozen=True)
class Step:
    """One line `relation tex` of a derivation and the reason it follows from the line above.

    `verified` is True if a machine checked the step, False if it refused it, None if it was not asked.
    `cites` names what the step rests on, separated as it is to be printed.
    """

    relation: str
    tex: str
    why: Inlines = ()
    verified: bool | None = None
    cites: Inlines = ()


@dataclass(frozen=True)
class Derivation:
    """A chain `lhs relation tex relation tex ...`, folded in HTML if `collapsed`."""

    lhs: str
    steps: tuple[Step, ...]
    id: str = ""
    title: Inlines = ()
    collapsed: bool = False

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"derivation {self.id!r} has no steps")

    @property
    def count(self) -> str:
        """What a reader is told before reading: "4 steps, 3 machine-checked"."""
        n_verified = sum(step.verified is True for step in self.steps)
        steps = "1 step" if len(self.steps) == 1 else f"{len(self.steps)} steps"
        return f"{steps}, {n_verified} machine-checked" if n_verified else steps


@dataclass(frozen=True)
class CheckRow:
    """One Monte Carlo check: an estimate from `n` samples against its closed form.

    `controls_rejected` of `controls` deliberately wrong formulas were told apart from the right one.
    """

    title: Inlines
    estimate: float
    closed_form: float
    standard_error: float
    n: int
    p_value: float
    verdict: Verdict
    controls_rejected: int = 0
    controls: int = 0


@dataclass(frozen=True)
class CheckTable:
    """A table of checks; in HTML it can be filtered to those that did not pass."""

    caption: Inlines
    rows: tuple[CheckRow, ...]
    id: str = ""


@dataclass(frozen=True)
class Table:
    """A table of text.

    `align` has one letter a column: l, c, r, or x for a left column that takes the rest of the width.
    """

    caption: Inlines
    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    id: str = ""
    align: str = ""

    def __post_init__(self) -> None:
        n_columns = len(self.header)
        for number, row in enumerate(self.rows, start=1):
            if len(row) != n_columns:
                raise ValueError(
                    f"row {number} of table {self.id!r} has {len(row)} cells; the header has {n_columns}"
                )
        if self.align and (len(self.align) != n_columns or set(self.align) - set("lcrx")):
            raise ValueError(
                f"align of table {self.id!r} is {self.align!r}; expected {n_columns} letters of l, c, r, x"
            )


@dataclass(frozen=True)
class Figure:
    """A picture. `alt` says what is seen to those who cannot see it; `width` is a fraction of the column.

    Each of `live` becomes a panel of controls below the picture in HTML, where scripts run.
    """

    data: bytes
    mime: Literal["image/svg+xml", "image/png"]
    alt: str
    caption: Inlines
    id: str = ""
    width: float = 1.0
    live: tuple[Live, ...] = ()

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError(f"figure {self.id!r} has no alt text")
        if not 0 < self.width <= 1:
            raise ValueError(f"width of figure {self.id!r} is {self.width}; expected 0 < width <= 1")


@dataclass(frozen=True)
class Listing:
    """Source code, shown and never run; the lines numbered in `highlight` (from 1) are marked."""

    code: str
    lang: str = "python"
    caption: Inlines = ()
    id: str = ""
    highlight: tuple[int, ...] = ()


@dataclass(frozen=True)
class Callout:
    """A colored box: a verdict, a warning, a common mistake, a remark."""

    tone: Tone
    title: Inlines
    body: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Section:
    """A headed part; sections nest, and their depth gives the level of the heading."""

    title: Inlines
    body: tuple[Block, ...]
    id: str = ""


Block = Prose | Bullets | Equation | Derivation | CheckTable | Table | Figure | Listing | Callout | Section


# --- the whole


@dataclass(frozen=True)
class Tally:
    """One count of the summary: value "8 of 8", label "theorems proved"."""

    value: str
    label: str
    tone: Tone


@dataclass(frozen=True)
class Summary:
    """The verdict on the first screen: one sentence, a few counts, and what to know before reading on."""

    tone: Tone
    title: Inlines
    tallies: tuple[Tally, ...] = ()
    body: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Attachment:
    """A JSON file that goes with a report: inside the PDF, and behind a button in HTML."""

    name: str
    data: bytes
    description: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w-]+\.json", self.name, re.ASCII):
            raise ValueError(
                f"name of an attachment is {self.name!r}; expected a file name such as results.json"
            )


@dataclass(frozen=True)
class Report:
    """A document. `meta` is a row of names and values under the title (seed, version, ...)."""

    title: str
    subtitle: str
    author: str
    body: tuple[Block, ...]
    lang: str = "en"
    meta: tuple[tuple[str, str], ...] = ()
    summary: Summary | None = None
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch("[a-z]{2,3}", self.lang):
            raise ValueError(f"language of the report is {self.lang!r}; expected a code such as 'en'")
