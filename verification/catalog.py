"""All checks, found by walking `verification.checks`: a new check is a new file with a constant `CHECK`.

Beside them there is one check for each design of `verification.designs`, under the name `design_...`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from algorithms.errors import InputError
from verification import checks
from verification.check import Check
from verification.designs import DESIGNS
from verification.over_designs import PREFIX, check_of


def check_ids() -> tuple[str, ...]:
    """The ids of all checks: the names of their files, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(checks.__path__)))


def design_ids() -> tuple[str, ...]:
    """The ids of the checks over the designs, in the order of the catalogue."""
    return tuple(PREFIX + name for name in DESIGNS)


def load(check_id: str) -> Check:
    """The check with this id. Raises InputError, with the ids there are, for an unknown one."""
    if check_id in design_ids():
        return check_of(check_id.removeprefix(PREFIX))
    if check_id not in check_ids():
        raise InputError(f"there is no check {check_id!r}; choose from {', '.join(check_ids())}")
    check = import_module(f"{checks.__name__}.{check_id}").CHECK
    if not isinstance(check, Check) or check.id != check_id:
        raise TypeError(f"checks/{check_id}.py must define CHECK, a Check whose id is its file name")
    return check
