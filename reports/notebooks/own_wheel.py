"""A wheel of the very ksquared that runs, made from its own files: what a grading machine installs.

The compiled kernels are left out, as they fit this machine only: the NumPy reference gives the same verdicts.
The same bytes for the same code.

Source: the binary distribution format (PEP 427), the RECORD of installed projects (PEP 376).
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("derivations", "algorithms", "verification", "reports")
LEFT_OUT = (".pyc", ".so", "native/build.txt")
WHEEL = "Wheel-Version: 1.0\nGenerator: ksquared\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def own_wheel() -> tuple[str, bytes]:
    """File name and content of the wheel."""
    distribution = metadata.distribution("ksquared")
    folder = f"ksquared-{distribution.version}.dist-info"
    files = _code()
    files[f"{folder}/METADATA"] = (distribution.read_text("METADATA") or "").encode()
    files[f"{folder}/entry_points.txt"] = (distribution.read_text("entry_points.txt") or "").encode()
    files[f"{folder}/WHEEL"] = WHEEL.encode()
    record = "".join(f"{name},{_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{folder}/RECORD"] = f"{record}{folder}/RECORD,,\n".encode()
    return f"ksquared-{distribution.version}-py3-none-any.whl", archive(files)


def archive(files: Mapping[str, bytes], executable: tuple[str, ...] = ()) -> bytes:
    """A zip with `files`, without dates; those named in `executable` may be run."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, whatever the machine: else the permissions do not count
            member.external_attr = (0o100755 if name in executable else 0o100644) << 16
            target.writestr(member, content)
    return packed.getvalue()


def _code() -> dict[str, bytes]:
    """Every file of the packages, by its path in the wheel."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.is_file() and not path.as_posix().endswith(LEFT_OUT)
    }


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"
