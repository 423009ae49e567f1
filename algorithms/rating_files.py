"""Reading ratings from a file: a CSV with a header, a .npy of (user, restaurant, rating) rows, or MovieLens's
u.data, which is (user, item, rating, time) separated by tabs and without a header.

Nothing in the file is trusted: pickled arrays are never loaded, a header that promises more numbers than
the file holds is refused before memory is set aside, and every flaw ends in one line that names it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Shaped

from algorithms.errors import InputError

NPY_MAGIC = b"\x93NUMPY"
# Larger "ratings" are a sign of a wrong column, and their squares would swamp every loss.
LARGEST_RATING = 1e6
# Ids are held in columns as wide as the longest: a single one of 100,000 characters would fill the memory.
LONGEST_ID = 200
# Integers up to here are told apart by float64.
LARGEST_FLOAT_ID = 2.0**53
USER_NAMES = frozenset({"user", "userid", "reviewer", "reviewerid", "customer", "customerid"})
ITEM_NAMES = frozenset(
    {"item", "itemid", "place", "placeid", "restaurant", "restaurantid", "business", "businessid"}
)
RATING_NAMES = frozenset({"rating", "ratings", "stars", "score"})


@dataclass(frozen=True, eq=False)
class Triplets:
    """The three columns as they stand in the file: ids are strings (text) or nonnegative integers (.npy)."""

    users: Shaped[np.ndarray, " n"]
    items: Shaped[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]


def read(path: Path) -> Triplets:
    """The triplets in the file at `path`, at least one; the format is told from the first bytes.

    Raises InputError when it is no readable regular file or its content is not as the module says.
    """
    try:
        if path.is_dir():
            raise InputError(f"expected a file of ratings, got the directory {path}; name a file in it")
        if not path.is_file():
            raise InputError(f"expected a file of ratings, found none at {path}; check the path")
        with path.open("rb") as file:
            magic = file.read(len(NPY_MAGIC))
    except OSError as error:
        raise InputError(
            f"expected a readable file, got {path}: {error.strerror}; check the path and its permissions"
        ) from error
    if not magic:
        raise InputError(f"expected ratings, got the empty file {path.name}; check how it was written")
    if magic == NPY_MAGIC:
        return _read_npy(path)
    if path.suffix.lower() == ".npy":
        raise InputError(f"expected a .npy file, got other content in {path.name}; write it with numpy.save")
    return _read_text(path)


def _read_npy(path: Path) -> Triplets:
    name = path.name
    try:
        # Mapping compares the promised size with the file's before anything is allocated.
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # a forged header may raise anything
        if "objects in dtype" in str(error):
            raise InputError(
                f"expected numbers, got pickled Python objects in {name}; save a plain number array"
            ) from error
        raise InputError(f"expected a whole .npy file, got a damaged one in {name}; save it again") from error
    if table.ndim != 2 or table.shape[1] != 3:
        raise InputError(
            f"expected 3 columns (user, restaurant, rating), got shape {table.shape} in {name}; "
            "reorder the array"
        )
    if table.dtype.kind not in "iuf":
        raise InputError(f"expected integers or floats, got dtype {table.dtype} in {name}; convert the array")
    if len(table) == 0:
        raise InputError(f"expected ratings, got an array without rows in {name}; check how it was written")
    values = np.array(table[:, 2], dtype=np.float64)
    bad = np.flatnonzero(~(np.abs(values) <= LARGEST_RATING))
    if bad.size:
        raise _bad_rating(str(values[bad[0]]), f"row {bad[0]} of {name}")
    return Triplets(
        _whole_ids(table[:, 0], "user", name), _whole_ids(table[:, 1], "restaurant", name), values
    )


def _whole_ids(column: Shaped[np.ndarray, " n"], what: str, name: str) -> Shaped[np.ndarray, " n"]:
    """The ids as integers; a column of floats must hold whole numbers."""
    good = column >= 0
    if column.dtype.kind == "f":
        # Larger ones may have been rounded to each other: 2^24 is the limit of float32.
        told_apart = min(2.0 ** (np.finfo(column.dtype).nmant + 1), LARGEST_FLOAT_ID)
        good &= (column.astype(np.float64) < told_apart) & (np.floor(column) == column)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise InputError(
            f"expected {what} ids that are whole numbers of 0 or more, told apart by {column.dtype}, got "
            f"{column[row]} in row {row} of {name}; renumber them"
        )
    return np.array(column, dtype=np.int64 if column.dtype.kind == "f" else column.dtype)


def _read_text(path: Path) -> Triplets:
    name, text = path.name, _text(path)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = "\t" if "\t" in first_line else ","
    lines = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    first = [field.strip() for field in first_line.split("\t")]
    bare = delimiter == "\t" and len(first) >= 3 and _is_number(first[2])
    try:
        header = first if bare else [title.strip() for title in next((row for row in lines if row), [])]
        user, item, rating = (0, 1, 2) if bare else _columns(header, name)
        users, items, values = [], [], []
        for row in lines:
            where = f"line {lines.line_num} of {name}"
            if row and len(row) != len(header):
                model = "the first line" if bare else "the header"
                raise InputError(
                    f"expected {len(header)} columns as in {model}, got {len(row)} in {where}; complete it"
                )
            if row:
                users.append(_text_id(row[user], where))
                items.append(_text_id(row[item], where))
                values.append(_rating(row[rating], where))
    except csv.Error as error:
        raise InputError(
            f"expected a CSV, got {error} in line {lines.line_num} of {name}; repair it"
        ) from error
    if not values:
        raise InputError(f"expected ratings below the header, got none in {name}; check how it was written")
    return Triplets(np.array(users), np.array(items), np.array(values))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"expected a CSV in UTF-8 (or a .npy), got other bytes in {path.name}; save it as UTF-8 text"
        ) from error


def _columns(header: list[str], name: str) -> tuple[int, int, int]:
    """Where user, restaurant and rating stand: by name if all three are there, else the first three."""
    if len(header) < 3:
        raise InputError(
            f"expected at least 3 columns (user, restaurant, rating), got {len(header)} in {name}; "
            "separate them by commas"
        )
    if _is_number(header[2]):
        raise InputError(
            f"expected a header such as user,restaurant,rating, got numbers in line 1 of {name}; add the line"
        )
    plain = [title.lower().replace("_", "").replace(" ", "") for title in header]
    found = [
        [place for place, title in enumerate(plain) if title in names]
        for names in (USER_NAMES, ITEM_NAMES, RATING_NAMES)
    ]
    if all(found):
        return found[0][0], found[1][0], found[2][0]
    return 0, 1, 2


def _text_id(text: str, where: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise InputError(f"expected an id, got nothing in {where}; fill it in")
    if len(stripped) > LONGEST_ID or "\0" in stripped:
        raise InputError(
            f"expected ids of up to {LONGEST_ID} characters, none of them NUL, got {stripped[:40]!r}... in "
            f"{where}; shorten them"
        )
    if stripped[0] == "-" and _is_number(stripped):
        raise InputError(
            f"expected ids of 0 or more (or names), got {stripped[:40]} in {where}; renumber them"
        )
    return stripped


def _rating(text: str, where: str) -> float:
    if not _is_number(text) or not abs(float(text)) <= LARGEST_RATING:
        raise _bad_rating(repr(text[:40]), where)
    return float(text)


def _is_number(text: str) -> bool:
    """Whether the text is a number, NaN and infinity included, as other programs would read it."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _bad_rating(got: str, where: str) -> InputError:
    return InputError(
        f"expected a finite number of size up to 1e6 as rating, got {got} in {where}; correct or drop it"
    )
