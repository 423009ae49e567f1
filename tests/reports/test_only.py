"""One part of the homework alone: what it needs is run, nothing else, and it reads as in the whole report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as PILImage
from sample_results import MEAN, MEAN_CHECK, tiny_image

from reports import cli, html, only
from reports.pipeline import Settings
from reports.terminal import say_nothing


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ratings nor pictures are worked on."""
    for module in (only.factorization_study, only.image_study):
        monkeypatch.setattr(module, "study", lambda *_, **__: pytest.fail("more than needed was run"))
    monkeypatch.setattr(only, "run_check", lambda check, **_: replace(MEAN_CHECK, theorem=check.theorem))


@pytest.mark.usefixtures("nothing_else")
def test_a_problem_runs_its_theorems_claims_and_checks_and_nothing_else(tmp_path: Path) -> None:
    told = ["--out", str(tmp_path), "--quiet", "--formats", "html,json"]
    assert cli.run(["report", "--only", "problem-3", *told]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["problem-3.html", "problem-3.json"]
    content = json.loads((tmp_path / "problem-3.json").read_text())
    assert content["part"] == "problem-3"
    assert content["environment"]["command"] == "ksquared report --seed 0 --only problem-3"
    proved = [theorem["id"] for theorem in content["theorems"]]
    assert proved == ["component_moments", "mixture_mean", "mixture_covariance", "covariance_is_psd"]
    assert {check["theorem"] for check in content["checks"]} <= set(proved)
    assert {check["verdict"] for check in content["checks"]} == {"pass"}
    assert "forgot_weights" in {claim["id"] for claim in content["refutations"]}
    page = (tmp_path / "problem-3.html").read_text()
    assert "Everything in this part holds" in page
    assert "--only problem-3" in page


def test_a_part_attaches_its_results_but_the_seconds() -> None:
    found = only.Evidence((MEAN,), (), (MEAN_CHECK,))
    part = only.Part("problem-3", "Moments", Settings(seed=3), found, ())
    (attached,) = only.build(part).attachments
    assert attached.name == "problem-3.json"
    whole = json.loads(only.as_json(part))
    assert whole["theorems"][0].pop("seconds") == MEAN.seconds
    assert json.loads(attached.data) == whole


@pytest.mark.parametrize("name", only.PARTS)
def test_every_part_can_be_written_and_repeated(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(only, "_evidence", lambda *_: only.Evidence((), (), ()))
    PILImage.fromarray(tiny_image().pixels).save(tmp_path / "tiny.png")
    settings = Settings(seed=3, image=tmp_path / "tiny.png")
    page = html.render(only.build(only.run(name, settings, say_nothing)))
    assert page.startswith(b"<!DOCTYPE html>")
    assert f"ksquared report --seed 3 --image tiny.png --only {name}".encode() in page


def test_an_unknown_part_is_refused_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "--only", "problem-9", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "expected one of problem-2, problem-3, problem-4, factorization, compression" in said
    assert not (tmp_path / "out").exists()


def test_a_part_is_not_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "--only", "problem-3", "--compare", str(tmp_path / "old.json")]) == 2
    assert "leave one out" in capsys.readouterr().err
