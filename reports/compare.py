"""What moved since an older `results.json`: verdicts, numbers, theorems that came or went, versions.

Both sides are JSON of schema 1; times ("seconds") do not count. The older file may come from anyone: it is
checked for its shape, its strings are shown and never run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from algorithms.errors import InputError
from reports import results_json
from reports.inlines import Tone
from reports.results import Results

GOOD = frozenset({"proved", "refuted", "pass"})
LARGEST_FILE = 64 << 20
UNTOLD = frozenset({"seconds", "title", "design", "why", "path", "confidence"})
"""Keys whose values are times, words or pictures."""
LONGEST_NAME = 80

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Change:
    """One thing that moved. kind: what it is, such as "theorem". tone: "fail" if it got worse."""

    kind: str
    name: str
    before: str
    after: str
    tone: Tone = "info"


@dataclass(frozen=True)
class Comparison:
    """All that moved since the file `name`; `n_same` counts the verdicts and numbers that did not."""

    name: str
    version: str
    changes: tuple[Change, ...]
    n_same: int

    @property
    def worst_first(self) -> tuple[Change, ...]:
        """The changes, those for the worse before those for the better, plain ones last."""
        order = ("fail", "undecided", "pass", "info")
        return tuple(sorted(self.changes, key=lambda change: order.index(change.tone)))

    @property
    def worse(self) -> tuple[Change, ...]:
        """What held and does not any more."""
        return tuple(change for change in self.changes if change.tone == "fail")


def load(path: Path) -> dict[str, Any]:
    """The content of an older results.json. Raises InputError, in one line, for a file that is none."""
    try:
        size = path.stat().st_size
        text = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise InputError(f"--compare: cannot read {path}: {error.strerror}; check the path") from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(
            f"--compare: expected a results.json, but {path} is no JSON; name one that report wrote"
        ) from None
    problem = _problem(content)
    if problem:
        raise InputError(f"--compare: expected a results.json of schema 1, but {path} {problem}")
    checked: dict[str, Any] = content
    return checked


def compare(old: Mapping[str, Any], results: Results, name: str) -> Comparison:
    """What moved from `old`, loaded from the file `name`, to `results`."""
    new = json.loads(results_json.render(results))
    changes: list[Change] = []
    n_same = 0
    for change in (
        *_values("version", {"ksquared": old.get("version")}, {"ksquared": new["version"]}),
        *_values("input", _leaves(old.get("inputs", {})), _leaves(new["inputs"])),
        *_values("seed", {"seed": old.get("seed")}, {"seed": new["seed"]}),
        *_values("version", _leaves(old.get("environment", {})), _leaves(new["environment"])),
        *_entries("theorem", _by_id(old, "theorems"), _by_id(new, "theorems")),
        *_entries("false claim", _by_id(old, "refutations"), _by_id(new, "refutations")),
        *_entries("check", _by_id(old, "checks"), _by_id(new, "checks")),
        *_values("algorithm", _leaves(old.get("algorithms", {})), _leaves(new["algorithms"])),
    ):
        if change is None:
            n_same += 1
        else:
            changes.append(change)
    return Comparison(name, str(old.get("version", ""))[:LONGEST_NAME], tuple(changes), n_same)


def _problem(content: Any) -> str:
    """Why this is no results.json, empty if it is one."""
    if not isinstance(content, dict) or "schema" not in content:
        return "is other JSON; name one that ksquared report wrote"
    if content["schema"] != results_json.SCHEMA:
        return f"has schema {str(content['schema'])[:20]!r}; write it again with this version"
    for key in ("theorems", "refutations", "checks"):
        entries = content.get(key)
        if not isinstance(entries, list):
            return f"lacks the list {key!r}; name a whole one that ksquared report wrote"
        for entry in entries:
            if not isinstance(entry, dict) or not all(
                isinstance(entry.get(k), str) for k in ("id", "verdict")
            ):
                return f"has {key} without id and verdict; name one that ksquared report wrote"
    return ""


def _by_id(content: Mapping[str, Any], key: str) -> dict[str, Mapping[str, Any]]:
    return {entry["id"]: entry for entry in content[key]}


def _entries(kind: str, old: Entries, new: Entries) -> Iterator[Change | None]:
    """Entries that came or went, verdicts and numbers that moved. None for each that did not."""
    for name in (*new, *(name for name in old if name not in new)):
        if name not in old:
            verdict = str(new[name]["verdict"])
            yield Change(kind, name, "none", f"new: {verdict}", "pass" if verdict in GOOD else "fail")
            continue
        if name not in new:
            yield Change(
                kind, name[:LONGEST_NAME], str(old[name]["verdict"])[:LONGEST_NAME], "gone", "undecided"
            )
            continue
        before, after = str(old[name]["verdict"]), str(new[name]["verdict"])
        if before != after:
            tone: Tone = "pass" if after in GOOD else "fail"
            yield Change(kind, name, before[:LONGEST_NAME], after, tone)
        yield from (
            change
            for change in _values(kind, _leaves(old[name], name), _leaves(new[name], name))
            if change is None or not change.name.endswith((".verdict", ".id"))
        )


def _values(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change | None]:
    """Single values that moved; those that are on one side alone are told too. None for each that did not."""
    for name in (*new, *(name for name in old if name not in new)):
        if name in old and name in new and old[name] == new[name]:
            yield None
            continue
        before, after = _shown(old.get(name), name in old), _shown(new.get(name), name in new)
        yield Change(kind, name[:LONGEST_NAME], before, after + _relative(old.get(name), new.get(name)))


def _leaves(value: Any, name: str = "") -> dict[str, Any]:
    """Dotted name -> value. Lists, such as a trace, are one value each: they would fill pages."""
    if not isinstance(value, dict):
        return {name: value}
    leaves: dict[str, Any] = {}
    for key, entry in value.items():
        if key not in UNTOLD:
            leaves |= _leaves(entry, f"{name}.{key}" if name else key)
    return leaves


def _shown(value: Any, is_there: bool) -> str:
    if not is_there:
        return "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"{len(value)} values"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value):  # a hash: nobody reads it to the end
        return f"{value[:12]}…"
    return str(value)[:LONGEST_NAME]


def _relative(old: Any, new: Any) -> str:
    """By how much a number moved, or how many entries of a list."""
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return f", {sum(a != b for a, b in zip(old, new, strict=True))} of them moved"
    both = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (old, new))
    return f" ({(new - old) / abs(old):+.2%})" if both and old else ""
