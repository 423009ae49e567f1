"""All criteria, found by walking `criteria`: a new one is a new file with a constant `CRITERION`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from algorithms.errors import InputError
from verification.grading import criteria
from verification.grading.criterion import Criterion


def criterion_ids() -> tuple[str, ...]:
    """The ids of all criteria: the names of their files, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(criteria.__path__)))


def load_criterion(criterion_id: str) -> Criterion:
    """The criterion with this id. Raises InputError, with the ids there are, for an unknown one."""
    if criterion_id not in criterion_ids():
        raise InputError(f"there is no criterion {criterion_id!r}; choose from {', '.join(criterion_ids())}")
    criterion = import_module(f"{criteria.__name__}.{criterion_id}").CRITERION
    if not isinstance(criterion, Criterion) or criterion.id != criterion_id:
        raise TypeError(f"criteria/{criterion_id}.py must define CRITERION, whose id is its file name")
    return criterion
