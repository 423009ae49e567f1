"""The files a student's function may read: Python, the numerical libraries, the system's libraries.

Not among them: the home folder, this suite, other packages, the hand-ins, and the modules that would give
the answer away.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LIBRARY_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")
SINGLE_FILES = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/zero",
    "/dev/urandom",
    "/dev/null",
)


@dataclass(frozen=True)
class Readable:
    """files: can be read, with all below them. folders: can only be listed; importing needs that."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


def readable(packages: Sequence[str], blocked_modules: Sequence[str]) -> Readable:
    """What may be read when `packages` can be imported, but none of `blocked_modules` ("sklearn.cluster")."""
    standard, sites = _standard(), _sites(packages)
    files: list[str] = list(SINGLE_FILES)
    for folder in (*LIBRARY_FOLDERS, os.path.join(sys.base_prefix, "lib")):
        # Every Python installation has its packages there too, among them perhaps this suite.
        files += [path for path in _entries(folder) if not os.path.basename(path).startswith("python")]
    for folder in standard:
        files += [path for path in _entries(folder) if not path.endswith(("site-packages", "dist-packages"))]
    for site in sites:
        for path in _entries(site):
            if _belongs_to(os.path.basename(path), packages):
                files += _without(path, site, blocked_modules)
    return Readable(tuple(files), (*standard, *sites))


def import_path(packages: Sequence[str]) -> list[str]:
    """`sys.path` for a submission: the standard library and the folders that `packages` lie in."""
    folders = [*_standard(), *(os.path.join(folder, "lib-dynload") for folder in _standard())]
    return [folder for folder in sys.path if folder in folders] + _sites(packages)


def _standard() -> list[str]:
    paths = sysconfig.get_paths()
    return sorted({paths["stdlib"], paths["platstdlib"]})


def _sites(packages: Sequence[str]) -> list[str]:
    """The folders the packages lie in; found without importing them."""
    specs = [importlib.util.find_spec(package) for package in packages]
    origins = [spec.origin for spec in specs if spec is not None and spec.origin is not None]
    # A package is a folder with an __init__ file, a module is a file.
    return sorted(
        {_parent(_parent(o) if os.path.basename(o).startswith("__init__.") else o) for o in origins}
    )


def _parent(path: str) -> str:
    return os.path.dirname(path)


def _entries(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    except OSError:
        return []


def _belongs_to(name: str, packages: Sequence[str]) -> bool:
    """Whether a file of site-packages is a package, a module of that name, or libraries in its wheel."""
    if name.endswith(".libs"):
        return True
    return name.split(".")[0] in packages


def _without(path: str, site: str, blocked_modules: Sequence[str]) -> Iterator[str]:
    """`path`, or the parts of it that hold no blocked module."""
    blocked = [os.path.join(site, *module.split(".")) for module in blocked_modules]
    if path in blocked or any(os.path.splitext(path)[0] == module for module in blocked):
        return
    if any(module.startswith(path + os.sep) for module in blocked):
        for entry in _entries(path):
            yield from _without(entry, site, blocked_modules)
    else:
        yield path
