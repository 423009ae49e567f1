"""One numbering pass for all renderers: who is Figure 3, what the contents list, who refers to whom.

Sections are numbered 1, 1.1, ...; figures, tables, listings and derivations each in order of appearance;
equations only if they have an id. Numbered blocks that came without an id get one made from their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from reports.document import (
    Block,
    Bullets,
    Callout,
    CheckTable,
    Derivation,
    Equation,
    Figure,
    Inlines,
    Listing,
    Prose,
    Ref,
    Report,
    Section,
    Table,
)

_KIND_OF: Mapping[type, str] = MappingProxyType(
    {
        Equation: "Equation",
        Derivation: "Derivation",
        CheckTable: "Table",
        Table: "Table",
        Figure: "Figure",
        Listing: "Listing",
    }
)
_ID = re.compile(r"[A-Za-z][A-Za-z0-9:_.-]*")


@dataclass(frozen=True)
class Label:
    """What a numbered block is called: kind "Figure", number "3"."""

    kind: str
    number: str

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents; `depth` is 0 for the outermost sections."""

    id: str
    number: str
    title: Inlines
    depth: int


@dataclass(frozen=True)
class Numbered:
    """A report in which every numbered block has an id; its labels by id, its contents and its citations.

    `cited_in[id]` lists, in order, the ids of the other sections that refer to `id`.
    """

    report: Report
    labels: Mapping[str, Label]
    contents: tuple[Entry, ...]
    cited_in: Mapping[str, tuple[str, ...]]

    def number(self, id: str) -> str:
        """The number of the block with this id, empty if it has none."""
        return self.labels[id].number if id in self.labels else ""


def resolve(report: Report) -> Numbered:
    """Number a report and check its references.

    Raises ValueError for an id used twice or malformed, a reference to an id that is not there, and a section
    inside a callout.
    """
    state = _Pass()
    summary = report.summary
    if summary is not None:
        state.refer(summary.title, "")
        summary = replace(summary, body=state.blocks(summary.body, within=None, section=""))
    body = state.blocks(report.body, within="", section="")
    missing = [id for id in state.cited_in if id not in state.labels]
    if missing:
        raise ValueError(
            f"reference to unknown id {missing[0]!r}; known ids: {', '.join(sorted(state.labels))}"
        )
    cited_in = {
        id: tuple(section for section in dict.fromkeys(sections) if section not in ("", state.home[id]))
        for id, sections in state.cited_in.items()
    }
    return Numbered(
        replace(report, summary=summary, body=body), state.labels, tuple(state.contents), cited_in
    )


@dataclass
class _Pass:
    labels: dict[str, Label] = field(default_factory=dict)
    contents: list[Entry] = field(default_factory=list)
    cited_in: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)

    def blocks(self, blocks: tuple[Block, ...], *, within: str | None, section: str) -> tuple[Block, ...]:
        """The blocks with ids. `within` is the number of the section around them, None inside a callout."""
        numbered: list[Block] = []
        n_sections = 0
        for block in blocks:
            if isinstance(block, Section):
                if within is None:
                    raise ValueError(f"section {block.id!r} is inside a callout")
                n_sections += 1
                numbered.append(self._section(block, f"{within}{n_sections}"))
            elif isinstance(block, Callout):
                self.refer(block.title, section)
                numbered.append(replace(block, body=self.blocks(block.body, within=None, section=section)))
            else:
                numbered.append(self._leaf(block, section))
        return tuple(numbered)

    def _section(self, section: Section, number: str) -> Section:
        id = section.id or f"section-{number}"
        self._name(id, Label("Section", number), home=id)
        self.contents.append(Entry(id, number, section.title, number.count(".")))
        self.refer(section.title, id)
        return replace(section, id=id, body=self.blocks(section.body, within=f"{number}.", section=id))

    def _leaf(
        self,
        block: Prose | Bullets | Equation | Derivation | CheckTable | Table | Figure | Listing,
        section: str,
    ) -> Block:
        for inlines in _inlines_of(block):
            self.refer(inlines, section)
        if isinstance(block, Prose | Bullets):
            return block
        if isinstance(block, Equation) and not block.id:
            return block
        if isinstance(block, Listing) and not block.id and not block.caption:
            return block
        kind = _KIND_OF[type(block)]
        self.counts[kind] = number = self.counts.get(kind, 0) + 1
        id = block.id or f"{kind.lower()}-{number}"
        self._name(id, Label(kind, str(number)), home=section)
        return replace(block, id=id)

    def _name(self, id: str, label: Label, *, home: str) -> None:
        if not _ID.fullmatch(id):
            raise ValueError(f"id {id!r} of {label}: expected a letter, then letters, digits and : _ . -")
        if id in self.labels:
            raise ValueError(f"id {id!r} is used twice: {self.labels[id]} and {label}")
        self.labels[id] = label
        self.home[id] = home

    def refer(self, inlines: Inlines, section: str) -> None:
        """Note the references of some inlines in a section."""
        for inline in inlines:
            if isinstance(inline, Ref):
                self.cited_in.setdefault(inline.to, []).append(section)


def _inlines_of(block: Block) -> Iterator[Inlines]:
    match block:
        case Prose():
            yield block.body
        case Bullets():
            yield from block.items
        case Derivation():
            yield block.title
            for step in block.steps:
                yield step.why
                yield step.cites
        case CheckTable():
            yield block.caption
            for check in block.rows:
                yield check.title
        case Table():
            yield block.caption
            yield from block.header
            for row in block.rows:
                yield from row
        case Figure() | Listing():
            yield block.caption
        case _:
            return
