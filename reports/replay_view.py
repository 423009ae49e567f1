"""`ksquared prove --replay`: certificates checked by the kernel alone, and written for others to check.

A certificate holds every step of a proof. It is replayed in a fresh process that loads the kernel alone
(`python -m derivations.kernel`): neither the theorem files nor the search that found the proof are trusted.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from algorithms.errors import InputError
from reports import output, results_json, terminal

BAD_FILE = 2  # the kernel's exit status for a file that is no list of certificates


def replay(path: Path, *, quiet: bool, as_json: bool) -> tuple[str, ...]:
    """Check every certificate in the file at `path`; return one line for each that is refused.

    Raises InputError if the file is not a list of certificates.
    """
    with terminal.progress(quiet=quiet) as on_progress:
        on_progress("replaying certificates", 0, 1)
        command = [sys.executable, "-P", "-m", "derivations.kernel", str(path)]
        kernel = subprocess.run(command, capture_output=True, text=True, check=False)
        on_progress("replaying certificates", 1, 1)
    if kernel.returncode == BAD_FILE:
        raise InputError(
            f"--replay: {kernel.stderr.strip()}; write one with ksquared prove --certificates FILE"
        )
    lines = kernel.stdout.splitlines()
    held = [line.split()[1] for line in lines if line.startswith("holds ")]
    refused = [" ".join(line.split()[1:]) for line in lines if line.startswith("refused ")]
    if kernel.returncode and not refused:
        refused = [f"the kernel stopped: {kernel.stderr.strip().splitlines()[-1]}"]
    if as_json:
        sys.stdout.write(results_json.dump({"held": [*held], "refused": [*refused]}).decode())
    elif not quiet:
        sys.stdout.write(kernel.stdout)
    return tuple(f"{path.name}: certificate refused: {reason}" for reason in refused)


def write(path: Path, theorems: Sequence[str]) -> None:
    """Write the certificates of the proved theorems with these ids to the file at `path`.

    Raises InputError if the file cannot be written.
    """
    from derivations.library import certificate  # only here: replaying must not load the library

    content = json.dumps([certificate(theorem) for theorem in theorems], indent=1, sort_keys=True) + "\n"
    output.write_together(path.parent, {path.name: content.encode()})
