"""Workers that are lost are replaced, and none leaves a process, a descriptor or memory behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from attacking import LEVELS, start

from verification.grading.sandbox.caller import CallResult, Returned
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Place, Program

SECONDS = 10.0


def program(source: str) -> Program:
    lines = source.count("\n") + 1
    return Program(source, tuple(Place("hw.ipynb", 3, line) for line in range(1, lines + 1)))


def value_of(result: CallResult) -> object:
    assert isinstance(result, Returned), result
    return result.value


@pytest.fixture(params=list(LEVELS) or ["A"])
def mortal(request: pytest.FixtureRequest) -> Worker:
    """A worker of one test's own, to be killed."""
    return start(request.param)


def family(worker: Worker) -> list[psutil.Process]:
    root = psutil.Process(worker.pid)
    return [root, *root.children(recursive=True)]


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=5)[1]


def test_a_worker_killed_during_a_call_is_replaced_the_call_repeated_and_no_process_left(
    mortal: Worker,
) -> None:
    with mortal:
        old = family(mortal)
        killer = threading.Timer(0.3, old[-1].kill)
        killer.start()
        source = "import time\ndef f():\n    time.sleep(0.6)\n    return 1\n"
        assert value_of(mortal.call(program(source), "f", [], timeout=SECONDS)) == 1
        assert gone(old)
        new = family(mortal)
    assert gone(new)


def test_a_child_that_someone_killed_is_called_again(any_worker: Worker) -> None:
    zygote = family(any_worker)[-1]
    killer = threading.Timer(0.3, lambda: [child.kill() for child in zygote.children()])
    killer.start()
    source = "import time\ndef f():\n    time.sleep(0.6)\n    return 1\n"
    assert value_of(any_worker.call(program(source), "f", [], timeout=SECONDS)) == 1
    assert family(any_worker)[-1] == zygote


def test_killing_the_grader_leaves_no_process(any_worker: Worker) -> None:
    """Not even while a child loops: the socket ends, and all that hangs on it."""
    letter = any_worker.level.letter
    script = f"""
import threading
from verification.grading.sandbox.levels import confining_levels
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program
level = [level for level in confining_levels() if level.letter == {letter!r}][0]
worker = Worker(level, Policy())
print(worker.pid, flush=True)
worker.call(Program("def f():\\n    while True: pass\\n", ()), "f", [], timeout=60)
"""
    grader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    root = psutil.Process(int(grader.stdout.readline()))
    time.sleep(0.3)
    processes = [root, *root.children(recursive=True)]
    assert len(processes) >= 2
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert gone(processes)


def test_memory_and_descriptors_do_not_grow_with_the_number_of_calls(any_worker: Worker) -> None:
    me, honest = psutil.Process(), program("def f(x):\n    return x\n")
    zygote = family(any_worker)[-1]
    data = [np.zeros(50_000)]
    for _ in range(20):
        any_worker.call(honest, "f", data, timeout=SECONDS)
    before = me.memory_info().rss, zygote.memory_info().rss
    descriptors = me.num_fds()
    for _ in range(100):
        any_worker.call(honest, "f", data, timeout=SECONDS)
    # A leak of the inputs alone would be 40 MB here.
    assert me.memory_info().rss - before[0] < 10 << 20
    assert zygote.memory_info().rss - before[1] < 10 << 20
    assert me.num_fds() == descriptors
