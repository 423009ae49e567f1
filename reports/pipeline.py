"""Runs everything a course report tells of, in order, and renders it.

Input is read first: a bad file is refused before any work. Proofs are made in a process beside this one.
Every part draws its random numbers from a stream of its own, keyed by its name, so that no part depends on
what ran before it.
"""

from __future__ import annotations

import hashlib
import shlex
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

import numpy as np

from algorithms import images, ratings
from algorithms.errors import InputError
from algorithms.images import Image
from algorithms.ratings import Ratings
from derivations.library import check_theorem, refutation_ids, refute, theorem_ids
from reports import (
    compare_view,
    course,
    environment,
    factorization_study,
    html,
    illustration,
    image_study,
    pdf,
    results_json,
)
from reports.compare import Comparison
from reports.results import Input, Results
from verification import catalog
from verification.outcome import Outcome
from verification.processes import processes
from verification.run import run_check

Format = Literal["html", "pdf", "json"]
OnProgress = Callable[[str, int, int], None]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Settings:
    """What the user asked for; None stands for the data that come with the project."""

    seed: int = 0
    ratings: Path | None = None
    image: Path | None = None
    cold_start: int = 4

    @property
    def command(self) -> str:
        """The call that repeats the run. Of paths it has the names: where a file lies changes nothing."""
        words = ["ksquared", "report", "--seed", str(self.seed)]
        if self.ratings is not None:
            words += ["--ratings", self.ratings.name]
        if self.image is not None:
            words += ["--image", self.image.name]
        if self.cold_start != Settings.cold_start:
            words += ["--cold-start", str(self.cold_start)]
        return shlex.join(words)


def parse_formats(text: str) -> tuple[Format, ...]:
    """The formats named in `text`, separated by commas. Raises InputError for another name or none."""
    known = get_args(Format)
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names or [text]:
        if name not in known:
            raise InputError(
                f"--formats: expected some of {','.join(known)}, got {name!r}; leave it out or correct it"
            )
    return tuple(name for name in known if name in names)


def run(settings: Settings, on_progress: OnProgress) -> Results:
    """Prove, refute, compute and check. Raises InputError for input that cannot be used."""
    rated, image = read_ratings(settings), read_image(settings)
    # Proofs and simulations take half of the time each and do not need each other: one process for either.
    with processes(1) as beside:
        theorems = beside.map(check_theorem, theorem_ids())
        refutations = beside.map(refute, refutation_ids())
        factorization = factorization_study.study(
            rated,
            cold_start=settings.cold_start,
            rng=stream(settings.seed, "ratings"),
            on_iteration=lambda done, at_most: on_progress("factorizing ratings", done, at_most),
        )
        return Results(
            seed=settings.seed,
            command=settings.command,
            version=environment.version(),
            libraries=environment.libraries(),
            machine=environment.machine(),
            ratings=read_input(settings.ratings, "restaurant_ratings.csv"),
            picture=read_input(settings.image, "flower.jpg"),
            factorization=factorization,
            images=image_study.study(image, rng=stream(settings.seed, "image"), on_stage=on_progress),
            rank_picture=illustration.rank_errors(stream(settings.seed, "rank picture")),
            moments_picture=illustration.moments_picture(stream(settings.seed, "moments picture")),
            convergence_picture=illustration.convergence(stream(settings.seed, "convergence picture")),
            sum_picture=illustration.sum_picture(stream(settings.seed, "sum picture")),
            mean_pictures=illustration.means_of_sum(),
            covariance_pictures=illustration.covariances_of_sum(stream(settings.seed, "covariance pictures")),
            checks=check_all(settings.seed, on_progress),
            theorems=collect("proving theorems", theorems, len(theorem_ids()), on_progress),
            refutations=collect("refuting false claims", refutations, len(refutation_ids()), on_progress),
        )


def read_ratings(settings: Settings) -> Ratings:
    """The ratings asked for. Raises InputError for a file that holds none."""
    return ratings.bundled() if settings.ratings is None else ratings.load(settings.ratings)


def read_image(settings: Settings) -> Image:
    """The picture asked for. Raises InputError for a file that is none."""
    return images.flower() if settings.image is None else images.load(settings.image)


def check_all(seed: int, on_progress: OnProgress) -> tuple[Outcome, ...]:
    """Every check at the quick level."""
    names = catalog.check_ids()
    outcomes = (run_check(catalog.load(name), level="quick", seed=seed) for name in names)
    return collect("checking by simulation", outcomes, len(names), on_progress)


def render(
    results: Results,
    formats: tuple[Format, ...],
    on_progress: OnProgress,
    compared: Comparison | None = None,
) -> dict[str, bytes]:
    """File name -> content, for each of `formats`. `compared`: what moved since an older report, if asked."""
    files = {}
    document = course.build(results)
    if compared is not None:
        document = compare_view.with_section(document, compared)
    renderers: dict[Format, tuple[str, Callable[[], bytes]]] = {
        "html": ("report.html", lambda: html.render(document)),
        "pdf": ("report.pdf", lambda: pdf.render(document)),
        "json": ("results.json", lambda: results_json.render(results)),
    }
    for done, name in enumerate(formats):
        on_progress("writing the report", done, len(formats))
        file, content = renderers[name]
        files[file] = content()
    on_progress("writing the report", len(formats), len(formats))
    return files


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of the part called `name`."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),)))


def collect(stage: str, items: Iterable[Item], at_most: int, on_progress: OnProgress) -> tuple[Item, ...]:
    """`items`, all `at_most` of them, each told as a step of `stage` once it is there."""
    on_progress(stage, 0, at_most)
    found = []
    for done, item in enumerate(items, start=1):
        found.append(item)
        on_progress(stage, done, at_most)
    return tuple(found)


def read_input(path: Path | None, bundled: str) -> Input:
    """What is told of a file; None stands for the one that comes with the project, called `bundled`."""
    if path is None:
        return Input(bundled, sha256="", bundled=True)
    return Input(path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), bundled=False)
