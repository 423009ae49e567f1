"""How kernels are built, found and called: every way that can fail ends in the reference, not in a crash."""

import ctypes
import os
import subprocess
import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from algorithms import native
from algorithms.native import build, library


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in place of the one where kernels are looked for, whatever the environment chose."""
    monkeypatch.setattr(library, "_wanted", "")
    monkeypatch.setattr(library, "HERE", tmp_path)
    library._load.cache_clear()
    yield tmp_path
    library._load.cache_clear()


needs_compiler = pytest.mark.skipif(build.find_compiler() is None, reason="no C compiler")


def test_without_a_compiler_the_reference_runs_and_one_line_says_why(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)
    note = build.compile_all(folder)
    assert note == "not built: no C compiler was found (looked for CC, cc, gcc, clang)"
    assert native.status() == native.Status(False, None, 1, f"NumPy reference: compiled kernels {note}")


@needs_compiler
def test_a_compiler_that_fails_is_named_with_its_message(folder):
    note = build.compile_all(folder, ("-include", "no_such_file.h"))
    assert note.startswith("not built: the C compiler 'cc' failed (") or "CC" in os.environ
    assert "no_such_file.h" in note
    assert "\n" not in note
    assert not native.available()


@needs_compiler
def test_built_kernels_are_found_and_used(folder):
    note = build.compile_all(folder)
    assert note.startswith("built for baseline")
    assert native.status().compiled
    assert note in native.status().reason


@needs_compiler
def test_kernels_of_other_sources_are_not_called(folder, monkeypatch):
    build.compile_all(folder)
    monkeypatch.setattr(library, "fingerprint", lambda: "other")
    assert native.status().reason == "NumPy reference: compiled kernels out of date; reinstall ksquared"


def test_a_damaged_library_is_not_used(folder):
    (folder / "kernels-baseline.so").write_bytes(b"not a library")
    assert not native.available()


def test_the_environment_variable_forces_the_reference():
    program = "from algorithms import native; print(native.status().reason)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KSQUARED_NATIVE": "0"},
        capture_output=True,
        text=True,
    ).stdout
    assert said == "NumPy reference: KSQUARED_NATIVE=0\n"


@pytest.mark.skipif(not native.available(), reason="no compiled kernels")
def test_a_choice_that_is_not_to_be_had_is_told():
    with library.using("avx1024") as status:
        assert status.compiled == native.available()
        if status.compiled:
            assert "KSQUARED_NATIVE=avx1024 is not to be had here, only 0, baseline" in status.reason
    assert "not to be had" not in native.status().reason


def test_each_level_that_the_processor_has_can_be_chosen():
    for level in library._possible_levels():
        with library.using(level) as status:
            assert status.level == level


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 3)),
        np.zeros((3, 2)).T[:, :2],
        np.zeros(6)[::2],
        np.zeros(3, np.float32),
        np.zeros(3, ">f8"),
        np.frombuffer(bytes(25), np.uint8)[1:].view(np.float64),
    ],
    ids=["shape", "layout", "strides", "type", "byte order", "alignment"],
)
def test_an_array_that_c_would_misread_is_refused(array):
    with pytest.raises(TypeError, match="expected a contiguous array of float64 and shape"):
        library.pointer(array, np.float64, 3)


def test_a_read_only_array_is_accepted():
    array = np.zeros(3)
    array.flags.writeable = False
    assert isinstance(library.pointer(array, np.float64, 3), ctypes.c_void_p)


@pytest.mark.skipif("with OpenMP" not in native.status().reason, reason="no OpenMP")
def test_threads_are_limited_by_threadpoolctl_by_little_work_and_after_a_fork():
    with threadpool_limits(3, user_api="openmp"):
        assert library.thread_count() == 3
        assert library.thread_count(10**9) == 3
        assert library.thread_count(10) == 1
    with threadpool_limits(1, user_api="openmp"):
        assert library.thread_count() == 1
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, bytes([library.thread_count()]))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 1) == b"\x01"


TELL_PLACES = """
import os
from algorithms.native import library
cores = sorted(os.sched_getaffinity(0))[:2]
os.sched_setaffinity(0, cores)
before = set(os.listdir("/proc/self/task"))
library.thread_count()
unasked = set(os.listdir("/proc/self/task")) - before
library.thread_count(10**9)
helpers = set(os.listdir("/proc/self/task")) - before
places = [os.sched_getaffinity(int(helper)) for helper in helpers]
own = os.sched_getaffinity(0)
print(len(unasked), len(helpers), all(len(place) == 1 and place < own for place in places), own == set(cores))
"""


@pytest.mark.skipif(
    "with OpenMP" not in native.status().reason
    or sys.platform != "linux"
    or len(os.sched_getaffinity(0)) < 2,
    reason="needs OpenMP and two cores of Linux",
)
def test_helpers_may_run_on_every_core_but_the_caller_s():
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    command = [sys.executable, "-c", TELL_PLACES]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["0", "1", "True", "True"]
