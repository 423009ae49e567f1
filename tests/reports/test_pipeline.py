"""The pipeline: input first, everything run, each part with random numbers of its own."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from sample_results import sample_results

from algorithms import sampling
from algorithms.errors import InputError
from derivations import library
from reports import pipeline
from reports.pipeline import Settings, parse_formats, stream
from reports.terminal import say_nothing
from verification import catalog
from verification.work import Inline


@pytest.mark.parametrize(
    ("text", "formats"),
    [("html", ("html",)), ("json, html", ("html", "json")), ("pdf,pdf,html,json", ("html", "pdf", "json"))],
)
def test_formats_are_read_in_any_order(text: str, formats: tuple[str, ...]) -> None:
    assert parse_formats(text) == formats


@pytest.mark.parametrize("text", ["", " , ", "docx", "html,docx"])
def test_no_format_or_an_unknown_one_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--formats: expected some of html,pdf,json"):
        parse_formats(text)


def test_the_command_repeats_the_run_without_saying_where_files_lie() -> None:
    settings = Settings(seed=7, ratings=Path("/home/me/my ratings.csv"), image=Path("a/b.png"), cold_start=2)
    assert settings.command == (
        "ksquared report --seed 7 --ratings 'my ratings.csv' --image b.png --cold-start 2"
    )


def test_random_numbers_belong_to_a_part_and_a_seed() -> None:
    draws = {
        (seed, name): stream(seed, name).random() for seed in (0, 1) for name in ("image", "ratings", "sum")
    }
    assert len(set(draws.values())) == len(draws)
    assert stream(0, "image").random() == draws[0, "image"]


@pytest.mark.parametrize("settings", [Settings(ratings=Path("none.csv")), Settings(image=Path("none.png"))])
def test_bad_input_is_refused_before_any_work(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("processes", "check_all"):
        monkeypatch.setattr(pipeline, part, lambda *_: pytest.fail("work was done"))
    monkeypatch.setattr(pipeline.factorization_study, "study", lambda *_, **__: pytest.fail("work was done"))
    with pytest.raises(InputError, match="found none"):
        pipeline.run(settings, say_nothing)


def test_every_theorem_claim_and_check_is_run_and_progress_ends_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "processes", lambda _: nullcontext(Inline()))
    monkeypatch.setattr(pipeline, "check_theorem", lambda name: f"proved {name}")
    monkeypatch.setattr(pipeline, "refute", lambda name: f"refuted {name}")
    monkeypatch.setattr(pipeline, "run_check", lambda check, **_: f"checked {check.id}")
    told: list[tuple[str, int, int]] = []
    results = pipeline.run(Settings(), lambda *step: told.append(step))
    assert results.theorems == tuple(f"proved {name}" for name in library.theorem_ids())
    assert results.refutations == tuple(f"refuted {name}" for name in library.refutation_ids())
    assert results.checks == tuple(f"checked {name}" for name in catalog.check_ids())
    last = {stage: (done, at_most) for stage, done, at_most in told}
    for stage in ("proving theorems", "refuting false claims", "checking by simulation"):
        assert last[stage][0] == last[stage][1] > 20


def test_only_the_formats_asked_for_are_rendered() -> None:
    assert list(pipeline.render(sample_results(), ("json",), say_nothing)) == ["results.json"]


@pytest.mark.parametrize("line", ["Law.place", "native.place_samples"])
def test_a_broken_line_of_the_sampler_fails_the_check_that_names_it(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The square root of the covariance on the wrong side: right mean, right trace, wrong law."""

    def place(law: sampling.Law, labels: np.ndarray, noise: np.ndarray) -> np.ndarray:
        return law.means[labels] + np.einsum("nij,ni->nj", law.roots[labels], noise)

    def compiled(thresholds, means, roots, uniforms, X, labels) -> None:
        law = sampling.Law(thresholds, means, roots)
        labels[:] = law.labels(uniforms)
        X[:] = place(law, labels, X)

    monkeypatch.setattr(sampling.native, "available", lambda: line == "native.place_samples")
    monkeypatch.setattr(sampling.Law, "place", place)
    monkeypatch.setattr(sampling.native, "place_samples", compiled)
    monkeypatch.setattr(catalog, "check_ids", lambda: ("sampler",))
    assert [check.verdict for check in pipeline.check_all(0, say_nothing)] == ["fail"]
