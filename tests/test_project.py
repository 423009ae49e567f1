"""What the project says about itself is true: commands, paths, versions, pins, and what must not be in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
import typer.main
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reports.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = {extra: list(needed) for extra, needed in PROJECT["optional-dependencies"].items()}
RIVALS = "bench"  # pinned beside the benchmarks: no other command wants their gigabytes
INDIRECT = {"brotli"}  # fonttools imports it to write WOFF2
SHELL_BLOCKS = re.findall(r"```sh\n(.*?)\n```", README, flags=re.DOTALL)


def tracked_files() -> list[Path]:
    """The files under version control, or a skip where the project is not a checkout."""
    listing = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def pins(file: str = "constraints.txt") -> dict[str, Requirement]:
    """The lines of a file of constraints by package."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(pin.name): pin for pin in map(Requirement, lines)}


def pins_for(group: str) -> dict[str, Requirement]:
    """The pins that the commands for a group of requirements use."""
    return {**pins(), **pins("benchmarks/constraints.txt")} if group == RIVALS else pins()


def closure(requirements: list[str]) -> set[str]:
    """The packages that `requirements` pull in here, themselves included. Skips if one is not installed."""
    found: set[str] = set()
    todo = [(Requirement(text), "") for text in requirements]
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate({**default_environment(), "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        new = name not in found
        found.add(name)
        try:
            needed = [Requirement(text) for text in requires(name) or []]
        except PackageNotFoundError:
            pytest.skip(f"{name} is not installed")
        extras = set(requirement.extras) | ({""} if new else set())
        todo.extend((child, extra) for child in needed for extra in extras)
    return found


def imported_modules(path: Path) -> set[str]:
    """The top-level names that a file imports, at whatever depth of it."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    members = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | members}


# The README


def test_readme_has_two_commands_of_one_line_each() -> None:
    assert len(SHELL_BLOCKS) == 2
    for command in SHELL_BLOCKS:
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e ")
    assert SHELL_BLOCKS[0].endswith(".venv/bin/ksquared report")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    pattern = re.search(r"grep -m 1 '([^']+)' README\.md", CI)
    assert pattern is not None
    matches = [line for line in README.splitlines() if re.match(pattern[1], line)]
    assert matches == [SHELL_BLOCKS[1]]
    assert 'bash -c "$test_command"' in CI


def test_extras_in_the_commands_exist() -> None:
    named = re.findall(r"\.\[([a-z,]+)\]", README + CI + CONTRIBUTING)
    assert named
    assert {extra for group in named for extra in group.split(",")} <= set(EXTRAS)


def test_readme_lists_exactly_the_commands_of_the_program() -> None:
    listed = re.findall(r"^\| `ksquared (\w+)", README, flags=re.MULTILINE)
    assert sorted(listed) == sorted(typer.main.get_group(app).commands)


def test_options_in_the_documents_exist() -> None:
    commands = typer.main.get_group(app).commands.values()
    known = {option for command in commands for parameter in command.params for option in parameter.opts}
    named = set(
        re.findall(
            r"(?<![\w-])--[a-z]+", re.sub(r"^.*(?:pip|pytest|ruff) .*$", "", README, flags=re.MULTILINE)
        )
    )
    assert named - {"--help"} <= known


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_paths_in_the_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    folders = [*PYPROJECT["tool"]["mypy"]["packages"], "tests", "benchmarks", ".ci"]
    named = re.findall(rf"`((?:{'|'.join(map(re.escape, folders))})/[\w./-]*)`", text)
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert named
    assert [path for path in [*named, *links] if not (ROOT / path).exists()] == []


def test_changelog_starts_with_the_version_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, flags=re.MULTILINE)[0] == PROJECT["version"]


# Packages and pins


def test_every_package_is_built_typed_and_held_to_the_import_rules() -> None:
    packages = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
    tools = PYPROJECT["tool"]
    assert sorted(tools["hatch"]["build"]["targets"]["wheel"]["packages"]) == packages
    assert sorted(tools["mypy"]["packages"]) == packages
    assert sorted(tools["importlinter"]["root_packages"]) == packages


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` works in a checkout and is found by nothing that walks packages."""
    folders = {path.parent for path in tracked_files() if path.suffix == ".py"}
    packages = PYPROJECT["tool"]["mypy"]["packages"]
    code = {
        folder for folder in folders if folder.relative_to(ROOT).parts[:1] in [(name,) for name in packages]
    }
    assert [folder for folder in sorted(code) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("group", ["runtime", *EXTRAS])
def test_pins_satisfy_what_the_project_asks_for(group: str) -> None:
    asked = PROJECT["dependencies"] if group == "runtime" else EXTRAS[group]
    for requirement in map(Requirement, asked):
        pin = pins_for(group)[canonicalize_name(requirement.name)]
        (version,) = pin.specifier
        assert version.operator == "=="
        assert requirement.specifier.contains(version.version), f"{requirement} against {pin}"


@pytest.mark.parametrize("group", ["runtime", *EXTRAS])
def test_everything_that_is_pulled_in_is_pinned(group: str) -> None:
    asked = PROJECT["dependencies"] if group == "runtime" else EXTRAS[group]
    assert closure(asked) - set(pins_for(group)) == set()


def test_nothing_is_pinned_that_is_not_pulled_in() -> None:
    extras = [needed for extra, needed in EXTRAS.items() if extra != RIVALS]
    everything = [*PROJECT["dependencies"], *(text for needed in extras for text in needed)]
    here = {name for name, pin in pins().items() if pin.marker is None or pin.marker.evaluate()}
    assert here - closure(everything) == set()


def test_nothing_is_pinned_for_the_rivals_that_they_do_not_pull_in_or_that_is_pinned_already() -> None:
    own = pins("benchmarks/constraints.txt")
    assert set(own) & set(pins()) == set()
    here = {name for name, pin in own.items() if pin.marker is None or pin.marker.evaluate()}
    assert here - closure(EXTRAS[RIVALS]) == set()


def test_the_code_imports_what_is_declared_and_nothing_is_declared_that_it_does_not_import() -> None:
    declared = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    by_module = packages_distributions()
    imported = {
        canonicalize_name(by_module[module][0])
        for package in PYPROJECT["tool"]["mypy"]["packages"]
        for path in (ROOT / package).rglob("*.py")
        for module in imported_modules(path)
        if module not in sys.stdlib_module_names and module in by_module
    } - {PROJECT["name"]}
    assert declared - imported == INDIRECT
    assert imported - declared == set()


def test_contributing_names_the_licence_of_every_direct_dependency() -> None:
    everything = [*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
    table = {
        name
        for row in re.findall(r"^\|.*\|$", CONTRIBUTING, flags=re.MULTILINE)
        for name in re.findall(r"[\w-]+", row)
    }
    assert {Requirement(text).name for text in everything} - table == set()


# What must not be in it

GRADED = ROOT / "tests/verification/grading"
"""Holds programs to be graded: unfinished ones too, and many short programs in a file."""


GAP = ROOT / "reports/notebooks/gap.txt"
FEEDBACK = ROOT / "docs" / "feedback-example.html"
"""What students find where a solution was."""


def is_hand_in(path: Path) -> bool:
    """Whether a file holds programs to be graded, the gap that they start from, or what is said of one."""
    return GRADED in path.parents or path in (GAP, FEEDBACK)


FORBIDDEN = {
    "an address of a package registry": r"pypi\.org|pythonhosted|deb\.debian\.org|registry\.npmjs|/simple/",
    "a path of one machine": r"(?<![\w.])/(?:root|work|tmp/\w+)/",
    "unfinished work": r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_contains(what: str) -> None:
    found = []
    for path in tracked_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a font or another binary file
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(lines, start=1)
            if path != Path(__file__) and re.search(FORBIDDEN[what], line)
            if not (what == "unfinished work" and is_hand_in(path))
        ]
    assert found == []


def test_no_file_of_code_is_longer_than_350_lines() -> None:
    """One idea a file; a longer one is usually two."""
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked_files()
        if path.suffix == ".py" and GRADED / "programs" not in path.parents
    }
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 350} == {}
