"""Theorems, refuted claims and axioms as text for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from derivations.kernel.axioms import Axiom
from derivations.results import Assumption, Derivation, RefutationResult, TheoremResult
from reports import terminal
from reports.plain_math import prose_to_text, to_text

WIDTH = 100
REASON = " " * 10


def show_list(
    console: Console, theorems: Sequence[TheoremResult], claims: Sequence[RefutationResult]
) -> None:
    """All theorems and false claims with their verdicts, one line each."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("theorem", no_wrap=True)
    table.add_column("statement", overflow="fold")
    table.add_column("steps", justify="right")
    table.add_column("verdict")
    for theorem in theorems:
        table.add_row(
            theorem.id,
            to_text(theorem.statement_latex),
            str(theorem.n_steps),
            terminal.colored(theorem.verdict),
        )
    console.print(table)
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("false claim", no_wrap=True)
    table.add_column("it says", overflow="fold")
    table.add_column("verdict")
    for claim in claims:
        table.add_row(claim.id, to_text(claim.claim_latex), terminal.colored(claim.verdict))
    console.print(table)
    console.print()
    console.print("ksquared prove NAME prints the derivation or the counterexample.")


def show_axioms(
    console: Console, axioms: Sequence[Axiom], resting: Mapping[str, Sequence[TheoremResult]]
) -> None:
    """Each axiom: statement, source, and by name the theorems that rest on it."""
    for axiom in axioms:
        console.print(f"[bold]{axiom.name}[/]")
        _formula(console, axiom.latex)
        _wrapped(console, axiom.source, "    ", dim=True)
        users = ", ".join(theorem.id for theorem in resting[axiom.name])
        _wrapped(console, f"Rests on it: {users}" if users else "No theorem rests on it.", "    ")
        console.print()


def show_theorem(console: Console, theorem: TheoremResult) -> None:
    """Statement, assumptions, derivations, remarks, axioms, verdict; what failed comes last."""
    console.rule(f"[bold]{theorem.title}[/]", align="left", characters="─")
    console.print(f"[dim]{theorem.id}{f' · {theorem.source}' if theorem.source else ''}[/]", highlight=False)
    console.print()
    _formula(console, theorem.statement_latex)
    console.print()
    if theorem.general_in:
        console.print(f"For every {', '.join(theorem.general_in)}.")
    _assumptions(console, "Assumed", theorem.hypotheses)
    for derivation in theorem.derivations:
        _derivation(console, derivation)
    if theorem.remarks:
        console.print()
    for remark in theorem.remarks:
        _wrapped(console, prose_to_text(remark), "")
    if theorem.mistakes:
        _wrapped(console, f"Common mistakes, refuted: {', '.join(theorem.mistakes)}", "")
    _assumptions(console, "\nRests on the axioms", theorem.axioms)
    console.print()
    console.print(
        terminal.colored(theorem.verdict, expected=theorem.verdict == "proved"),
        f"in {theorem.n_steps} {'step' if theorem.n_steps == 1 else 'steps'}, {theorem.seconds:.1f} s",
    )
    for piece in theorem.failure.split("; ") if theorem.failure else ():
        _wrapped(console, piece, "  ")
    console.print()


def _formula(console: Console, latex: str) -> None:
    console.print(textwrap.indent(to_text(latex), "    "), markup=False)


def _assumptions(console: Console, heading: str, assumptions: Sequence[Assumption]) -> None:
    if assumptions:
        console.print(heading)
    for assumption in assumptions:
        formula = to_text(assumption.latex) if assumption.latex else prose_to_text(assumption.source)
        _wrapped(console, f"{assumption.name}: {formula}", "  ")


def _derivation(console: Console, derivation: Derivation) -> None:
    console.print()
    if derivation.title:
        console.print(f"[bold]{prose_to_text(derivation.title)}[/]")
    console.print(f"        {to_text(derivation.start)}", markup=False)
    for number, line in enumerate(derivation.lines, start=1):
        mark = "[green]✓[/]" if line.verified else "[dim]·[/]"  # a dot: not reached
        if not line.verified and (number == 1 or derivation.lines[number - 2].verified):
            mark = "[bold red]✗[/]"
        console.print(f" [dim]{number:>2}[/] {mark} {to_text(line.relation):>2} ", end="")
        console.print(textwrap.indent(to_text(line.latex), REASON).lstrip(), markup=False)
        cited = f" [{prose_to_text(', '.join(line.cites))}]" if line.cites else ""
        _wrapped(console, prose_to_text(line.why) + cited, REASON, dim=True)


def show_refutation(console: Console, claim: RefutationResult) -> None:
    """The claim, why it is believed, the smallest counterexample, what is true instead."""
    console.rule(f"[bold]False: {prose_to_text(claim.title)}[/]", align="left", characters="─")
    console.print(f"[dim]{claim.id}[/]\n", highlight=False)
    _formula(console, claim.claim_latex)
    console.print()
    _wrapped(console, f"Why it is believed: {prose_to_text(claim.why)}", "")
    found = claim.counterexample
    if found is not None:
        sizes = ", ".join(f"{name} = {size}" for name, size in found.sizes)
        console.print(
            f"\nSmallest counterexample{f' ({sizes})' if sizes else ''}, after {found.tried:,} cases:"
        )
        for value in found.values:
            _formula(console, value.latex)
        console.print(f"  the claim says  {to_text(found.claimed.latex)}", markup=False)
        console.print(f"  but             {to_text(found.true.latex)}", markup=False)
    if claim.true_latex:
        console.print(f"\nTrue instead: {to_text(claim.true_latex)}  ({claim.theorem})", markup=False)
    console.print()
    console.print(
        terminal.colored(claim.verdict, expected=claim.verdict == "refuted"), f"in {claim.seconds:.1f} s\n"
    )


def _wrapped(console: Console, text: str, indent: str, *, dim: bool = False) -> None:
    width = min(console.width, WIDTH)
    for line in textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + "  "):
        console.print(line, markup=False, style="dim" if dim else "")
