"""The command line: exit status, what is said where, and what is left behind."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sample_results import FORGOT_WEIGHTS, MEAN, MEAN_CHECK, broken_results, sample_results

from derivations import library
from derivations.claims import Chain
from derivations.kernel.axioms import AXIOMS
from derivations.results import Assumption
from reports import check_view, cli, pipeline, proof_view

pytestmark = pytest.mark.usefixtures("empty_figures")

FILES = ["report.html", "report.pdf", "results.json"]


@pytest.fixture
def all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: sample_results())


@pytest.fixture
def all_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: broken_results())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.usefixtures("all_well")
def test_report_writes_three_files_and_says_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "--out", str(tmp_path / "out")]) == 0
    assert names(tmp_path / "out") == FILES
    printed = capsys.readouterr().out
    for file in FILES:
        assert str(tmp_path / "out" / file) in printed
    assert "1 of 1 proved" in printed


@pytest.mark.usefixtures("all_broken")
def test_what_is_wrong_is_written_named_and_ends_in_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "--out", str(tmp_path / "out"), "--quiet"]) == 1
    assert names(tmp_path / "out") == FILES
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "theorem mixture_mean",
        "false claim unweighted_mean",
        "check mixture_mean (theorem mixture_mean)",
    ]


@pytest.mark.usefixtures("all_well")
def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "--out", str(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("all_well")
def test_json_prints_what_the_file_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "--out", str(tmp_path), "--json", "--formats", "json"]) == 0
    assert capsys.readouterr().out == (tmp_path / "results.json").read_text()


@pytest.mark.usefixtures("all_well")
def test_a_full_disk_is_one_line_and_leaves_the_old_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert cli.run(["report", "--out", str(tmp_path), "--quiet"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert names(tmp_path) == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"


def test_ctrl_c_is_one_line_and_status_130(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", interrupted)
    assert cli.run(["report", "--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err == "ksquared: interrupted; nothing was written\n"
    assert not (tmp_path / "out").exists()


def test_a_real_interrupt_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reports.cli", "report", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "factorizing ratings ...\n"  # the work has begun
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.endswith("ksquared: interrupted; nothing was written\n")
    assert "Traceback" not in complaint
    assert not (tmp_path / "out").exists()


def test_help_needs_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys; from reports import cli; cli.run(['--help']); cli.run(['report', '--nonsense']);"
        "heavy = {'numpy', 'scipy', 'sympy', 'matplotlib', 'sklearn', 'typst'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "report" in done.stdout


@pytest.mark.parametrize("command", ["report", "prove", "verify", "doctor"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([command, "--help"]) == 0
    assert "--json" in capsys.readouterr().out


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 0
    assert "Start with" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ksquared 0.")


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


def test_verify_prints_the_table_and_names_what_failed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = replace(MEAN_CHECK, verdict="fail", failure="the claim was rejected")
    monkeypatch.setattr(check_view, "run_check", lambda *_, **__: failed)
    assert cli.run(["verify", "mixture_mean"]) == 1
    printed = capsys.readouterr()
    assert "1.2501" in printed.out
    assert "ksquared: check mixture_mean (theorem mixture_mean): fail; the claim was rejected" in printed.err


def test_verify_hands_level_and_seed_to_the_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def run_check(check: object, **arguments: object) -> object:
        calls.append((arguments["level"], arguments["seed"]))
        return MEAN_CHECK

    monkeypatch.setattr(check_view, "run_check", run_check)
    assert cli.run(["verify", "mixture_mean", "--level", "full", "--seed", "5", "--json"]) == 0
    assert calls == [("full", 5)]
    assert json.loads(capsys.readouterr().out)["checks"][0]["verdict"] == "pass"


def test_doctor_writes_a_report_in_memory_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"ksquared", "numpy", "cores", "threads", "fonts", "HTML report", "PDF report"} <= set(findings)
    assert all(finding["problem"] is None for finding in findings.values())


def test_doctor_names_what_does_not_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports import pdf

    def broken(_: object) -> bytes:
        raise RuntimeError("no compiler")

    monkeypatch.setattr(pdf, "render", broken)
    assert cli.run(["doctor"]) == 1
    assert capsys.readouterr().err == (
        "ksquared: PDF report: no compiler; reinstall ksquared with its dependencies\n"
    )


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m reports.cli prove mixture_mean --quiet --json; echo status $?"
    done = subprocess.run(
        ["bash", "-c", f"({command} 1>&3 2>&1) 3>&1 | head -c 1; exit 0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr


FEW = """
import sys
from reports import cli, pipeline
pipeline.theorem_ids = lambda: ("mixture_mean", "left_inverse")
pipeline.refutation_ids = lambda: ("unweighted_mean", "every_data_loses")
pipeline.catalog.check_ids = lambda: ("mixture_mean",)
sys.exit(cli.run(sys.argv[1:]))
"""
WHOLE = "import sys; from reports import cli; sys.exit(cli.run(sys.argv[1:]))"


def run_twice(program: str, folders: list[Path], *options: str) -> list[Path]:
    """`ksquared report` twice at once, with another order of hashes and into another folder."""
    runs = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                program,
                "report",
                "--out",
                str(folder),
                "--seed",
                "3",
                "--quiet",
                *options,
            ],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, folder in enumerate(folders)
    ]
    for run in runs:
        _, complaint = run.communicate(timeout=300)
        assert (run.returncode, complaint) == (0, "")
    return folders


@pytest.fixture(scope="session")
def two_short_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A report on a small picture with few proofs, two claims and one check."""
    picture = tmp_path_factory.mktemp("picture") / "small.png"
    levels = np.add.outer(np.arange(24), np.arange(32)) * 4
    Image.fromarray(np.stack([levels, levels[::-1], levels[:, ::-1]], axis=-1).astype(np.uint8)).save(picture)
    folders = [tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("another run")]
    return run_twice(FEW, folders, "--image", str(picture))


