"""How the report was made: what the proofs rest on, and how to repeat the run."""

from __future__ import annotations

from collections.abc import Sequence

from derivations import dependencies
from derivations.results import Assumption, TheoremResult
from reports import document as doc
from reports.document import T
from reports.figures import dependencies as drawing
from reports.results import Results


def section(results: Results) -> doc.Section:
    """Axioms, versions, machine, command."""
    return doc.Section(
        T("What this rests on, and how to repeat it"),
        (*axiom_blocks(results.theorems), *_graph(results), *_run(results)),
        id="sec:made",
    )


def axiom_blocks(theorems: Sequence[TheoremResult]) -> tuple[doc.Block, ...]:
    """Each axiom with its statement, its source and the theorems that rest on it."""
    axioms: dict[str, Assumption] = {}
    users: dict[str, list[str]] = {}
    for theorem in theorems:
        for axiom in theorem.axioms:
            axioms[axiom.name] = axiom
            users.setdefault(axiom.name, []).append(theorem.id)
    blocks: list[doc.Block] = [
        doc.Prose(
            T(
                "Every step of every proof was checked twice by independent code: by bringing both sides to "
                "a normal form, and by evaluating both exactly on random models. What was not proved but "
                "taken from the literature is listed here; nothing else was assumed."
            )
        )
    ]
    for name, axiom in sorted(axioms.items()):
        used_in: list[doc.Inline] = []
        for user in users[name]:
            used_in += [doc.Text(", " if used_in else " Used in "), doc.Ref(f"sec:{user}")]
        source = T(" ({origin}).", origin=axiom.source) if axiom.source else T(".")
        blocks.append(doc.Prose((doc.Strong(f"Axiom: {name}"), *source, *used_in, doc.Text("."))))
        if axiom.latex:
            blocks.append(doc.Equation(axiom.latex))
    return tuple(blocks)


def _graph(results: Results) -> tuple[doc.Block, ...]:
    nodes = dependencies.graph(results.theorems)
    drawn = drawing.connected(nodes)
    if not drawn:
        return ()
    alone = [node for node in nodes if node not in drawn]
    n_edges = sum(len(node.theorems) + len(node.axioms) for node in drawn)
    apart = (
        f" {len(alone)} theorems rest on no axiom and no other theorem and are not drawn." if alone else ""
    )
    return (
        doc.Figure(
            drawing.graph(drawn),
            "image/svg+xml",
            alt=(
                f"A graph in columns: at the left {len({a for node in drawn for a in node.axioms})} axioms "
                f"in dashed boxes, then {len(drawn)} theorems, each to the right of all it cites, joined by "
                f"{n_edges} lines. The list of axioms above says the same in words."
            ),
            caption=T(f"What rests directly on what: axioms (dashed) and theorems.{apart}"),
            id="fig:dependencies",
        ),
    )


def _run(results: Results) -> tuple[doc.Block, ...]:
    rows = [(T("ksquared"), T(results.version))]
    rows += [(T("{name}", name=name), T("{value}", value=value)) for name, value in results.machine.items()]
    rows += [(T("{name}", name=name), T("{value}", value=value)) for name, value in results.libraries.items()]
    return (
        doc.Prose(
            T(
                "The same command with the same inputs writes the same report, byte for byte, on the same "
                "machine with these versions."
            )
        ),
        doc.Listing(results.command, lang="text", caption=T("To repeat this run"), id="lst:command"),
        doc.Table(
            T("Versions and machine"), (T("What"), T("Version")), tuple(rows), id="tab:versions", align="lx"
        ),
    )
