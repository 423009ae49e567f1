"""Versions of Python and libraries that a course's exercise was written for, and whether they are there.

    numpy = "1.26"            1.26 and its patches
    scikit-learn = ">=1.0,<1.2"

Source: the order of plain release numbers in PEP 440.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from algorithms.errors import InputError

LIBRARIES = {
    "python": "python",
    "numpy": "numpy",
    "scipy": "scipy",
    "scikit-learn": "sklearn",
    "sklearn": "sklearn",
}
"""Names in a rubric, and what a worker calls the same."""
CONDITION = re.compile(r"\s*(<=|<|>=|>|==)?\s*(\d+(?:\.\d+)*)\s*")


def check_requirement(name: str, condition: str, where: str) -> None:
    """Raises InputError, in one line, for a library or a condition that is not known."""
    if name not in LIBRARIES:
        raise InputError(f"{where}: requires.{name} is not one of {', '.join(LIBRARIES)}")
    for part in condition.split(","):
        if CONDITION.fullmatch(part) is None:
            raise InputError(
                f'{where}: requires.{name} must be a version such as "1.26" or ">=1.0,<1.2", '
                f"got {condition!r}"
            )


def unmet(requires: Mapping[str, str], versions: Mapping[str, str]) -> tuple[str, ...]:
    """What is asked for and not there, such as "numpy 1.26 (here it is 2.3.5)".

    requires: conditions by names of `LIBRARIES`. versions: those that submissions run with; one that is not
    known counts as right.
    """
    return tuple(
        f"{name} {condition} (here it is {versions[own]})"
        for name, condition in requires.items()
        if (own := LIBRARIES[name]) in versions
        and not all(_holds(versions[own], part) for part in condition.split(","))
    )


def _holds(version: str, condition: str) -> bool:
    match = CONDITION.fullmatch(condition)
    assert match is not None, condition  # `check_requirement` was asked when the rubric was read
    wanted = _numbers(match[2])
    has = _numbers(version)
    release = has[: len(wanted)]
    if match[1] in (None, "=="):
        return release == wanted
    # "<1.2" excludes 1.2.1, which is a 1.2: compared as far as the condition goes.
    return {"<": release < wanted, "<=": release <= wanted, ">": release > wanted, ">=": release >= wanted}[
        match[1]
    ]


def _numbers(version: str) -> tuple[int, ...]:
    """The release numbers in front: "2.0.0rc1" is (2, 0, 0)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return () if found is None else tuple(int(part) for part in found[0].split("."))
