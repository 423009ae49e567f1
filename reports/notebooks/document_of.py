"""A notebook as a document: its headings make the sections, its code and outputs the listings and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reports import document as doc
from reports.document import T
from reports.notebooks.foreign import Picture, Printed, ShownCell
from reports.notebooks.known_formulas import Parsed
from reports.notebooks.prose import Heading, blocks_of, formulas_of

Item = doc.Block | Heading


def formulas(cells: Sequence[ShownCell]) -> tuple[str, ...]:
    """The formulas in the text of a notebook."""
    return tuple(tex for cell in cells if cell.kind == "markdown" for tex in formulas_of(cell.text))


def build(cells: Sequence[ShownCell], name: str, known: Mapping[str, Parsed]) -> doc.Report:
    """The document. `known` are the formulas that are set; others are shown as code.

    name: of the file; the title is the first heading, or the name if there is none.
    """
    items = [item for cell in cells for item in _items(cell, known)]
    title: doc.Inlines = (doc.Text(name),)
    if items and isinstance(items[0], Heading):
        title, items = items[0].title, items[1:]
    highest = min((item.level for item in items if isinstance(item, Heading)), default=1)
    body, _ = _nested(items, 0, highest)
    return doc.Report(
        title=_plain(title),
        subtitle=f"Notebook {name}",
        author="",
        body=body,
    )


def _items(cell: ShownCell, known: Mapping[str, Parsed]) -> Iterator[Item]:
    if cell.kind == "markdown":
        yield from blocks_of(cell.text, known)
        return
    if cell.text.strip():
        yield doc.Listing(cell.text)
    for number, output in enumerate(cell.outputs, start=1):
        yield _output(output, cell.number, number)


def _output(output: Picture | Printed, cell: int, number: int) -> doc.Block:
    if isinstance(output, Picture):
        return doc.Figure(
            output.png,
            "image/png",
            alt=f"A picture that cell {cell} drew; the notebook does not describe it.",
            caption=T("Output of cell {cell}", cell=cell),
            id=f"fig:cell-{cell}-{number}",
        )
    title = T("Cell {cell} stopped with an error", cell=cell) if output.is_error else T("Output")
    return doc.Callout("fail" if output.is_error else "info", title, (doc.Listing(output.text, lang="text"),))


def _nested(items: Sequence[Item], start: int, level: int) -> tuple[tuple[doc.Block, ...], int]:
    """The blocks from `start` up to a heading above `level`, and where that is."""
    blocks: list[doc.Block] = []
    place = start
    while place < len(items):
        item = items[place]
        if not isinstance(item, Heading):
            blocks.append(item)
            place += 1
            continue
        if item.level < level:
            break
        body, place = _nested(items, place + 1, item.level + 1)
        blocks.append(doc.Section(item.title or (doc.Text("…"),), body))
    return tuple(blocks), place


def _plain(inlines: doc.Inlines) -> str:
    return "".join(getattr(inline, "text", "") or getattr(inline, "tex", "") for inline in inlines)[:200]
