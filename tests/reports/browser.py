"""Opens a report in Chromium and listens to what it does. Used by the tests marked `browser`.

Debian's Chromium is used if it is there. Without it these tests are skipped, unless the environment variable
KSQUARED_REQUIRE_BROWSER is 1: then a missing browser is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

Scheme = Literal["light", "dark"]

_QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@dataclass
class Opened:
    """A page of a report: the Playwright page, and what it said and asked for while it was open."""

    page: Any
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))

    def wait_for(self, expression: str) -> None:
        """Wait until the page finds `expression` true; its policy forbids the waiting of Playwright."""
        for _ in range(100):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never true on the page: {expression}")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, for as many pages as are wanted; skips the test if there is none."""
    sync_api, executable = _browser()
    arguments = [*_QUIET, "--no-first-run"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start as root with its sandbox
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def open_report(
    html_path: Path, width: int = 1280, scheme: Scheme = "light", *, script: bool = True, browser: Any = None
) -> Iterator[Opened]:
    """Open a report file in a window `width` pixels wide, in `browser` or in one of its own."""
    with ExitStack() as stack:
        running = browser or stack.enter_context(chromium())
        context = running.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        stack.callback(context.close)
        page = context.new_page()
        opened = Opened(page)
        page.on("console", lambda message: opened.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: opened.console.append(f"error: {error}"))
        page.on("request", lambda request: opened.requests.append(request.url))
        page.goto(html_path.resolve().as_uri())
        if script:
            page.evaluate("document.fonts.ready")
        yield opened


def _browser() -> tuple[Any, str]:
    executable = shutil.which("chromium")
    if executable is None:
        return _missing("Chromium is not installed (Debian package chromium)")
    try:
        from playwright import sync_api
    except ImportError:
        return _missing("playwright is not installed (pip install ksquared[browser])")
    return sync_api, executable


def _missing(reason: str) -> Any:
    if os.environ.get("KSQUARED_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
