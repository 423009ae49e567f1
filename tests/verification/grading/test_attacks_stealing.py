"""Attacks that steal the answer, the tests or another student's work: nothing is there to be found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from attacking import assert_refused, run

from verification.grading.sandbox import doctor
from verification.grading.sandbox.caller import (
    Raised,
    Returned,
)
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program


def test_the_suite_and_its_tests_cannot_be_read(attacked: Worker) -> None:
    for path in (doctor.__file__, __file__):
        assert_refused(run(attacked, "def attack(path):\n    return open(path).read()\n", path))


@pytest.mark.parametrize("name", ["verification", "algorithms", "derivations", "reports", "pytest", "sympy"])
def test_nothing_of_the_suite_can_be_imported(attacked: Worker, name: str) -> None:
    for deed in (f"import {name}", f"sys.modules['{name}']"):
        result = run(attacked, f"import sys\ndef attack():\n    {deed}\n")
        assert isinstance(result, Raised)
        assert result.type_name in {"ModuleNotFoundError", "KeyError"}


@pytest.mark.parametrize(
    "name", ["sklearn.cluster", "sklearn.mixture", "scipy.cluster.vq", "sklearn.cluster._kmeans"]
)
def test_the_answer_cannot_be_imported(attacked: Worker, name: str) -> None:
    result = run(attacked, f"def attack():\n    import {name}\n")
    assert isinstance(result, Raised)
    assert "give the answer away" in result.message


def test_the_answer_cannot_be_read_past_the_importer(attacked: Worker) -> None:
    source = """
import sklearn, os, sys
def attack():
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Gate"]
    path = os.path.join(os.path.dirname(sklearn.__file__), "cluster", "_kmeans.py")
    return open(path).read()
"""
    assert_refused(run(attacked, source))


def test_the_answer_is_not_left_in_memory(attacked: Worker) -> None:
    source = """
import gc, sys
ANSWERS = ("KMeans", "GaussianMixture", "sklearn.cluster", "sklearn.mixture", "scipy.cluster")
def attack():
    names = [str(getattr(thing, "__name__", "")) for thing in gc.get_objects()]
    return [name for name in [*names, *sys.modules] if name.startswith(ANSWERS)]
"""
    result = run(attacked, source)
    assert isinstance(result, Returned)
    assert result.value == []


def test_another_students_work_is_not_in_memory(attacked: Worker) -> None:
    secret = "".join(["swordfish", "-", "4711"])
    run(attacked, f"WORD = {secret!r}\ndef attack(x):\n    return x\n", secret + secret)
    source = """
import gc, sys
def attack(half):
    frame, seen = sys._getframe().f_back, []
    while frame:
        seen += [repr(v)[:2000] for v in (*frame.f_locals.values(), *frame.f_globals.values())]
        frame = frame.f_back
    seen += [str(o)[:2000] for o in gc.get_objects() if type(o) in (dict, list, tuple)]
    return any(half in text for text in seen), any(half + "-4711" in text for text in seen)
"""
    result = run(attacked, source, "swordfish")
    assert isinstance(result, Returned)
    assert result.value == (True, False)  # it finds its own argument, so it does look


@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/mem",
        "/proc/self/maps",
        "/proc/self/environ",
        "/proc/1/environ",
        "/proc/{grader}/environ",
        "/sys/kernel",
    ],
)
def test_processes_cannot_be_looked_into(attacked: Worker, path: str) -> None:
    source = "import os\ndef attack(path):\n    if os.path.isdir(path):\n        return os.listdir(path)\n"
    source += "    return open(path, 'rb').read(8)\n"
    assert_refused(run(attacked, source, path.format(grader=os.getpid())))


def test_the_path_leads_to_the_libraries_only(attacked: Worker) -> None:
    result = run(
        attacked,
        "import sys\ndef attack():\n    return sys.path, [type(f).__name__ for f in sys.meta_path]\n",
    )
    assert isinstance(result, Returned)
    path, finders = result.value
    assert str(Path(doctor.__file__).parents[3]) not in path
    assert not any(Path(folder, "verification").exists() for folder in path)
    assert finders == ["Gate", "type", "type", "type"]


def test_the_environment_says_nothing(attacked: Worker) -> None:
    source = "import os\ndef attack():\n    return sorted(os.environ), os.getcwd()\n"
    result = run(attacked, source)
    assert isinstance(result, Returned)
    names, folder = result.value
    allowed = {"HOME", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "PWD"}
    allowed |= {"OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "TMPDIR"}
    # These scikit-learn sets for itself.
    assert set(names) <= allowed | {"KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"}
    assert folder == "/"


def test_no_descriptor_is_open_but_nowhere_and_the_channel(attacked: Worker) -> None:
    source = """
import os
def attack():
    found = []
    for descriptor in range(1000):
        try:
            os.fstat(descriptor)
            found.append(descriptor)
        except OSError:
            pass
    return found
"""
    result = run(attacked, source)
    assert isinstance(result, Returned)
    assert result.value == [0, 1, 2, 3]


def test_the_seed_of_the_hidden_inputs_is_not_told(attacked: Worker) -> None:
    source = """
import sys
def attack():
    frame = sys._getframe().f_back
    while "header" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["header"]["seed"]
"""
    result = attacked.call(Program(source, ()), "attack", [], timeout=10.0, seed=12345)
    assert isinstance(result, Returned)
    assert result.value not in (12345, 12346)
