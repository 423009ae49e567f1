"""Where rows come from: an array or memory map, .npy files, Parquet files.

A source is read by row numbers, from several threads or machines at once. The file sources hold names, not
data, and cost nothing to send to another process that sees the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Shaped

from algorithms.errors import InputError


@runtime_checkable
class Source(Protocol):
    """Rows of numbers, all of the same length."""

    @property
    def n_samples(self) -> int:
        """The number of rows."""
        ...

    @property
    def n_features(self) -> int:
        """The length of a row."""
        ...

    def read(self, start: int, stop: int) -> Shaped[np.ndarray, "n d"]:
        """Rows start to stop - 1."""
        ...


@dataclass(frozen=True, eq=False)
class ArrayRows:
    """The rows of an array (n_samples, n_features), `np.memmap` among them; InputError for another shape.

    Sending it to another process sends the data: use files there.
    """

    array: np.ndarray

    def __post_init__(self) -> None:
        if not isinstance(self.array, np.ndarray):
            raise InputError(
                f"expected an array of NumPy, got a {type(self.array).__name__}; convert it by numpy.asarray"
            )
        if self.array.ndim != 2 or 0 in self.array.shape:
            raise InputError(
                f"expected an array of shape (n_samples, n_features), got {self.array.shape}; "
                "put one sample in each row"
            )

    @property
    def n_samples(self) -> int:
        return int(self.array.shape[0])

    @property
    def n_features(self) -> int:
        return int(self.array.shape[1])

    def read(self, start: int, stop: int) -> Shaped[np.ndarray, "n d"]:
        return np.asarray(self.array[start:stop])


@dataclass(frozen=True)
class _Files:
    """Files one after the other, with the row number at which each begins and, last, the number of rows."""

    paths: tuple[Path, ...]
    starts: tuple[int, ...]

    def read(
        self, start: int, stop: int, part: Callable[[Path, int, int], Shaped[np.ndarray, "n d"]]
    ) -> Shaped[np.ndarray, "m d"]:
        """The rows put together from `part(path, first, last)`, which reads some of one file."""
        parts = [
            part(path, max(start, begin) - begin, min(stop, end) - begin)
            for path, begin, end in zip(self.paths, self.starts, self.starts[1:], strict=False)
            if begin < stop and start < end
        ]
        return np.concatenate(parts)


def _files(paths: Sequence[str | Path], shape: Callable[[Path], tuple[int, ...]]) -> tuple[_Files, int]:
    """The files and their common number of columns; InputError when there is none or they differ."""
    if not paths:
        raise InputError("expected files of samples, got none; name at least one")
    shapes = {Path(path): shape(Path(path)) for path in paths}
    if len(shapes) < len(paths):
        raise InputError("expected each file once, got one several times; name every file once")
    widths = {found[1] if len(found) == 2 else None for found in shapes.values()}
    if len(widths) > 1 or None in widths or 0 in widths:
        listed = ", ".join(f"{path.name} {found}" for path, found in list(shapes.items())[:5])
        raise InputError(f"expected tables with the same columns, got {listed}; make them agree")
    starts = np.cumsum([0, *(found[0] for found in shapes.values())]).tolist()
    if starts[-1] == 0:
        raise InputError("expected samples, got files without rows; check how they were written")
    return _Files(tuple(shapes), tuple(starts)), int(next(iter(shapes.values()))[1])


class NpyShards:
    """The rows of .npy files of shape (n, n_features), one file after the other.

    Raises InputError for no files, files that are no plain arrays, or different numbers of columns.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self._files, self._n_features = _files(paths, lambda path: _mapped(path).shape)

    @property
    def n_samples(self) -> int:
        return self._files.starts[-1]

    @property
    def n_features(self) -> int:
        return self._n_features

    def read(self, start: int, stop: int) -> Shaped[np.ndarray, "n d"]:
        return self._files.read(start, stop, lambda path, first, last: np.array(_mapped(path)[first:last]))


class ParquetFiles:
    """The rows of Parquet files, restricted to some columns of numbers, one file after the other.

    Needs pyarrow (`pip install ksquared[parquet]`). Row groups are read whole: they should not be much larger
    than a block. Raises InputError for no files, files that are no Parquet, or columns that are missing.
    """

    def __init__(self, paths: Sequence[str | Path], columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._files, self._n_features = _files(paths, self._shape)

    @property
    def n_samples(self) -> int:
        return self._files.starts[-1]

    @property
    def n_features(self) -> int:
        return self._n_features

    def read(self, start: int, stop: int) -> Shaped[np.ndarray, "n d"]:
        return self._files.read(start, stop, self._part)

    def _shape(self, path: Path) -> tuple[int, ...]:
        file = _parquet(path)
        missing = [name for name in self._columns if name not in file.schema_arrow.names]
        if missing:
            raise InputError(
                f"expected the columns {self._columns}, found no {missing[0]} in {path.name}; name others"
            )
        return int(file.metadata.num_rows), len(self._columns)

    def _part(self, path: Path, first: int, last: int) -> Shaped[np.ndarray, "n d"]:
        file = _parquet(path)
        ends = np.cumsum([file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)])
        begins = np.concatenate([[0], ends[:-1]])
        groups = np.flatnonzero((begins < last) & (ends > first)).tolist()
        table = file.read_row_groups(groups, columns=self._columns)
        offset = int(begins[groups[0]])
        columns = [table.column(name).to_numpy()[first - offset : last - offset] for name in self._columns]
        return np.stack(columns, axis=1)


def _mapped(path: Path) -> Shaped[np.ndarray, "*shape"]:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except Exception as error:  # a forged header may raise anything
        raise InputError(f"expected a plain .npy file, got none at {path}; write it by numpy.save") from error


def _parquet(path: Path) -> Any:
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError as error:
        raise InputError(
            "expected pyarrow for Parquet files, found none; install ksquared[parquet]"
        ) from error
    try:
        return parquet.ParquetFile(path)
    except Exception as error:  # pyarrow has its own exceptions, and the system adds its own
        raise InputError(f"expected a Parquet file, got none in {path}; check how it was written") from error
