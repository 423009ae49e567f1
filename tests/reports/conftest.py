"""What several test modules share."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from browser import chromium

from reports import figures


@pytest.fixture(scope="module")
def empty_figures() -> Iterator[None]:
    """Every drawing is an empty one: drawing takes most of the time and is tested in test_figures."""
    with pytest.MonkeyPatch.context() as patch:
        for found in iter_modules(figures.__path__):
            module = import_module(f"{figures.__name__}.{found.name}")
            if found.name != "style" and hasattr(module, "svg"):
                patch.setattr(module, "svg", lambda *_, **__: b'<svg xmlns="http://www.w3.org/2000/svg"/>')
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for the tests of a module; starting one takes longer than opening a page."""
    with chromium() as browser:
        yield browser
