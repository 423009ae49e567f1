"""`ksquared prove`: every format, every axiom, and wrong proofs explained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import FORGOT_WEIGHTS, MEAN

from derivations import library
from derivations.claims import Chain
from derivations.kernel.axioms import AXIOMS
from derivations.results import Assumption
from reports import cli, proof_view


@pytest.fixture
def two_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A theorem that is proved and one that is not, without the time it takes."""
    results = {
        "mixture_mean": MEAN,
        "mixture_covariance": replace(MEAN, id="mixture_covariance", verdict="undecided", failure="line 2"),
    }
    monkeypatch.setattr(proof_view, "check_theorem", results.__getitem__)
    monkeypatch.setattr(proof_view, "refute", lambda _: FORGOT_WEIGHTS)


@pytest.mark.usefixtures("two_results")
def test_prove_prints_statement_lines_reasons_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["prove", "mixture_mean"]) == 0
    printed = capsys.readouterr().out
    for piece in ("𝔼[x] = ∑ₖ πₖμₖ", "law of total expectation", "mean of xₖ", "Bishop", "proved"):
        assert piece in printed


@pytest.mark.usefixtures("two_results")
def test_prove_ends_in_status_1_if_a_theorem_is_not_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["prove", "mixture_mean", "mixture_covariance", "--quiet"]) == 1
    assert capsys.readouterr() == ("", "ksquared: theorem mixture_covariance: undecided; line 2\n")


@pytest.mark.usefixtures("two_results")
def test_prove_prints_a_counterexample(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["prove", "unweighted_mean"]) == 0
    printed = capsys.readouterr().out
    for piece in ("π = (1/3, 2/3)", "the claim says  𝔼[x] = 1/2", "𝔼[x] = 2/3", "refuted"):
        assert piece in printed


@pytest.mark.usefixtures("two_results")
def test_prove_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["prove", "mixture_mean", "unweighted_mean", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in printed["theorems"]] == ["mixture_mean"]
    assert [entry["verdict"] for entry in printed["refutations"]] == ["refuted"]


@pytest.mark.usefixtures("two_results")
@pytest.mark.parametrize(
    ("written_as", "start"),
    [
        ("latex", "\\documentclass"),
        ("markdown", "# "),
        ("html", "<!DOCTYPE html>"),
        ("json", "{"),
        ("text", "Mean"),
    ],
)
def test_prove_writes_every_format_to_a_file(
    written_as: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "proof"
    assert cli.run(["prove", "mixture_mean", "--format", written_as, "--out", str(file), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert file.read_text().startswith(start)
    if written_as != "text":
        assert cli.run(["prove", "mixture_mean", "--format", written_as, "--quiet"]) == 0
        assert capsys.readouterr().out == file.read_text()


def test_prove_shows_the_wrong_step_what_is_left_over_and_a_counterexample(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign changed in the second step of a real theorem: refused, explained, status 1."""
    theorem = library.load("kmeans_centroid")
    (claim,) = theorem.claims[:1]
    assert isinstance(claim, Chain)
    wrong = replace(claim.steps[0], line=2 * claim.steps[0].line)
    bad = replace(claim, steps=(wrong, *claim.steps[1:]))
    forged = replace(theorem, claims=(bad,), states=(bad,))
    result = library.check(forged, library.prover_for(theorem))
    monkeypatch.setattr(proof_view, "check_theorem", lambda _: result)
    assert cli.run(["prove", "kmeans_centroid"]) == 1
    printed = capsys.readouterr()
    lines = [line.strip() for line in printed.out.splitlines()]
    assert any(line.startswith("1 ✗  =") for line in lines)
    assert any(line.endswith("step 1 does not follow") for line in lines)
    assert any(line.startswith("left over: ") for line in lines)
    assert any(line.startswith("at ") and "a difference of" in line for line in lines)
    assert printed.err.splitlines()[-1].startswith("ksquared: theorem kmeans_centroid: refuted; ")


@pytest.mark.usefixtures("two_results")
def test_each_axiom_names_its_source_and_the_theorems_that_rest_on_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rests = replace(MEAN, axioms=(Assumption("independence", ""),))
    monkeypatch.setattr(proof_view, "theorem_ids", lambda: ("mixture_mean",))
    monkeypatch.setattr(proof_view, "check_theorem", lambda _: rests)
    assert cli.run(["prove", "--axioms"]) == 0
    printed = capsys.readouterr().out
    assert (
        "Billingsley, Probability and Measure (1995), Theorem 18.3\n    Rests on it: mixture_mean" in printed
    )
    assert printed.count("No theorem rests on it.") == len(AXIOMS) - 1
    assert cli.run(["prove", "--axioms", "--json", "--quiet"]) == 0
    listed = json.loads(capsys.readouterr().out)["axioms"]
    assert [axiom["name"] for axiom in listed] == list(AXIOMS)
    assert {axiom["name"]: axiom["theorems"] for axiom in listed}["independence"] == ["mixture_mean"]


@pytest.mark.parametrize("more", [["mixture_mean"], ["--format", "html"], ["--certificates", "x.json"]])
def test_axioms_are_asked_for_alone(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["prove", "--axioms", *more]) == 2
    assert "--axioms alone" in capsys.readouterr().err


def test_an_unknown_theorem_gets_the_nearest_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["prove", "mixture_covarance"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert "did you mean mixture_covariance" in complaint


def test_certificates_are_written_replayed_and_refused_when_altered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "proofs.json"
    assert cli.run(["prove", "mixture_mean", "--certificates", str(file), "--quiet"]) == 0
    assert cli.run(["prove", "--replay", str(file), "--quiet"]) == 0
    [certificate] = json.loads(file.read_text())
    certificate["conclusions"][0]["right"] = certificate["conclusions"][0]["left"]
    file.write_text(json.dumps([certificate]))
    capsys.readouterr()
    assert cli.run(["prove", "--replay", str(file)]) == 1
    assert "proofs.json: certificate refused: mixture_mean" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "nonsense", "{}", "[]", "[" * 100_000], ids=lambda text: text[:8])
def test_a_file_without_certificates_is_a_bad_call(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "proofs.json"
    file.write_text(content)
    assert cli.run(["prove", "--replay", str(file), "--quiet"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert "--replay: cannot read certificates" in complaint
