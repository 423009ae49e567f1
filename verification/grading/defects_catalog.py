"""All detectors, found by walking `verification.grading.defects`, and the defects they name in a case."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from verification.grading import defects
from verification.grading.detector import Case, Detector, Lines
from verification.grading.findings import Defect
from verification.grading.submission import Place, Program


@cache
def detectors() -> tuple[Detector, ...]:
    """Those of all files, in the alphabetical order of the files."""
    found: list[Detector] = []
    for module in sorted(pkgutil.iter_modules(defects.__path__), key=lambda module: module.name):
        found += import_module(f"{defects.__name__}.{module.name}").DETECTORS
    return tuple(found)


@dataclass(frozen=True)
class Named:
    """A known mistake that was recognized, and the properties that it explains; empty for any."""

    defect: Defect
    explains: tuple[str, ...]


def named_defects(case: Case, program: Program) -> tuple[Named, ...]:
    """The known mistakes in `case`, each once. A detector that fails finds nothing, and decides nothing."""
    found: dict[str, Named] = {}
    for detector in detectors():
        if detector.code in found or (detector.criteria and case.criterion not in detector.criteria):
            continue
        try:
            lines = detector.find(case)
        except Exception:  # whatever a student wrote or returned must not end the grading
            continue
        if lines is not None:
            defect = Defect(
                detector.code, detector.severity, detector.message, places=_places(program, lines)
            )
            found[detector.code] = Named(defect, detector.explains)
    return tuple(found.values())


def _places(program: Program, lines: Lines) -> tuple[Place, Place] | None:
    if not lines:
        return None
    first, last = program.place(lines[0]), program.place(lines[1])
    return None if first is None or last is None else (first, last)
