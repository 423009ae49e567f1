"""`ksquared report --only PART`: one part of the homework, and nothing run that it does not need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from algorithms.errors import InputError
from derivations.library import check_theorem, refutation_ids, refute
from derivations.refute import load_claim
from derivations.results import RefutationResult, TheoremResult
from reports import document as doc
from reports import environment, factorization_study, html, illustration, image_study, pdf, results_json
from reports.course import compression, em, factorization, moments, problem, rank, sampling, sums
from reports.course.attached import attachment
from reports.course.made import axiom_blocks
from reports.document import T
from reports.factorization_study import FactorizationStudy
from reports.image_study import ImageStudy
from reports.pipeline import (
    Format,
    OnProgress,
    Settings,
    collect,
    read_image,
    read_input,
    read_ratings,
    stream,
)
from reports.results import Input, findings
from verification import catalog
from verification.outcome import Outcome
from verification.run import run_check

PROBLEMS = ("problem-2", "problem-3", "problem-4")
PARTS = (*PROBLEMS, "factorization", "compression")
TITLES = {
    "factorization": "Matrix factorization",
    "compression": "Compression by k-means and EM, and sampling",
}
IMAGE_THEOREMS = (*compression.KMEANS_THEOREMS, *em.THEOREMS, *sampling.THEOREMS)


@dataclass(frozen=True)
class Evidence:
    """What was proved, refuted and checked for one part."""

    theorems: tuple[TheoremResult, ...]
    refutations: tuple[RefutationResult, ...]
    checks: tuple[Outcome, ...]


@dataclass(frozen=True)
class _Factorized(Evidence):
    factorization: FactorizationStudy
    ratings: Input


@dataclass(frozen=True)
class _Pictured(Evidence):
    images: ImageStudy
    picture: Input


@dataclass(frozen=True)
class Part:
    """One part, run. `name` is that of `--only`."""

    name: str
    title: str
    settings: Settings
    evidence: Evidence
    body: tuple[doc.Block, ...] = field(repr=False)

    @property
    def command(self) -> str:
        """The call that repeats the run."""
        return f"{self.settings.command} --only {self.name}"

    @property
    def findings(self) -> tuple[str, ...]:
        """One line for each thing that does not hold."""
        return findings(self.evidence)


def check_part(name: str) -> None:
    """Raise InputError, with the parts there are, for another name."""
    if name not in PARTS:
        raise InputError(f"--only: expected one of {', '.join(PARTS)}, got {name!r}; correct the name")


def run(name: str, settings: Settings, on_progress: OnProgress) -> Part:
    """Run one part. Raises InputError for an unknown one and for input that cannot be used."""
    check_part(name)
    if name in PROBLEMS:
        told = _problem(name, settings.seed)
        found = _evidence(told.theorems, settings.seed, on_progress)
        return Part(name, told.title, settings, found, (problem.section(told, found),))
    if name == "factorization":
        rated = read_ratings(settings)
        study = factorization_study.study(
            rated,
            cold_start=settings.cold_start,
            rng=stream(settings.seed, "ratings"),
            on_iteration=lambda done, at_most: on_progress("factorizing ratings", done, at_most),
        )
        found = _evidence(factorization.THEOREMS, settings.seed, on_progress)
        source = read_input(settings.ratings, "restaurant_ratings.csv")
        factorized = _Factorized(found.theorems, found.refutations, found.checks, study, source)
        return Part(name, TITLES[name], settings, found, (factorization.section(factorized),))
    image = read_image(settings)
    pictures = image_study.study(image, rng=stream(settings.seed, "image"), on_stage=on_progress)
    found = _evidence(IMAGE_THEOREMS, settings.seed, on_progress)
    source = read_input(settings.image, "flower.jpg")
    pictured = _Pictured(found.theorems, found.refutations, found.checks, pictures, source)
    body = (compression.kmeans_section(pictured), em.section(pictured), sampling.section(pictured))
    return Part(name, TITLES[name], settings, found, body)


def build(part: Part) -> doc.Report:
    """The part as a document, with what its proofs rest on and how to repeat it."""
    evidence = part.evidence
    proved = sum(theorem.verdict == "proved" for theorem in evidence.theorems)
    refuted = sum(claim.verdict == "refuted" for claim in evidence.refutations)
    passed = sum(check.verdict == "pass" for check in evidence.checks)
    counts = (
        (proved, len(evidence.theorems), "theorems proved"),
        (refuted, len(evidence.refutations), "false claims refuted"),
        (passed, len(evidence.checks), "checks passed"),
    )
    tallies = tuple(_tally(good, all_, label) for good, all_, label in counts if all_)
    bad = part.findings
    repeat = doc.Listing(part.command, lang="text", caption=T("To repeat this run"), id="lst:command")
    rests = (*axiom_blocks(evidence.theorems), repeat)
    return doc.Report(
        title=part.title,
        subtitle="A part of the homework, proved, computed and checked",
        author="ksquared",
        body=(*part.body, doc.Section(T("What this rests on, and how to repeat it"), rests, id="sec:made")),
        meta=(("Version", environment.version()), ("Seed", str(part.settings.seed))),
        summary=doc.Summary(
            "fail" if bad else "pass",
            T("{count} things do not hold", count=len(bad)) if bad else T("Everything in this part holds"),
            tallies,
            (doc.Bullets(tuple(T("{line}", line=line) for line in bad)),) if bad else (),
        ),
        attachments=(attachment(f"{part.name}.json", as_json(part)),),
    )


def as_json(part: Part) -> bytes:
    """The verdicts of the part, entries as in results.json."""
    return results_json.dump(
        {
            "schema": results_json.SCHEMA,
            "version": environment.version(),
            "seed": part.settings.seed,
            "part": part.name,
            "environment": {"command": part.command, "libraries": dict(environment.libraries())},
            "theorems": [results_json.theorem(theorem) for theorem in part.evidence.theorems],
            "refutations": [results_json.refutation(claim) for claim in part.evidence.refutations],
            "checks": [results_json.check(check) for check in part.evidence.checks],
        }
    )


def render(part: Part, formats: tuple[Format, ...], on_progress: OnProgress) -> dict[str, bytes]:
    """File name -> content, for each of `formats`; named by the part, beside a whole report."""
    document = build(part)
    writers: dict[Format, Callable[[], bytes]] = {
        "html": lambda: html.render(document),
        "pdf": lambda: pdf.render(document),
        "json": lambda: as_json(part),
    }
    files = {}
    for done, name in enumerate(formats):
        on_progress("writing the report", done, len(formats))
        files[f"{part.name}.{name}"] = writers[name]()
    on_progress("writing the report", len(formats), len(formats))
    return files


def _problem(name: str, seed: int) -> problem.Problem:
    """The problem, with the pictures as in the whole report."""
    if name == "problem-2":
        return rank.problem(illustration.rank_errors(stream(seed, "rank picture")))
    if name == "problem-3":
        return moments.problem(
            illustration.moments_picture(stream(seed, "moments picture")),
            illustration.convergence(stream(seed, "convergence picture")),
        )
    return sums.problem(
        illustration.sum_picture(stream(seed, "sum picture")),
        illustration.means_of_sum(),
        illustration.covariances_of_sum(stream(seed, "covariance pictures")),
    )


def _evidence(theorems: tuple[str, ...], seed: int, on_progress: OnProgress) -> Evidence:
    claims = [name for name in refutation_ids() if load_claim(name).theorem in theorems]
    checks = [check for name in catalog.check_ids() if (check := catalog.load(name)).theorem in theorems]
    outcomes = (run_check(check, level="quick", seed=seed) for check in checks)
    return Evidence(
        collect("proving theorems", map(check_theorem, theorems), len(theorems), on_progress),
        collect("refuting false claims", map(refute, claims), len(claims), on_progress),
        collect("checking by simulation", outcomes, len(checks), on_progress),
    )


def _tally(good: int, all_: int, label: str) -> doc.Tally:
    return doc.Tally(f"{good} of {all_}", label, "pass" if good == all_ else "fail")
