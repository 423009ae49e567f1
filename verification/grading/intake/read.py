"""Reads a class: folders, zips and single files into submissions. Runs nothing, unpacks nothing to disk."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from algorithms.errors import InputError
from verification.grading.intake.entries import Entry, Listing, Unreadable, list_folder, list_zip
from verification.grading.intake.layouts import HandIn, Layout, is_code, recognize
from verification.grading.intake.notebook import read_notebook, read_script
from verification.grading.submission import SourceFile, Submission, printable

OTHER_KINDS = {
    ".pdf": "a PDF",
    ".doc": "a Word document",
    ".docx": "a Word document",
    ".odt": "a text document",
    ".html": "an exported page",
    ".rar": "an archive that is not a zip",
    ".7z": "an archive that is not a zip",
    ".gz": "an archive that is not a zip",
}
DEFINES = re.compile(r"^def (\w+)", re.MULTILINE)
MAX_ID = 80


@dataclass(frozen=True)
class Intake:
    """A class. layouts: how each input was laid out. notes: one line for each file that was left out."""

    submissions: tuple[Submission, ...]
    layouts: tuple[str, ...]
    notes: tuple[str, ...]


def read_class(paths: Sequence[Path]) -> Intake:
    """All submissions in `paths` (folders, zips, notebooks, scripts). Raises InputError if there are none."""
    submissions: list[Submission] = []
    layouts: list[str] = []
    notes: list[str] = []
    for path in paths:
        listing = _listing(path)
        layout = recognize(listing.entries)
        layouts.append(layout.title)
        notes += listing.notes
        notes += [
            f"{entry.path} belongs to no student and is left out" for entry in layout.strays if is_code(entry)
        ]
        submissions += _merged([_submission(hand_in) for hand_in in layout.hand_ins], layout)
    if not submissions:
        raise InputError(
            f"no hand-ins in {', '.join(map(str, paths))}; expected notebooks (.ipynb), scripts (.py) or zips"
        )
    return Intake(tuple(_with_unique_ids(submissions)), tuple(layouts), tuple(notes))


def _listing(path: Path) -> Listing:
    if path.is_dir():
        return list_folder(path)
    if not path.is_file():
        raise InputError(f"there is no file or folder {path}")
    if path.suffix.lower() == ".zip":
        try:
            return list_zip(path)
        except Unreadable as error:
            raise InputError(f"{path} {error}") from None
    whole = list_folder(path.parent)
    return Listing(tuple(entry for entry in whole.entries if entry.path == path.name), ())


def _submission(hand_in: HandIn) -> Submission:
    """The code of one student, and a line for whatever cannot be used."""
    notes: list[str] = []
    files: list[SourceFile] = []
    for entry in _unzipped(hand_in.entries, notes):
        try:
            file, more = _source(entry)
        except Unreadable as error:
            notes.append(f"{entry.path} {error}")
            continue
        if any(other.text == file.text for other in files):
            notes.append(f"{entry.path} holds the same code as another file and is left out")
            continue
        files.append(file)
        notes += more
    if not files:
        notes.append(_why_nothing(hand_in.entries))
    return Submission(
        hand_in.key,
        printable(hand_in.name, 200),
        tuple(files),
        tuple(notes),
        hand_in.folder,
        hand_in.number,
    )


def _unzipped(entries: Sequence[Entry], notes: list[str]) -> list[Entry]:
    """The files of code among `entries`; zips, which platforms put into zips, are looked into once."""
    found: list[Entry] = []
    for entry in entries:
        if entry.path.lower().endswith(".zip"):
            try:
                inner = list_zip(entry.content(), entry.path)
            except Unreadable as error:
                notes.append(f"{entry.path} {error}")
                continue
            notes += inner.notes
            found += [member for member in inner.entries if is_code(member)]
        elif is_code(entry):
            found.append(entry)
    return found


def _source(entry: Entry) -> tuple[SourceFile, tuple[str, ...]]:
    suffix = PurePosixPath(entry.path).suffix.lower()
    if suffix == ".zip":
        raise Unreadable("is a zip in a zip in a zip and is not looked into")
    return (read_notebook if suffix == ".ipynb" else read_script)(entry.content(), entry.path)


def _why_nothing(entries: Sequence[Entry]) -> str:
    others = [PurePosixPath(entry.path) for entry in entries if not is_code(entry)]
    kinds = [f"{path.name} ({OTHER_KINDS.get(path.suffix.lower(), 'not code')})" for path in others[:3]]
    only = f", only {', '.join(kinds)}" if kinds else ""
    return f"no notebook or Python file that can be read{only}; ask for the .ipynb or .py"


def _merged(submissions: list[Submission], layout: Layout) -> list[Submission]:
    """A few loose files that define different functions are one student's: the parts of one homework."""
    defined = [set(DEFINES.findall(file.text)) for s in submissions for file in s.files]
    is_one = (
        layout.title == "folders"
        and 2 <= len(submissions) <= 4
        and all(submission.folder == "" and len(submission.files) == 1 for submission in submissions)
        and all(defined)
        and len(set.union(*defined)) == sum(map(len, defined))
    )
    if not is_one:
        return submissions
    first = submissions[0]
    note = f"{len(submissions)} files that define different functions were taken as one hand-in"
    return [
        replace(
            first,
            files=tuple(file for submission in submissions for file in submission.files),
            notes=(*(note for submission in submissions for note in submission.notes), note),
        )
    ]


def _with_unique_ids(submissions: Sequence[Submission]) -> list[Submission]:
    """Ids that are safe as names of folders, also where upper and lower case are the same."""
    taken: set[str] = set()
    unique: list[Submission] = []
    for submission in submissions:
        base = _slug(submission.id)
        number, id_ = 1, base
        while id_.lower() in taken:
            number += 1
            id_ = f"{base}-{number}"
        taken.add(id_.lower())
        notes = submission.notes
        if number > 1:
            notes = (*notes, f"another hand-in has the name {submission.name!r} too; this one is {id_}")
        unique.append(replace(submission, id=id_, notes=notes))
    return unique


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_text).strip("-")[:MAX_ID] or "student"
