"""What it means when a call does not return: a status, and a defect that says it to the student."""

from __future__ import annotations

from verification.grading.findings import Defect, Status
from verification.grading.repairs import needs_older_library
from verification.grading.sandbox.caller import CallResult, Crashed, OutOfMemory, Raised, Tampering, TimedOut


def status_of(stopped: CallResult | None) -> Status:
    """The status of a function that is not right."""
    if stopped is None:
        return "wrong"
    if isinstance(stopped, Raised):
        return "not-run" if needs_older_library(stopped) else "raises"
    if isinstance(stopped, TimedOut):
        return "timeout"
    if isinstance(stopped, OutOfMemory):
        return "memory"
    if isinstance(stopped, Tampering):
        return "tampering"
    return "raises" if isinstance(stopped, Crashed) else "grader-error"


def stop_defect(stopped: CallResult | None) -> Defect | None:
    """What ended the judging, as a defect; None if nothing did, or something of ours."""
    if isinstance(stopped, Raised):
        places = (stopped.places[-1], stopped.places[-1]) if stopped.places else None
        said = f"{stopped.type_name}: {stopped.message}"[:300]
        if needs_older_library(stopped):
            message = f"The code needs an older version of a library: {said}"
            return Defect("needs-older-library", "minor", message, places=places)
        if stopped.type_name in ("NameError", "UnboundLocalError"):
            return Defect("undefined-name", "major", f"It stops with {said}.", places=places)
        if stopped.type_name in ("SystemExit", "KeyboardInterrupt"):
            return Defect("leaves-the-program", "major", f"It ends the program: {said}.", places=places)
        return Defect("exception", "major", f"It stops with {said}.", places=places)
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
