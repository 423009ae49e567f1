"""What a call tells: values, exceptions with their lines, changed arguments."""

from __future__ import annotations

import subprocess
import sys
import types

import numpy as np
import pytest

from verification.grading.sandbox.caller import CallResult, NotRun, Raised, Returned, TimedOut
from verification.grading.sandbox.inside import imports
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Place, Program

SECONDS = 10.0


def program(source: str) -> Program:
    lines = source.count("\n") + 1
    return Program(source, tuple(Place("hw.ipynb", 3, line) for line in range(1, lines + 1)))


def value_of(result: CallResult) -> object:
    assert isinstance(result, Returned), result
    return result.value


def test_arguments_and_keywords_arrive_and_the_result_comes_back(any_worker: Worker) -> None:
    source = "def f(a, b, *, k):\n    return a * k, b\n"
    result = any_worker.call(program(source), "f", [np.arange(3), "b"], keywords={"k": 2}, timeout=SECONDS)
    product, text = value_of(result)
    np.testing.assert_array_equal(product, [0, 2, 4])
    assert text == "b"
    assert isinstance(result, Returned)
    assert result.type_names == ("numpy.ndarray", "str")
    assert 0 < result.seconds < SECONDS


def test_the_kind_of_each_returned_value_is_told(any_worker: Worker) -> None:
    source = "import numpy as np, scipy.sparse as sp\n"
    source += "def f():\n    return np.matrix([[1]]), sp.eye(2).tolil(), [1], {}\n"
    result = any_worker.call(program(source), "f", [], timeout=SECONDS)
    assert isinstance(result, Returned)
    assert result.type_names == ("numpy.matrix", "scipy.lil_matrix", "list", "dict")


def test_arguments_changed_in_place_are_told(any_worker: Worker) -> None:
    source = "def f(a, b, c):\n    a[0] = 9.0\n    c.append(1)\n    b = b + 1\n"
    result = any_worker.call(program(source), "f", [np.zeros(2), np.zeros(2), [0]], timeout=SECONDS)
    assert isinstance(result, Returned)
    assert result.mutated == (True, False, True)


def test_our_own_arguments_are_never_changed(any_worker: Worker) -> None:
    ours = np.zeros(2)
    any_worker.call(program("def f(a):\n    a[:] = 9\n"), "f", [ours], timeout=SECONDS)
    assert ours.tolist() == [0, 0]


def test_an_exception_names_the_lines_of_the_student(any_worker: Worker) -> None:
    source = "def g(x):\n    return 1 / x\n\ndef f():\n    return g(0)\n"
    result = any_worker.call(program(source), "f", [], timeout=SECONDS)
    assert isinstance(result, Raised)
    assert (result.type_name, result.message, result.during) == (
        "ZeroDivisionError",
        "division by zero",
        "call",
    )
    assert [str(place) for place in result.places] == ["hw.ipynb, cell 3, line 5", "hw.ipynb, cell 3, line 2"]


def test_an_exception_while_loading_is_the_result_of_every_call(any_worker: Worker) -> None:
    results = any_worker.call_each(
        program("x = 1\nimport nothing_of_that_name\n"), "f", [[], []], timeout=SECONDS
    )
    assert len(results) == 2
    for result in results:
        assert isinstance(result, Raised)
        assert (result.during, result.places) == ("loading", (Place("hw.ipynb", 3, 2),))


def test_a_syntax_error_names_its_line(any_worker: Worker) -> None:
    result = any_worker.call(program("x = 1\ndef f(:\n"), "f", [], timeout=SECONDS)
    assert isinstance(result, Raised)
    assert (result.type_name, result.places) == ("SyntaxError", (Place("hw.ipynb", 3, 2),))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("\ud800", "\ufffd"),
    ],
)
def test_what_a_student_says_cannot_paint_the_terminal(any_worker: Worker, message: str, shown: str) -> None:
    result = any_worker.call(
        program(f"def f():\n    raise ValueError({message!r})\n"), "f", [], timeout=SECONDS
    )
    assert isinstance(result, Raised)
    assert result.message == shown


def test_html_stays_text_and_a_novel_is_cut(any_worker: Worker) -> None:
    source = "def f():\n    raise ValueError('<script>' + 'x' * 10**6)\n"
    result = any_worker.call(program(source), "f", [], timeout=SECONDS)
    assert isinstance(result, Raised)
    assert result.message.startswith("<script>xxx")
    assert len(result.message) < 2100


