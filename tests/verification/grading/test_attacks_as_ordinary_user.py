"""All attacks again, by and against an ordinary user: much that stops root is not what stops others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[3]
ATTACKS = sorted(Path(__file__).parent.glob("test_attacks_*ing.py"))


def can_run(python: str) -> bool:
    """Whether nobody can start this interpreter, and read this suite with it."""
    command = [python, "-c", f"import numpy, pytest; open({str(ATTACKS[0])!r})"]
    try:
        done = subprocess.run(
            command, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """A folder that everyone can enter and write to; pytest's own are for one user only."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@pytest.fixture(scope="module")
def python(shared: Path) -> str:
    """An interpreter with our packages that nobody can run: this one, or the system's of the same version."""
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip(
            "only root can become another user; as an ordinary user the attacks themselves are enough"
        )
    if can_run(sys.executable):
        return sys.executable
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if Path(system).exists():
        subprocess.run(
            [system, "-m", "venv", "--without-pip", shared / "venv"], check=True, capture_output=True
        )
        (site,) = (shared / "venv" / "lib").glob("python*/site-packages")
        (site / "packages.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n{ROOT}\n")
        found = str(shared / "venv" / "bin" / "python")
        if can_run(found):
            return found
    pytest.skip("no interpreter that an ordinary user could run sees our packages")


def test_every_attack_is_stopped_for_an_ordinary_user_too(python: str, shared: Path) -> None:
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--basetemp={shared / 'attacks'}"]
    done = subprocess.run(
        [python, "-B", "-m", "pytest", *options, *map(str, ATTACKS)],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(shared), "TMPDIR": str(shared)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 60, "the attacks were skipped"
