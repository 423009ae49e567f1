"""The record of a run: a JSON file from which it goes on where it was broken off.

It holds the size and the sums of every piece, and nothing else: the course of a check is computed from them
again, so what goes on is the same e-process. A record belongs to one seed, one strictness and one version of
the code; with another it would be another process, and starting over until a run is green must not happen.

    {"schema": 1, "code": ..., "seed": ..., "level": {...}, "checks": {id: [[size, [sum, ...]], ...]}}

Sums are written as text, `float.hex`, which is exact and has infinities.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

import algorithms
import derivations
import verification
from algorithms import native
from algorithms.errors import InputError
from verification.course import Piece
from verification.level import Level
from verification.run import Pieces

SCHEMA = 1
NUMERICAL = ("numpy", "scipy")
"""Their versions are part of the version of the code, as are the compiled kernels: others round otherwise."""


@cache
def code_version() -> str:
    """A hash of the source that draws and judges, of the numerical libraries and of the kernels that run."""
    digest = hashlib.sha256()
    for package in (algorithms, derivations, verification):
        root = Path(next(iter(package.__path__)))
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root.parent).as_posix().encode() + b"\0" + path.read_bytes())
    for name in NUMERICAL:
        digest.update(f"{name} {metadata.version(name)}".encode())
    digest.update(f"kernels {native.status().level}".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Record:
    """The file of a run, whose seed and strictness are known."""

    path: Path
    seed: int
    level: Level

    def load(self) -> dict[str, tuple[Piece, ...]]:
        """The pieces of each check; none if there is no file yet.

        Raises InputError for a file that is no record, or one of another version, seed or strictness.
        """
        if not self.path.exists():
            return {}
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
            claimed = {key: held[key] for key in self._header()}
            pieces = {name: tuple(map(_piece, listed)) for name, listed in held["checks"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{self.path.name} is no record of a run ({type(error).__name__}); name another file"
            ) from error
        for key, expected in self._header().items():
            if claimed[key] != expected:
                raise InputError(
                    f"{self.path.name} was written with {key} {_shown(claimed[key])}, this run has "
                    f"{_shown(expected)}; go on with the same, or name a new file to start over"
                )
        return pieces

    def save(self, pieces: Pieces) -> None:
        """Write all pieces, beside the file first, then over it: it is never half written.

        Raises InputError if it cannot be written.
        """
        checks = {
            name: [[piece.size, [float(number).hex() for number in piece.sums]] for piece in listed]
            for name, listed in pieces.items()
        }
        beside = self.path.with_name(self.path.name + ".part")
        try:
            beside.write_text(json.dumps({**self._header(), "checks": checks}), encoding="utf-8")
            os.replace(beside, self.path)
        except OSError as error:
            raise InputError(f"cannot write the record {self.path.name}: {error.strerror}") from error

    def _header(self) -> dict[str, Any]:
        # The budget is not in it: a run that ended undecided may go on with a larger one.
        level = {name: getattr(self.level, name) for name in ("name", "delta", "alpha", "beta")}
        return {"schema": SCHEMA, "code": code_version(), "seed": self.seed, "level": level}


def _piece(listed: Any) -> Piece:
    size, sums = listed
    if not isinstance(size, int) or size < 1:
        raise ValueError("a piece without draws")
    return Piece(size, np.array([float.fromhex(number) for number in sums]))


def _shown(value: Any) -> str:
    return (
        ", ".join(f"{key} {part}" for key, part in value.items()) if isinstance(value, dict) else str(value)
    )
