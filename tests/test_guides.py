"""The guides: every command in them is one that the program has, and no link leads nowhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from reports import cli

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
NAMES = [page.name for page in PAGES]


def commands(page: Path) -> list[list[str]]:
    """The words of each call of ksquared in a block of code."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    found = [re.search(r"(?:^|&& |/)ksquared (.*)", line) for line in lines]
    return [shlex.split(match[1], comments=True) for match in found if match]


def test_the_guides_show_commands() -> None:
    shown = {words[0] for page in PAGES for words in commands(page)}
    assert {"report", "prove", "grade", "notebooks", "doctor"} <= shown


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_in_a_guide_can_be_called(page: Path) -> None:
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    for name, *arguments in commands(page):
        command = group.commands[name]
        # Parses without calling; an unknown option or a missing argument raises UsageError.
        command.make_context(name, list(arguments))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_between_the_guides_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target
