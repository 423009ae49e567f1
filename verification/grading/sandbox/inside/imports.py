"""What a submission can import: the standard library and the packages granted, but not the answer.

Packages that only draw or show progress are replaced by stand-ins that do nothing: a function that plots
along the way is not wrong.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

DRAWING = ("matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "IPython", "ipywidgets")
PROGRESS = "tqdm"


class Gate(importlib.abc.MetaPathFinder):
    """Asked before Python's own finders: refuses, stands in, or lets them look."""

    def __init__(self, packages: Sequence[str], blocked_modules: Sequence[str]) -> None:
        self.packages = frozenset(packages)
        self.blocked_modules = frozenset(blocked_modules)
        # The names of the standard library are known to Python since 3.10.
        self.standard = frozenset(getattr(sys, "stdlib_module_names", ()))

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Raises ImportError for what is blocked or not granted."""
        parents = fullname.split(".")
        if any(".".join(parents[: i + 1]) in self.blocked_modules for i in range(len(parents))):
            raise ImportError(f"{fullname} is not available here: it would give the answer away")
        package = parents[0]
        if package in DRAWING or package == PROGRESS:
            return importlib.machinery.ModuleSpec(fullname, StandInLoader(), is_package=True)
        known = package in self.packages or package in self.standard or package in sys.modules
        if self.standard and not known:
            raise ModuleNotFoundError(f"{package} is not available here", name=package)
        return None


class StandInLoader(importlib.abc.Loader):
    """Makes modules that pretend."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return (Progress if spec.name.split(".")[0] == PROGRESS else Drawing)(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""


class Nothing:
    """Does nothing, whatever is done to it; unpacks into two, like the figure and axes of `plt.subplots`."""

    def __call__(self, *arguments: Any, **keywords: Any) -> Nothing:
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Nothing:
        return self

    def __iter__(self) -> Iterator[Nothing]:
        return iter((self, self))

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *reason: Any) -> None:
        """Nothing to clean up."""


class Drawing(types.ModuleType):
    """A plotting package in which everything does nothing."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Bar:
    """A progress bar that is not shown: what it goes through, and methods that do nothing."""

    def __init__(self, iterable: Any = (), *arguments: Any, **keywords: Any) -> None:
        self.iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __getattr__(self, name: str) -> Nothing:
        return Nothing()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *reason: Any) -> None:
        """Nothing to clean up."""


class Progress(types.ModuleType):
    """tqdm and its variants: `tqdm(items)`, `trange(n)`."""

    def __getattr__(self, name: str) -> Any:
        if name in ("tqdm", "tqdm_notebook"):
            return Bar
        if name in ("trange", "tnrange"):
            return lambda *bounds, **keywords: Bar(range(*bounds))
        raise AttributeError(name)


def forget(blocked_modules: Sequence[str]) -> None:
    """Takes modules out of `sys.modules` that came in as part of another."""
    for name in list(sys.modules):
        if any(name == module or name.startswith(module + ".") for module in blocked_modules):
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                vars(sys.modules[parent]).pop(child, None)
            del sys.modules[name]
