"""What moved since an older report, as a section of the new one and in the terminal."""

from __future__ import annotations

from dataclasses import replace

from rich.table import Table

from reports import document as doc
from reports import terminal
from reports.compare import Change, Comparison
from reports.document import T

MOST_ROWS = 200
MOST_LINES = 20
STYLE = {"fail": "bold red", "pass": "green", "undecided": "yellow"}


def with_section(report: doc.Report, compared: Comparison) -> doc.Report:
    """The report with a section on what moved, after its first one."""
    first, *rest = report.body
    return replace(report, body=(first, section(compared), *rest))


def section(compared: Comparison) -> doc.Section:
    """A table of all that moved, what got worse first."""
    body: list[doc.Block] = [doc.Prose(T("{said}", said=said(compared)))]
    changes = compared.worst_first
    if changes:
        rows = tuple(
            (
                T(change.kind),
                (doc.Code(change.name),),
                T("{before}", before=change.before),
                _after(change),
            )
            for change in changes[:MOST_ROWS]
        )
        table = doc.Table(
            T("What moved, the worst first"),
            (T("what"), T("name"), T("before"), T("now")),
            rows,
            id="tab:moved",
            align="lxxx",
        )
        body.append(table)
    if len(changes) > MOST_ROWS:
        body.append(doc.Prose(T(f"{len(changes) - MOST_ROWS} more changes are not listed.")))
    return doc.Section(T("What moved"), tuple(body), id="sec:moved")


def show(compared: Comparison) -> None:
    """Print the sentence, and the first of what moved."""
    console = terminal.output()
    console.print(said(compared), markup=False)
    table = Table.grid(padding=(0, 2))
    changes = compared.worst_first
    for change in changes[:MOST_LINES]:
        style = STYLE.get(change.tone, "")
        cells = (change.kind, change.name, change.before, "->", change.after)
        table.add_row(*(terminal.plain(cell, style) for cell in cells))
    console.print(table)
    if len(changes) > MOST_LINES:
        console.print(f"... and {len(changes) - MOST_LINES} more, in the report", markup=False)


def said(compared: Comparison) -> str:
    """One sentence: how much moved since what."""
    since = f"Since {compared.name} (version {compared.version}) "
    if not compared.changes:
        return f"{since}nothing moved: {compared.n_same} verdicts and numbers are the same."
    worse = f", {len(compared.worse)} for the worse" if compared.worse else ""
    return f"{since}{len(compared.changes)} values moved{worse}; {compared.n_same} are the same."


def _after(change: Change) -> doc.Inlines:
    if change.tone == "info":
        return T("{after}", after=change.after)
    return (doc.Badge(change.tone, change.after),)
