"""What it means when a call does not return: a status, and a defect that says it to the student."""

from __future__ import annotations

import re

from verification.grading.findings import Defect, Status
from verification.grading.repairs import needs_older_library
from verification.grading.sandbox.caller import CallResult, Crashed, OutOfMemory, Raised, Tampering, TimedOut
from verification.grading.submission import Program

READY_MADE = "would give the answer away"
"""What the sandbox says of modules that solve the exercise; see `sandbox.inside.imports`."""
LEAVES = ("SystemExit", "KeyboardInterrupt")


def status_of(stopped: CallResult | None) -> Status:
    """The status of a function that is not right."""
    if stopped is None:
        return "wrong"
    if isinstance(stopped, Raised):
        return "not-run" if needs_older_library(stopped) or missing_library(stopped) else "raises"
    if isinstance(stopped, TimedOut):
        return "timeout"
    if isinstance(stopped, OutOfMemory):
        return "memory"
    if isinstance(stopped, Tampering):
        return "tampering"
    return "raises" if isinstance(stopped, Crashed) else "grader-error"


def missing_library(raised: Raised) -> str:
    """The package that is not installed where the program was run, or empty."""
    found = re.match(r"No module named '([\w.]+)'|([\w.]+) is not available here$", raised.message)
    return (found[1] or found[2]).split(".")[0] if found and raised.type_name == "ModuleNotFoundError" else ""


def stop_defect(stopped: CallResult | None, program: Program) -> Defect | None:
    """What ended the judging of `program`, as a defect; None if nothing did, or something of ours."""
    if isinstance(stopped, Raised):
        return _raised(stopped, program)
    if isinstance(stopped, TimedOut):
        message = f"It did not end within {stopped.seconds:g} seconds on a small example."
        return Defect("endless", "major", message)
    if isinstance(stopped, OutOfMemory):
        return Defect("out-of-memory", "major", "It asks for more memory than there is, on a small example.")
    if isinstance(stopped, Tampering):
        return Defect("tampering", "major", f"The process did what no honest function does: {stopped.what}.")
    if isinstance(stopped, Crashed):
        return Defect("crashed", "major", f"It crashed the interpreter (signal {stopped.signal}).")
    return None


def _raised(raised: Raised, program: Program) -> Defect:
    said = f"{raised.type_name}: {raised.message}"[:300] if raised.message else raised.type_name
    code, message = "exception", f"It stops with {said}."
    severity = "major"
    if needs_older_library(raised):
        code, severity = "needs-older-library", "minor"
        message = f"The code needs an older version of a library: {said}"
    elif library := missing_library(raised):
        code, severity = "library-not-there", "minor"
        message = f"The code needs {library}, which is not installed where it was graded, so nothing was run."
    elif READY_MADE in raised.message:
        code = "ready-made-solution"
        message = f"The function leaves the work to a library that solves the exercise: {raised.message}."
    elif raised.type_name == "NameError":
        code = "undefined-name"
    elif raised.type_name == "UnboundLocalError":
        code = "undefined-name"
        message = f"A name is used before it is set: on this example no branch sets it. It stops with {said}."
    elif raised.type_name in LEAVES:
        code, message = "leaves-the-program", f"It ends the program: {said}."
    elif raised.type_name == "AssertionError":
        code, message = "assertion-failed", _assertion(raised, program)
    places = (raised.places[-1], raised.places[-1]) if raised.places else None
    return Defect(code, "minor" if severity == "minor" else "major", message, places=places)


def _assertion(raised: Raised, program: Program) -> str:
    """The assertion in the student's words, for few have a text."""
    text = raised.message[:300]
    if raised.places and raised.places[-1] in program.places:
        line = program.source.split("\n")[program.places.index(raised.places[-1])].strip()
        text = line[:200] if line.startswith("assert") else text
    said = f": `{text}`" if text else ""
    return f"An assertion in the code does not hold{said}. What it checks is wrong on a small example."
