"""Who handed in what: the ways in which platforms name the files of a class.

    Moodle      Fullname_ID_assignsubmission_file/...   or ..._assignsubmission_file_name.ipynb
    Canvas      name[_LATE]_userid_submissionid_file.ipynb
    Gradescope  submission_NUMBER/... beside submission_metadata.yml; submission/... beside its .json
    nbgrader    submitted/student/assignment/...
    folders     one folder for each student; loose files are one student each

Each layout is a function from files to hand-ins, or None if the files are not laid out so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from verification.grading.intake.entries import Entry, Unreadable

MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_/]+)_(?:LATE_)?(?P<id>\d+)_\d+_.+", re.DOTALL)
METADATA = ("submission_metadata.yml", "submission_metadata.json")
CODE_SUFFIXES = (".ipynb", ".py", ".zip")


@dataclass(frozen=True)
class HandIn:
    """The files of one student. key: what tells students of one name apart. Otherwise see `Submission`."""

    key: str
    name: str
    entries: tuple[Entry, ...]
    folder: str = ""
    number: str = ""


@dataclass(frozen=True)
class Layout:
    """The layout recognized, the hand-ins in it, and files that belong to none."""

    title: str
    hand_ins: tuple[HandIn, ...]
    strays: tuple[Entry, ...] = ()


def recognize(entries: Sequence[Entry]) -> Layout:
    """The hand-ins among `entries`."""
    for layout in (_gradescope, _nbgrader):
        recognized = layout(entries)
        if recognized is not None:
            return recognized
    unwrapped = _without_wrapper(entries)
    for title, pattern in (("Moodle", MOODLE), ("Canvas", CANVAS)):
        for candidates in (entries, unwrapped):
            recognized = _by_first_part(title, pattern, candidates)
            if recognized is not None:
                return recognized
    # A folder around loose files alone is one student's.
    nested = any(len(entry.parts) > 1 for entry in unwrapped)
    return _folders(unwrapped if nested else entries)


def is_code(entry: Entry) -> bool:
    """Whether the file's name promises code, or an archive that may hold some."""
    return entry.path.lower().endswith(CODE_SUFFIXES)


def _by_first_part(title: str, pattern: re.Pattern[str], entries: Sequence[Entry]) -> Layout | None:
    """Platforms that put student and number into the first part of every path."""
    found: dict[str, tuple[str, str, list[Entry]]] = {}
    strays: list[Entry] = []
    for entry in entries:
        match = pattern.fullmatch(entry.parts[0])
        if match is None or (title == "Canvas" and len(entry.parts) > 1):
            strays.append(entry)
        else:
            folder = entry.parts[0] if len(entry.parts) > 1 else ""
            found.setdefault(match["id"], (match["name"], folder, []))[2].append(entry)
    if not found or len(strays) > len(entries) - len(strays):
        return None
    hand_ins = [
        HandIn(f"{name}-{number}", name, tuple(files), folder, number)
        for number, (name, folder, files) in found.items()
    ]
    return Layout(title, tuple(hand_ins), tuple(strays))


def _gradescope(entries: Sequence[Entry]) -> Layout | None:
    metadata = next((entry for entry in entries if entry.parts[-1] in METADATA), None)
    if metadata is None:
        return None
    root = metadata.parts[:-1]
    names = _names(metadata)
    grouped = _grouped([entry for entry in entries if entry is not metadata], root, depth=1)
    hand_ins = [
        HandIn(folder, names.get(folder, folder), files, folder)
        for folder, files in grouped.items()
        if folder == "submission" or folder.startswith("submission_")
    ]
    return Layout("Gradescope", tuple(hand_ins)) if hand_ins else None


def _names(metadata: Entry) -> dict[str, str]:
    """Folder to student's name. Of the YAML only the lines needed are understood."""
    try:
        text = metadata.content().decode("utf-8", "replace")
        if metadata.path.endswith(".json"):
            users = json.loads(text)["users"]
            return {"submission": ", ".join(str(user["name"]) for user in users)}
    except (Unreadable, ValueError, KeyError, TypeError, RecursionError):
        return {}
    names: dict[str, str] = {}
    folder = ""
    for line in text.splitlines():
        if start := re.fullmatch(r"\"?(submission_\d+)\"?:\s*", line):
            folder = start[1]
        elif (name := re.fullmatch(r"\s+-?\s*:?name:\s*(.+)", line)) and folder:
            one = name[1].strip().strip("'\"")
            names[folder] = f"{names[folder]}, {one}" if folder in names else one
    return names


def _nbgrader(entries: Sequence[Entry]) -> Layout | None:
    roots = {
        entry.parts[: entry.parts.index("submitted") + 1]
        for entry in entries
        if "submitted" in entry.parts[:2]
    }
    for root in sorted(roots):
        grouped = _grouped(entries, root, depth=2)
        if grouped:
            return Layout("nbgrader", tuple(HandIn(key, key, files, key) for key, files in grouped.items()))
    return None


def _grouped(entries: Sequence[Entry], root: tuple[str, ...], depth: int) -> dict[str, tuple[Entry, ...]]:
    """The files at least `depth` folders below `root`, by the first of these folders."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.parts[: len(root)] == root and len(entry.parts) > len(root) + depth:
            groups.setdefault(entry.parts[len(root)], []).append(entry)
    return {key: tuple(files) for key, files in groups.items()}


def _folders(entries: Sequence[Entry]) -> Layout:
    hand_ins = [HandIn(key, key, files, key) for key, files in _grouped(entries, (), depth=1).items()]
    loose = [entry for entry in entries if len(entry.parts) == 1]
    code = [entry for entry in loose if is_code(entry)] if hand_ins else loose
    hand_ins += [HandIn(name, name, (entry,)) for entry in code for name in [PurePosixPath(entry.path).stem]]
    return Layout("folders", tuple(hand_ins), tuple(entry for entry in loose if entry not in code))


def _without_wrapper(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The files without the folder around all of them, if there is one."""
    if len({entry.parts[0] for entry in entries}) != 1 or any(len(entry.parts) == 1 for entry in entries):
        return entries
    return [Entry("/".join(entry.parts[1:]), entry.content) for entry in entries]