@pytest.fixture(scope="session")
def two_whole_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The whole command."""
    return run_twice(WHOLE, [tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("another whole")])


def differing_lines(runs: list[Path]) -> list[bytes]:
    """The lines of the first results.json that are not those of the second."""
    first, second = ((folder / "results.json").read_bytes().splitlines() for folder in runs)
    return [before.strip() for before, after in zip(first, second, strict=True) if before != after]


@pytest.mark.parametrize("file", ["report.html", "report.pdf"])
def test_the_same_seed_gives_the_same_bytes(two_short_runs: list[Path], file: str) -> None:
    first, second = ((folder / file).read_bytes() for folder in two_short_runs)
    assert first == second


def test_the_same_seed_gives_the_same_results_but_for_the_seconds(two_short_runs: list[Path]) -> None:
    assert all(line.startswith(b'"seconds"') for line in differing_lines(two_short_runs))


@pytest.mark.full
@pytest.mark.parametrize("file", ["report.html", "report.pdf"])
def test_the_same_seed_gives_the_same_bytes_of_the_whole_report(
    two_whole_runs: list[Path], file: str
) -> None:
    first, second = ((folder / file).read_bytes() for folder in two_whole_runs)
    assert first == second
    assert all(line.startswith(b'"seconds"') for line in differing_lines(two_whole_runs))


@pytest.mark.full
def test_the_whole_report_proves_refutes_and_passes_everything(two_whole_runs: list[Path]) -> None:
    results = json.loads((two_whole_runs[0] / "results.json").read_text())
    assert {theorem["verdict"] for theorem in results["theorems"]} == {"proved"}
    assert {claim["verdict"] for claim in results["refutations"]} == {"refuted"}
    assert {check["verdict"] for check in results["checks"]} == {"pass"}
    assert {c["verdict"] for check in results["checks"] for c in check["controls"]} == {"rejected"}


@pytest.mark.full
def test_the_whole_report_is_small_enough_to_mail(two_whole_runs: list[Path]) -> None:
    assert (two_whole_runs[0] / "report.html").stat().st_size <= 3_000_000
    assert (two_whole_runs[0] / "report.pdf").stat().st_size <= 4_000_000
