"""Finds, loads and calls the compiled kernels, and says which ones run and why.

The baseline library is asked what the processor can do, then the best level that was built is loaded. Kernels
obey one convention: whole numbers are int64_t, real ones double, arrays contiguous; they return an int, and
a negative one means that memory ran out. `pointer` is the only way an array gets into a call, and it checks
type, layout and shape, so that no mistake in Python can make C read or write outside an array.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from algorithms.native.build import NOTE, fingerprint

HERE = Path(__file__).parent
LEVELS = ("baseline", "avx2", "avx512")
VARIABLE = "KSQUARED_NATIVE"
# Arrays that C reads in whole vectors are padded to a multiple of the widest one.
LANES = 8
# Below this many elementary steps a second thread costs more than it saves.
STEPS_WORTH_A_THREAD = 20_000


@dataclass(frozen=True)
class Status:
    """Whether compiled kernels run, their instruction set, the threads they use now, and one line on why."""

    compiled: bool
    level: str | None
    threads: int
    reason: str


@dataclass(frozen=True)
class _Loaded:
    library: ctypes.CDLL | None
    level: str | None
    reason: str


def status() -> Status:
    """Which code runs, for reports; never raises."""
    loaded = _load(_wanted)
    return Status(loaded.library is not None, loaded.level, thread_count(), loaded.reason)


def available() -> bool:
    """Whether the compiled kernels run, rather than the NumPy reference."""
    return _load(_wanted).library is not None


@contextmanager
def using(choice: str) -> Iterator[Status]:
    """Within the block, what KSQUARED_NATIVE=`choice` would do; for tests and benchmarks, not thread-safe."""
    global _wanted
    before, _wanted = _wanted, choice
    try:
        yield status()
    finally:
        _wanted = before


def thread_count(steps: int | None = None) -> int:
    """OpenMP's present limit on threads; one for a call of so few elementary steps that more do not pay.

    One, too, in a thread that said `work_alone`. For a call of so many `steps` the threads are placed where
    they wake at once (workers.c).
    """
    library = _load(_wanted).library
    # A forked child inherits OpenMP's record of its threads but not the threads, and would wait for them.
    if library is None or _forked or (steps is not None and steps < 2 * STEPS_WORTH_A_THREAD):
        return 1
    if getattr(_this_thread, "alone", False):
        return 1
    count = max(1, int(library.machine_threads()))
    if steps is not None and count > 1:
        library.place_workers(ctypes.c_int64(count))
    return count


def work_alone() -> None:
    """Kernels that this thread calls use no other: for threads that share the work among themselves.

    A limit set by threadpoolctl holds for the thread that sets it alone, so it would not reach them.
    """
    _this_thread.alone = True


def pointer(array: npt.NDArray[np.generic], dtype: npt.DTypeLike, *shape: int) -> ctypes.c_void_p:
    """The address of an array for `call`; the caller keeps the array alive.

    Raises TypeError unless it is C-contiguous, aligned, in native byte order, of this dtype and this shape.
    """
    contiguous = array.flags.c_contiguous and array.flags.aligned
    if array.dtype != dtype or array.shape != shape or not contiguous:
        raise TypeError(
            f"expected a contiguous array of {np.dtype(dtype)} and shape {shape}, "
            f"got {array.dtype} and {array.shape}"
        )
    return ctypes.c_void_p(array.ctypes.data)


def call(name: str, *arguments: int | float | ctypes.c_void_p) -> int:
    """Run a kernel. The interpreter's lock is released meanwhile. Raises MemoryError when memory ran out."""
    library = _load(_wanted).library
    assert library is not None
    result = int(getattr(library, name)(*map(_converted, arguments)))
    if result < 0:
        raise MemoryError(f"no memory for the kernel {name}")
    return result


def _converted(value: int | float | ctypes.c_void_p) -> ctypes.c_int64 | ctypes.c_double | ctypes.c_void_p:
    if isinstance(value, ctypes.c_void_p):
        return value
    return ctypes.c_double(value) if isinstance(value, float) else ctypes.c_int64(value)


@cache
def _load(wanted: str) -> _Loaded:
    if wanted == "0":
        return _Loaded(None, None, f"NumPy reference: {VARIABLE}=0")
    note, built_from = _build_note()
    try:
        possible = _possible_levels()
        level = wanted if wanted in possible else possible[-1]
        if wanted not in ("", level):
            note += f"; {VARIABLE}={wanted} is not to be had here, only {', '.join(['0', *possible])}"
        library = ctypes.CDLL(str(HERE / f"kernels-{level}.so"))
    except OSError:
        return _Loaded(None, None, f"NumPy reference: compiled kernels {note}")
    if built_from != fingerprint():
        return _Loaded(None, None, "NumPy reference: compiled kernels out of date; reinstall ksquared")
    return _Loaded(library, level, f"compiled kernels, {level} instructions; {note}")


def _possible_levels() -> list[str]:
    """The levels that the processor has and the build made, best last; OSError where there is no build."""
    supported = ctypes.CDLL(str(HERE / "kernels-baseline.so")).machine_level()
    return [level for level in LEVELS[: supported + 1] if (HERE / f"kernels-{level}.so").exists()]


def _build_note() -> tuple[str, str]:
    """What the build said, and the fingerprint of the sources it used."""
    try:
        note, built_from = (HERE / NOTE).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return "not built when the package was installed", ""
    return note, built_from


def _after_fork() -> None:
    global _forked
    _forked = True


_wanted = os.environ.get(VARIABLE, "")
_forked = False
_this_thread = threading.local()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
