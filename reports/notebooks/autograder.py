"""The autograder of an exercise for Gradescope: a zip to upload under "Configure Autograder".

It holds setup.sh, which installs ksquared from the wheel beside it, run_autograder, which grades one hand-in
and writes results.json, the rubric, and the versions of the packages that are installed here.

Source: Gradescope's documentation of autograders, "Specifications" and "Output format".
"""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from pathlib import Path

from reports.notebooks.exercise import Exercise
from reports.notebooks.own_wheel import archive, own_wheel
from reports.notebooks.rubric import rubric_text

SCRIPTS = ("run_autograder", "setup.sh")


def bundle(exercise: Exercise) -> bytes:
    """The zip, the same bytes for the same code and packages."""
    scripts = {name: (Path(__file__).parent / name).read_bytes() for name in SCRIPTS}
    wheel, content = _wheel()
    files = {
        **scripts,
        "constraints.txt": constraints().encode(),
        "rubric.toml": rubric_text(exercise).encode(),
        wheel: content,
    }
    return archive(files, executable=SCRIPTS)


def constraints() -> str:
    """The packages that ksquared asks for, each at the version installed here, one a line."""
    needed = [text for text in metadata.requires("ksquared") or [] if "extra ==" not in text]
    names = [match[0] for text in needed if (match := re.match(r"[\w.-]+", text))]
    return "".join(f"{name}=={metadata.version(name)}\n" for name in sorted(names))


@cache
def _wheel() -> tuple[str, bytes]:
    return own_wheel()
