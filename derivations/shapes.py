"""Checks the shapes of the arguments of generated functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def sizes_of(function: str, arguments: Mapping[str, tuple[Any, tuple[str, ...]]]) -> dict[str, int]:
    """The size of every named axis; raises ValueError, naming the argument, if shapes do not fit.

    An argument with no axes is a size itself, one with the axis "" a number.
    """
    sizes: dict[str, int] = {}
    for name, (value, axes) in arguments.items():
        if axes == ("",):
            number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
            if not number or not np.isfinite(value):
                raise ValueError(f"{function}: {name} must be a finite real number, got {value!r}")
            continue
        if not axes:
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
                raise ValueError(f"{function}: {name} must be a positive whole number, got {value!r}")
            _agree(function, name, name, int(value), sizes)
            continue
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or array.ndim != len(axes):
            wanted = f"a real array with axes ({', '.join(axes)})"
            raise ValueError(f"{function}: {name} must be {wanted}, got {array.dtype} of shape {array.shape}")
        for axis, length in zip(axes, array.shape, strict=True):
            _agree(function, name, axis, length, sizes)
    return sizes


def _agree(function: str, name: str, axis: str, length: int, sizes: dict[str, int]) -> None:
    known = sizes.setdefault(axis, length)
    if known != length:
        raise ValueError(f"{function}: axis {axis} of {name} has length {length}, but {known} elsewhere")
