"""What a report was made with, so that it can be made again."""

from __future__ import annotations

import os
import platform
from importlib import metadata

_LIBRARIES = (
    "numpy",
    "scipy",
    "sympy",
    "mpmath",
    "scikit-learn",
    "matplotlib",
    "pillow",
    "typst",
    "math-core",
)


def version() -> str:
    """The version of ksquared itself."""
    return metadata.version("ksquared")


def libraries() -> dict[str, str]:
    """Distribution name -> version, of the libraries a result can depend on."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def machine() -> dict[str, str]:
    """The machine as far as a result can depend on it; no name, no user, no path."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(usable_cores()),
        "algorithms": _algorithms(),
    }


def _algorithms() -> str:
    """Which code computes: the kernels, their instruction set and threads, or the NumPy reference and why."""
    from algorithms import native  # brings NumPy along, which `ksquared --version` does not need

    status = native.status()
    threads = f"; {status.threads} thread{'s' if status.threads > 1 else ''}" if status.compiled else ""
    return status.reason + threads


def usable_cores() -> int:
    """Cores this process may run on (fewer than the machine's in a container or under taskset)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
