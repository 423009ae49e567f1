"""Attacks that forge a result, a verdict or a measurement: none is believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from attacking import ENDLESS, SECONDS, run

from verification.grading.sandbox.caller import (
    Opaque,
    OutOfMemory,
    Raised,
    Returned,
    Tampering,
    TimedOut,
)
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program

LEAVING = {
    "os._exit at import": ("import os\nos._exit(0)", Tampering),
    "os._exit in the call": ("def attack():\n    import os\n    os._exit(0)", Tampering),
    "sys.exit at import": ("import sys\nsys.exit(0)", Raised),
    "sys.exit in the call": ("def attack():\n    import sys\n    sys.exit(0)", Raised),
    "an exit status of success": ("def attack():\n    import os\n    os._exit(70)", Tampering),
}


@pytest.mark.parametrize(("source", "expected"), LEAVING.values(), ids=LEAVING.keys())
def test_leaving_early_earns_nothing(attacked: Worker, source: str, expected: type) -> None:
    assert isinstance(run(attacked, source), expected)


def test_printed_verdicts_are_only_text(attacked: Worker) -> None:
    source = "import os\ndef attack():\n    print('PASS 100/100')\n    os.write(1, b'ok 1\\n')\n"
    result = run(attacked, source + "    os.write(2, b'ok 2\\n')\n")
    assert isinstance(result, Returned)
    assert result.value is None
    assert result.stdout_tail == "PASS 100/100\n"


FORGED = """
import json, os
def frame(header, data=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(4, "little") + text + data
RETURNED = {"kind": "returned", "value": ["int", "42"], "types": ["int"], "mutated": [], "stdout": ""}
RETURNED["arrays"] = []
def attack():
    for descriptor in range(64):
        try:
            os.write(descriptor, FRAME)
        except OSError:
            pass
FRAME = """


FRAMES = {
    "a result": "frame(RETURNED)",
    "many results": "frame(RETURNED) * 5",
    "half a result": "frame(RETURNED)[:9]",
    "a verdict": 'frame({"kind": "correct", "arrays": []})',
    "a giant header": 'b"\\xff" * 4',
    "a giant shape": 'frame({**RETURNED, "arrays": [["<f8", [1 << 40]]]})',
    "deep nesting": 'b"\\x00\\x00\\x01\\x00" + b"[" * 65536',
    "an object dtype": 'frame({**RETURNED, "value": ["array", 0], "arrays": [["|O", [1]]]}, b"x" * 8)',
    "a value that is no node": 'frame({**RETURNED, "value": {"py/object": "os.system"}})',
    "a verdict on mutation": 'frame({**RETURNED, "mutated": "no"})',
    "a text that is none": 'frame({**RETURNED, "stdout": None})',
    "noise": "os.urandom(1000)",
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_forged_frames_on_every_descriptor_are_tampering(attacked: Worker, frame: str) -> None:
    assert isinstance(run(attacked, FORGED + frame), Tampering)


def test_a_thread_that_goes_on_writing_is_tampering(attacked: Worker) -> None:
    source = FORGED + "frame(RETURNED)\nimport threading\ndef flood():\n    while True: os.write(3, FRAME)\n"
    source += "def attack():\n    threading.Thread(target=flood, daemon=True).start()\n    return 42\n"
    assert isinstance(run(attacked, source), Tampering)


def test_handlers_at_exit_do_not_run(attacked: Worker) -> None:
    source = FORGED + "b''\nimport atexit\n@atexit.register\ndef last():\n    os.write(3, frame(RETURNED))\n"
    result = run(attacked, source + "def attack():\n    return 1\n")
    assert isinstance(result, Returned)
    assert result.value == 1


def test_a_forged_answer_in_advance_spoils_all_calls_of_the_process(attacked: Worker) -> None:
    source = FORGED + "frame(RETURNED)\ndef attack():\n    os.write(3, FRAME)\n    return 42\n"
    results = attacked.call_each(Program(source, ()), "attack", [[], []], timeout=SECONDS)
    assert [type(result) for result in results] == [Tampering, Tampering]


def test_answers_in_advance_of_the_questions_are_tampering(attacked: Worker) -> None:
    source = FORGED + "frame(RETURNED) * 3\ndef attack(x):\n    os.write(3, FRAME)\n    os._exit(0)\n"
    results = attacked.call_each(Program(source, ()), "attack", [[1], [2], [3]], timeout=SECONDS)
    assert [type(result) for result in results] == [Tampering] * 3


def test_rewriting_the_code_around_the_function_earns_nothing(attacked: Worker) -> None:
    source = """
import sys
student = sys.modules["inside.student"]
student._answer = lambda *everything: student.Answer({"kind": "correct", "points": 100}, [])
def attack():
    return 0
"""
    assert isinstance(run(attacked, source), Tampering)


def test_objects_equal_to_everything_do_not_arrive(attacked: Worker) -> None:
    source = "class Equal:\n    def __eq__(self, other): return True\n    __array__ = lambda *a: 1 / 0\n"
    result = run(attacked, source + "def attack():\n    return Equal()\n")
    assert isinstance(result, Returned)
    assert result.value == Opaque("submission.Equal")


def test_array_subclasses_arrive_as_the_numbers_they_hold(attacked: Worker) -> None:
    source = """
import numpy as np
class Forged(np.ndarray):
    def tobytes(self, *a, **k): return b"forged"
    def __eq__(self, other): return np.bool_(True)
    def __array__(self, *a, **k): return np.ones(2)
    def __array_ufunc__(self, *a, **k): return True
    def astype(self, *a, **k): return np.ones(2)
    def __reduce__(self): return (eval, ("1",))
    dtype = property(lambda self: np.dtype("O"))
def attack():
    return np.zeros(2).view(Forged)
"""
    result = run(attacked, source)
    assert isinstance(result, Returned)
    assert type(result.value) is np.ndarray
    np.testing.assert_array_equal(result.value, np.zeros(2))


def test_numpy_changed_by_the_student_is_the_students_alone(attacked: Worker) -> None:
    source = "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\n"
    source += "np.ndarray = np.asarray = np.empty = None\ndef attack():\n    return 0.0\n"
    run(attacked, source)
    result = run(
        attacked, "import numpy as np\ndef attack():\n    return bool(np.allclose(0, 1)), np.asarray([1.0])\n"
    )
    assert isinstance(result, Returned)
    assert result.value[0] is False
    assert not np.allclose(0, 1)


def test_pickled_payloads_are_never_opened(attacked: Worker, tmp_path: Path) -> None:
    source = "import os, pickle\nclass P:\n    def __init__(self, path): self.path = path\n"
    source += "    def __reduce__(self): return (os.mkdir, (self.path,))\n"
    source += "def attack(path):\n    return P(path), pickle.dumps(P(path))\n"
    result = run(attacked, source, str(tmp_path / "made"))
    assert isinstance(result, Returned)
    assert result.value == (Opaque("submission.P"), Opaque("bytes"))
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_notebook_to_hook_into(attacked: Worker) -> None:
    source = "def attack():\n    get_ipython().events.register('post_run_cell', print)\n"
    result = run(attacked, source)
    assert isinstance(result, Raised)
    assert result.type_name == "NameError"


def test_a_list_without_end_is_a_timeout(attacked: Worker) -> None:
    source = "class L(list):\n    def __iter__(self):\n        while True: yield 1\n"
    result = run(attacked, source + "def attack():\n    return L()\n", timeout=ENDLESS)
    assert isinstance(result, TimedOut | OutOfMemory)
