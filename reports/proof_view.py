"""`ksquared prove`: theorems and refuted claims, as text."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console
from rich.table import Table

from algorithms.errors import InputError
from derivations.library import check_theorem, refutation_ids, refute, theorem_ids
from derivations.results import Assumption, Derivation, RefutationResult, TheoremResult
from reports import replay_view, results_json, terminal
from reports.plain_math import prose_to_text, to_text
from reports.results import refutation_finding, theorem_finding

WIDTH = 100


def prove(names: Sequence[str], certificates: Path | None, *, quiet: bool, as_json: bool) -> tuple[str, ...]:
    """Prove or refute what is named and print it in full; without names, list all with their verdicts.

    The proofs of the proved theorems are written to the file `certificates`, if one is named. Returns one
    line for each theorem that was not proved and each false claim that was not refuted. Raises InputError for
    an unknown name, with the nearest ones.
    """
    for name in names:
        _check_known(name)
    known = names or (*theorem_ids(), *refutation_ids())
    theorems, claims = [], []
    with terminal.progress(quiet=quiet) as on_progress:
        for done, name in enumerate(known):
            on_progress("proving", done, len(known))
            if name in theorem_ids():
                theorems.append(check_theorem(name))
            else:
                claims.append(refute(name))
    if certificates is not None:
        replay_view.write(certificates, [theorem.id for theorem in theorems if theorem.verdict == "proved"])
    if as_json:
        _print_json(theorems, claims)
    elif names and not quiet:
        console = terminal.output()
        for theorem in theorems:
            _show_theorem(console, theorem)
        for claim in claims:
            _show_refutation(console, claim)
    elif not quiet:
        _show_list(terminal.output(), theorems, claims)
    findings = [theorem_finding(theorem) for theorem in theorems if theorem.verdict != "proved"]
    return (*findings, *(refutation_finding(claim) for claim in claims if claim.verdict != "refuted"))


def _check_known(name: str) -> None:
    known = (*theorem_ids(), *refutation_ids())
    if name in known:
        return
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else "run ksquared prove for a list"
    raise InputError(f"prove: expected the name of a theorem or of a false claim, got {name!r}; {advice}")


def _print_json(theorems: Sequence[TheoremResult], claims: Sequence[RefutationResult]) -> None:
    results: results_json.Json = {
        "theorems": [results_json.theorem(theorem) for theorem in theorems],
        "refutations": [results_json.refutation(claim) for claim in claims],
    }
    sys.stdout.write(results_json.dump(results).decode())


def _show_list(
    console: Console, theorems: Sequence[TheoremResult], claims: Sequence[RefutationResult]
) -> None:
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


def _show_theorem(console: Console, theorem: TheoremResult) -> None:
    console.print(f"[bold]{theorem.title}[/]  ({theorem.id})", highlight=False)
    if theorem.source:
        console.print(f"[dim]{theorem.source}[/]")
    console.print("\n" + textwrap.indent(to_text(theorem.statement_latex), "    ") + "\n", markup=False)
    if theorem.general_in:
        console.print(f"For every {', '.join(theorem.general_in)}.")
    _show_assumptions(console, "Assumed:", theorem.hypotheses)
    for derivation in theorem.derivations:
        _show_derivation(console, derivation)
    for remark in theorem.remarks:
        _wrapped(console, prose_to_text(remark), "")
    _show_assumptions(console, "\nAxioms it rests on:", theorem.axioms)
    console.print()
    console.print(
        terminal.colored(theorem.verdict, expected=theorem.verdict == "proved"),
        f"in {theorem.n_steps} steps, {theorem.seconds:.1f} s",
    )
    if theorem.failure:
        _wrapped(console, theorem.failure, "  ")
    console.print()


def _show_assumptions(console: Console, heading: str, assumptions: Sequence[Assumption]) -> None:
    if assumptions:
        console.print(heading)
    for assumption in assumptions:
        formula = to_text(assumption.latex) if assumption.latex else prose_to_text(assumption.source)
        _wrapped(console, f"{assumption.name.replace('_', ' ')}: {formula}", "  ")


def _show_derivation(console: Console, derivation: Derivation) -> None:
    console.print()
    if derivation.title:
        console.print(f"[bold]{prose_to_text(derivation.title)}[/]")
    console.print(f"    {to_text(derivation.start)}", markup=False)
    for line in derivation.lines:
        mark = "[green]✓[/]" if line.verified else "[bold red]✗[/]"
        console.print(f"  {mark} {to_text(line.relation):>2} ", end="")
        console.print(to_text(line.latex), markup=False)
        cited = f" [{prose_to_text(', '.join(line.cites))}]" if line.cites else ""
        _wrapped(console, prose_to_text(line.why) + cited, "         ")


def _show_refutation(console: Console, claim: RefutationResult) -> None:
    console.print(f"[bold]False: {claim.title}[/]  ({claim.id})")
    console.print(f"\n    {to_text(claim.claim_latex)}\n", markup=False)
    _wrapped(console, f"Why it is believed: {prose_to_text(claim.why)}", "")
    found = claim.counterexample
    if found is not None:
        sizes = ", ".join(f"{name} = {size}" for name, size in found.sizes)
        console.print(
            f"\nSmallest counterexample{f' ({sizes})' if sizes else ''}, after {found.tried:,} cases:"
        )
        for value in found.values:
            console.print(f"    {to_text(value.latex)}", markup=False)
        console.print(f"  the claim says  {to_text(found.claimed.latex)}", markup=False)
        console.print(f"  but             {to_text(found.true.latex)}", markup=False)
    if claim.true_latex:
        console.print(f"\nTrue instead: {to_text(claim.true_latex)}  ({claim.theorem})", markup=False)
    console.print()
    console.print(
        terminal.colored(claim.verdict, expected=claim.verdict == "refuted"), f"in {claim.seconds:.1f} s\n"
    )


def _wrapped(console: Console, text: str, indent: str) -> None:
    width = min(console.width, WIDTH)
    for line in textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + "  "):
        console.print(line, markup=False, style="dim" if indent.strip(" ") == "" and len(indent) > 4 else "")
