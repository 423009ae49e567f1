"""The blocks every problem is written with: a theorem, the claims it rules out, its checks by simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from derivations.results import Assumption, Counterexample, Derivation, RefutationResult, TheoremResult
from reports import document as doc
from reports.course.long_formula import in_lines
from reports.document import T
from reports.formulas import with_formulas
from reports.numbers import count
from reports.results import Evidence
from verification.outcome import Outcome

TONE: dict[str, doc.Tone] = {"proved": "pass", "refuted": "fail", "undecided": "undecided"}


def evidence(results: Evidence, names: Sequence[str], id: str) -> tuple[doc.Section, ...]:
    """All there is on the theorems `names`: their proofs, their checks, the false claims they rule out.

    Names of theorems that were not run are skipped. `id` is the last part of the id of the section around.
    """
    return (*proofs(results, names), *checks_and_mistakes(results, names, id))


def proofs(results: Evidence, names: Sequence[str]) -> tuple[doc.Section, ...]:
    """The theorems `names`, in this order, without those that were not run."""
    by_id = {theorem.id: theorem for theorem in results.theorems}
    placed = derivation_ids(results.theorems)
    return tuple(theorem_section(by_id[name], placed) for name in names if name in by_id)


def checks_and_mistakes(results: Evidence, names: Sequence[str], id: str) -> tuple[doc.Section, ...]:
    """What became of the checks of the theorems `names`, and the false claims they rule out."""
    claims = [claim for claim in results.refutations if claim.theorem in names]
    checks = [check for check in results.checks if check.theorem in names]
    sections = []
    if checks:
        sections.append(
            doc.Section(
                T("Checked by simulation"), check_blocks(checks, f"tab:{id}-checks"), id=f"sec:{id}-simulated"
            )
        )
    if claims:
        told = doc.Prose(
            T(
                "These claims are close to the truth and often written. Each was refuted by a search through "
                "all small cases in exact arithmetic."
            )
        )
        sections.append(
            doc.Section(T("Common mistakes"), (told, *refutation_blocks(claims)), id=f"sec:{id}-refuted")
        )
    return tuple(sections)


def holds(results: Evidence, names: Sequence[str]) -> bool:
    """True if there is a proof of some theorem of `names`, and nothing on any of them went wrong."""
    theorems = [theorem for theorem in results.theorems if theorem.id in names]
    return (
        bool(theorems)
        and all(theorem.verdict == "proved" for theorem in theorems)
        and all(claim.verdict == "refuted" for claim in results.refutations if claim.theorem in names)
        and all(check.verdict == "pass" for check in results.checks if check.theorem in names)
    )


def derivation_ids(results: Sequence[TheoremResult]) -> dict[str, str]:
    """Title of a derivation -> id of its block, so that steps that cite it can link to it."""
    return {
        derivation.title: f"der:{result.id}-{number}"
        for result in results
        for number, derivation in enumerate(result.derivations, start=1)
    }


def theorem_section(result: TheoremResult, placed: Mapping[str, str]) -> doc.Section:
    """Statement, assumptions, derivations and remarks of one theorem.

    `placed` are the `derivation_ids` of the report; what else a step cites is a hypothesis or an axiom.
    """
    body: list[doc.Block] = [doc.Prose((*_verdict(result), *T(f" {_generality(result)}")))]
    if result.failure:
        body.append(doc.Callout("fail", T("Not proved"), (doc.Prose(T("{why}", why=result.failure)),)))
    body.append(doc.Equation(in_lines(result.statement_latex), id=f"eq:{result.id}"))
    if result.hypotheses:
        body += [doc.Prose(T("It is assumed that")), doc.Bullets(tuple(map(_assumption, result.hypotheses)))]
    body += [
        _derivation(result.id, number, derivation, placed)
        for number, derivation in enumerate(result.derivations, start=1)
    ]
    body += [doc.Prose(T(remark)) for remark in result.remarks]
    if result.axioms:
        names: list[doc.Inline] = []
        for axiom in result.axioms:
            names += [doc.Text(", " if names else ""), doc.Emph(axiom.name)]
        body.append(doc.Prose((*T("Rests on these axioms (@sec:made): "), *names, doc.Text("."))))
    if result.source:
        body.append(doc.Prose(T("*Source:* {origin}", origin=result.source)))
    return doc.Section(T(result.title), tuple(body), id=f"sec:{result.id}")


def _verdict(result: TheoremResult) -> doc.Inlines:
    return (doc.Badge(TONE[result.verdict], result.verdict),)


def _generality(result: TheoremResult) -> str:
    steps = "1 step" if result.n_steps == 1 else f"{result.n_steps} steps"
    if not result.general_in:
        return f"Checked in {steps}."
    sizes = ", ".join(f"${size}$" for size in result.general_in)
    return f"Holds for every {sizes}; {steps}, each checked by machine."


def _assumption(assumption: Assumption) -> doc.Inlines:
    inlines: list[doc.Inline] = [*with_formulas(assumption.name, emphasized=True)]
    if assumption.latex:
        inlines += [doc.Text(": "), doc.Math(assumption.latex)]
    if assumption.source:
        inlines += [doc.Text(" ("), *T(assumption.source), doc.Text(")")]
    return tuple(inlines)


def _derivation(
    theorem: str, number: int, derivation: Derivation, placed: Mapping[str, str]
) -> doc.Derivation:
    steps = tuple(
        doc.Step(
            line.relation,
            line.latex,
            T(line.why),
            verified=line.verified,
            cites=_cited(line.cites, placed),
        )
        for line in derivation.lines
    )
    return doc.Derivation(
        derivation.start, steps, id=f"der:{theorem}-{number}", title=with_formulas(derivation.title)
    )


def _cited(names: Sequence[str], placed: Mapping[str, str]) -> doc.Inlines:
    inlines: list[doc.Inline] = []
    for name in names:
        inlines += [doc.Text(", ")] if inlines else []
        inlines += (doc.Ref(placed[name]),) if name in placed else with_formulas(name)
    return tuple(inlines)


def refutation_blocks(results: Sequence[RefutationResult]) -> tuple[doc.Block, ...]:
    """False claims with their counterexamples; what is true instead is said once for all that share it."""
    blocks: list[doc.Block] = []
    for truth, claims in groupby(results, key=lambda claim: claim.true_latex):
        blocks += [doc.Prose(T("What is true:")), doc.Equation(truth), *map(_callout, claims)]
    return tuple(blocks)


def _callout(result: RefutationResult) -> doc.Callout:
    """A false claim, why it is believed, and the smallest case in which it fails."""
    claim = doc.Equation(result.claim_latex)
    if result.counterexample is None:
        said = doc.Prose(T("The search ended without a counterexample."))
        return doc.Callout("fail", (doc.Text("Not refuted: "), *with_formulas(result.title)), (claim, said))
    found = doc.Prose(_counterexample(result.counterexample))
    return doc.Callout(
        "warn", (doc.Text("False: "), *with_formulas(result.title)), (claim, doc.Prose(T(result.why)), found)
    )


def _counterexample(found: Counterexample) -> doc.Inlines:
    sizes = ", ".join(f"${name} = {size}$" for name, size in found.sizes)
    values: list[doc.Inline] = []
    for value in found.values:
        values += [doc.Text(", " if values else ""), doc.Math(value.latex)]
    tried = f"case {count(found.tried)} of a search from small to large"
    return (
        doc.Strong("Smallest counterexample"),
        *T(f" ({sizes}; {tried}): " if sizes else f" ({tried}): "),
        *values,
        *T(". The claim says "),
        doc.Math(found.claimed.latex),
        *T("; in truth "),
        doc.Math(found.true.latex),
        doc.Text("."),
    )


def check_blocks(outcomes: Sequence[Outcome], id: str) -> tuple[doc.Block, ...]:
    """A table of checks, and in a sentence the errors they would have noticed."""
    rows = tuple(check_row(outcome) for outcome in outcomes)
    first = outcomes[0]
    delta = f"{first.delta:.0%}".replace("%", r"\%")
    return (
        doc.Prose(
            T(
                f"Samples drawn by the algorithms are compared with the closed forms (@{id}). "
                f"A right formula fails with probability at most $\\alpha = {scientific(first.alpha)}$; one "
                f"that is ${delta}$ off passes with probability at most $\\beta = {scientific(first.beta)}$."
            )
        ),
        doc.CheckTable(T("Closed forms against samples"), rows, id=id),
    )


def check_row(outcome: Outcome) -> doc.CheckRow:
    """One outcome as one row."""
    return doc.CheckRow(
        title=with_formulas(outcome.title),
        estimate=outcome.estimate,
        closed_form=outcome.closed_form,
        standard_error=outcome.standard_error,
        n=outcome.n,
        p_value=outcome.p_value,
        verdict=outcome.verdict,
        controls_rejected=sum(control.verdict == "rejected" for control in outcome.controls),
        controls=len(outcome.controls),
    )


def scientific(value: float) -> str:
    r"""A small number as LaTeX: 1e-09 -> 10^{-9}, 0.05 -> 0.05."""
    if 1e-3 < abs(value) < 1e4:
        return f"{value:.3g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    digits = mantissa.rstrip("0").rstrip(".")
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else f"{digits} \\times {power}"