@pytest.mark.parametrize(
    "source",
    [
        "class E(Exception):\n    def __str__(self): return 1 / 0\ndef f():\n    raise E\n",
        "class E(Exception):\n    def __str__(self): raise SystemExit\ndef f():\n    raise E\n",
    ],
)
def test_an_exception_that_cannot_be_shown_is_an_exception(any_worker: Worker, source: str) -> None:
    result = any_worker.call(program(source), "f", [], timeout=SECONDS)
    assert isinstance(result, Raised)
    assert (result.type_name, result.message) == ("E", "(the exception cannot be shown)")


def test_each_program_starts_afresh(any_worker: Worker) -> None:
    counting = program("n = 0\ndef f():\n    global n\n    n += 1\n    return n\n")
    calls = [value_of(any_worker.call(counting, "f", [], timeout=SECONDS)) for _ in range(3)]
    assert calls == [1, 1, 1]


def test_calls_of_one_process_share_what_is_global(any_worker: Worker) -> None:
    counting = program("n = 0\ndef f():\n    global n\n    n += 1\n    return n\n")
    assert [value_of(r) for r in any_worker.call_each(counting, "f", [[]] * 3, timeout=SECONDS)] == [1, 2, 3]


def test_global_random_numbers_follow_the_seed(any_worker: Worker) -> None:
    drawing = program(
        "import random\nimport numpy as np\ndef f():\n    return np.random.rand(), random.random()\n"
    )

    def draw(seed: int) -> object:
        return value_of(any_worker.call(drawing, "f", [], timeout=SECONDS, seed=seed))

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    pair = any_worker.call_each(drawing, "f", [[], []], timeout=SECONDS, seed=1)
    assert [value_of(result) for result in pair] == [draw(1), draw(2)]


def test_hashes_are_the_same_in_every_run(any_worker: Worker) -> None:
    result = any_worker.call(program("def f():\n    return hash('x'), hash('y')\n"), "f", [], timeout=SECONDS)
    ours = "import sys; sys.stdout.write(repr((hash('x'), hash('y'))))"
    command = [sys.executable, "-c", ours]
    fixed = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True)
    assert repr(value_of(result)) == fixed.stdout


def test_after_a_timeout_the_rest_is_not_run(any_worker: Worker) -> None:
    source = "def f(x):\n    while x == 1: pass\n    return x\n"
    results = any_worker.call_each(program(source), "f", [[0], [1], [2]], timeout=0.3)
    assert [type(result) for result in results] == [Returned, TimedOut, NotRun]


def test_each_call_has_its_own_time(any_worker: Worker) -> None:
    source = "import time\ndef f():\n    time.sleep(0.2)\n    return 1\n"
    results = any_worker.call_each(program(source), "f", [[]] * 3, timeout=0.5)
    assert [type(result) for result in results] == [Returned] * 3


def test_a_function_that_is_not_there_is_a_key_error(any_worker: Worker) -> None:
    result = any_worker.call(program("x = 1\n"), "f", [], timeout=SECONDS)
    assert isinstance(result, Raised)
    assert result.type_name == "KeyError"


def test_large_arrays_go_and_come(any_worker: Worker) -> None:
    big = np.arange(2_000_000.0)
    result = any_worker.call(program("def f(x):\n    return x + 1\n"), "f", [big], timeout=SECONDS)
    np.testing.assert_array_equal(value_of(result), big + 1)


@pytest.mark.parametrize("argument", [[{}], [1, (print,)], [np.zeros(1)] * 5000])
def test_arguments_that_cannot_be_sent_are_an_error_of_ours(any_worker: Worker, argument: object) -> None:
    with pytest.raises(TypeError, match="an argument cannot be sent"):
        any_worker.call(program("def f(x): return x\n"), "f", [argument], timeout=SECONDS)
    assert value_of(any_worker.call(program("def f(x): return x\n"), "f", [1], timeout=SECONDS)) == 1


def test_modules_that_came_in_with_others_are_forgotten() -> None:
    parent, child = types.ModuleType("whole"), types.ModuleType("whole.answer")
    vars(parent)["answer"] = child
    sys.modules.update({"whole": parent, "whole.answer": child, "whole.answer.deep": child})
    imports.forget(["whole.answer"])
    left = [name for name in sys.modules if name.startswith("whole")]
    del sys.modules["whole"]
    assert left == ["whole"]
    assert not hasattr(parent, "answer")
