"""`ksquared prove`: theorems, refuted claims and axioms, in the format that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from rich.console import Console

from algorithms.errors import InputError
from derivations.kernel.axioms import AXIOMS
from derivations.library import check_theorem, refutation_ids, refute, theorem_ids
from derivations.results import RefutationResult, TheoremResult
from reports import (
    output,
    proof_document,
    proof_text,
    replay_view,
    results_json,
    terminal,
)
from reports.renderers import RENDERERS
from reports.results import refutation_finding, theorem_finding

Format = Literal["text", "latex", "markdown", "html", "pdf", "json"]


def prove(
    names: Sequence[str], certificates: Path | None, *, written_as: Format, out: Path | None, quiet: bool
) -> tuple[str, ...]:
    """Prove or refute what is named and print it in full; without names, list all with their verdicts.

    `written_as` is the format and `out` the file it is written to, standard output if None. The proofs of the
    proved theorems are written to the file `certificates`, if one is named. Returns one line for each theorem
    that was not proved and each false claim that was not refuted. Raises InputError for an unknown name, with
    the nearest ones, and for a PDF without a file.
    """
    if written_as == "pdf" and out is None:
        raise InputError("prove: expected --out FILE with --format pdf, got none; name the file")
    for name in names:
        _check_known(name)
    theorems, claims = _run(names or (*theorem_ids(), *refutation_ids()), quiet=quiet)
    if certificates is not None:
        replay_view.write(certificates, [theorem.id for theorem in theorems if theorem.verdict == "proved"])
    match written_as:
        case "json":
            _write(_as_json(theorems, claims), out)
        case "latex" | "markdown" | "html" | "pdf":
            _write(RENDERERS[written_as](proof_document.build(theorems, claims)), out)
        case "text" if out is not None:
            page = terminal.page()
            _show(page, names, theorems, claims)
            _write(page.export_text().encode(), out)
        case "text" if not quiet:
            _show(terminal.output(), names, theorems, claims)
    findings = [theorem_finding(theorem) for theorem in theorems if theorem.verdict != "proved"]
    return (*findings, *(refutation_finding(claim) for claim in claims if claim.verdict != "refuted"))


def axioms(*, out: Path | None, as_json: bool, quiet: bool) -> tuple[str, ...]:
    """Print every axiom with its statement, its source and the theorems that rest on it.

    A theorem that was not proved rests on nothing yet; it is returned as a finding.
    """
    theorems, _ = _run(theorem_ids(), quiet=quiet)
    resting = {name: [t for t in theorems if name in {axiom.name for axiom in t.axioms}] for name in AXIOMS}
    if as_json:
        listed: list[results_json.Json] = [
            {
                "name": axiom.name,
                "latex": axiom.latex,
                "source": axiom.source,
                "theorems": [theorem.id for theorem in resting[axiom.name]],
            }
            for axiom in AXIOMS.values()
        ]
        _write(results_json.dump({"axioms": listed}), out)
    elif out is not None or not quiet:
        console = terminal.output() if out is None else terminal.page()
        proof_text.show_axioms(console, tuple(AXIOMS.values()), resting)
        if out is not None:
            _write(console.export_text().encode(), out)
    return tuple(theorem_finding(theorem) for theorem in theorems if theorem.verdict != "proved")


def _check_known(name: str) -> None:
    known = (*theorem_ids(), *refutation_ids())
    if name in known:
        return
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else "run ksquared prove for a list"
    raise InputError(f"prove: expected the name of a theorem or of a false claim, got {name!r}; {advice}")


def _run(names: Sequence[str], *, quiet: bool) -> tuple[list[TheoremResult], list[RefutationResult]]:
    """The theorems and the false claims among `names`, checked."""
    theorems, claims = [], []
    with terminal.progress(quiet=quiet) as on_progress:
        for done, name in enumerate(names):
            on_progress("proving", done, len(names))
            if name in theorem_ids():
                theorems.append(check_theorem(name))
            else:
                claims.append(refute(name))
    return theorems, claims


def _show(
    console: Console,
    names: Sequence[str],
    theorems: Sequence[TheoremResult],
    claims: Sequence[RefutationResult],
) -> None:
    if not names:
        proof_text.show_list(console, theorems, claims)
        return
    for theorem in theorems:
        proof_text.show_theorem(console, theorem)
    for claim in claims:
        proof_text.show_refutation(console, claim)


def _as_json(theorems: Sequence[TheoremResult], claims: Sequence[RefutationResult]) -> bytes:
    return results_json.dump(
        {
            "theorems": [results_json.theorem(theorem) for theorem in theorems],
            "refutations": [results_json.refutation(claim) for claim in claims],
        }
    )


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(content.decode())
    else:
        output.write_together(out.parent, {out.name: content})
