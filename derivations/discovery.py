"""The theorem files, found by walking the package: adding one adds a theorem."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from derivations import theorems


@cache
def theorem_modules() -> tuple[ModuleType, ...]:
    """All modules of `derivations.theorems`, by name."""
    found = sorted(m.name for m in pkgutil.iter_modules(theorems.__path__))
    return tuple(importlib.import_module(f"{theorems.__name__}.{name}") for name in found)
