"""The command as a whole, run twice: equal bytes, everything proved, small enough to mail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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
