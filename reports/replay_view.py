"""`ksquared prove --replay`: certificates checked by the kernel alone, and written for others to check.

A certificate holds every step of a proof. Replaying it trusts neither the theorem files nor the search that
found the proof, only the rules of the kernel (`derivations.kernel`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from algorithms.errors import InputError
from derivations.kernel.certificate import replay as replay_one
from derivations.kernel.terms import KernelError
from reports import output, results_json, terminal

MOST_BYTES = 64 * 2**20  # a larger file is no list of certificates of ours and would only fill the memory


def replay(path: Path, *, quiet: bool, as_json: bool) -> tuple[str, ...]:
    """Check every certificate in the file at `path`; return one line for each that is refused.

    Raises InputError if the file is not a JSON list of certificates.
    """
    certificates = _read(path)
    held: list[str] = []
    refused: list[str] = []
    with terminal.progress(quiet=quiet) as on_progress:
        for done, certificate in enumerate(certificates):
            on_progress("replaying certificates", done, len(certificates))
            try:
                held.append(replay_one(certificate))
            except KernelError as error:
                refused.append(f"certificate {done + 1} of {path.name} is refused: {error}")
    if as_json:
        sys.stdout.write(results_json.dump({"held": [*held], "refused": [*refused]}).decode())
    elif not quiet:
        for theorem in held:
            print(f"holds  {theorem}")
        print(f"{len(held)} of {len(certificates)} certificates hold")
    return tuple(refused)


def _read(path: Path) -> list[object]:
    advice = "write one with ksquared prove --certificates FILE"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(
                f"--replay: expected at most {MOST_BYTES >> 20} MiB, got more in {path}; {advice}"
            )
        certificates = json.loads(path.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"--replay: expected a readable file, got {path}: {reason}; {advice}") from error
    except (ValueError, RecursionError) as error:
        # An InputError is a ValueError too, and says more.
        if isinstance(error, InputError):
            raise
        raise InputError(f"--replay: expected JSON, got something else in {path}; {advice}") from error
    if not isinstance(certificates, list) or not certificates:
        raise InputError(f"--replay: expected a list of certificates, got none in {path}; {advice}")
    return certificates


def write(path: Path, theorems: Sequence[str]) -> None:
    """Write the certificates of the proved theorems with these ids to the file at `path`.

    Raises InputError if the file cannot be written.
    """
    from derivations.library import certificate  # only here: replaying must not load the library

    content = json.dumps([certificate(theorem) for theorem in theorems], indent=1, sort_keys=True) + "\n"
    output.write_together(path.parent, {path.name: content.encode()})
