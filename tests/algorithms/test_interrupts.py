"""Ctrl-C ends a long task within about an iteration or a chunk, leaves no thread at work, and nothing broken.

The tasks are those of interrupted_fits.py, in a process of their own; each would take hours.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from interrupted_fits import TASKS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a process cannot send itself Ctrl-C")
HERE = Path(__file__).parent
THREADS = 2
# What two threads do, at 20 ms a chunk, while a busy machine keeps the main one waiting for 0.3 s.
STEPS_AFTER_THE_SIGNAL = 30


@pytest.fixture(scope="module")
def outcomes():
    environment = {**os.environ, "OMP_NUM_THREADS": str(THREADS), "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, str(HERE / "interrupted_fits.py"), *TASKS]
    try:
        said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100).stdout
    except subprocess.TimeoutExpired as expired:  # the tasks before the one that did not end have spoken
        said = (expired.stdout or b"").decode()
    return {outcome["task"]: outcome for outcome in map(json.loads, said.splitlines())}


@pytest.mark.parametrize("task", TASKS)
def test_ctrl_c_ends_it_soon_and_the_next_result_is_right(task, outcomes):
    outcome = outcomes[task]
    assert outcome["ended"] == "by the signal"
    assert outcome["seconds"] < 20  # far more than the few milliseconds of a step
    assert outcome["steps after the signal"] <= STEPS_AFTER_THE_SIGNAL
    assert outcome["steps after the end"] == 0
    assert outcome["threads"] == 1
    assert outcome["input unchanged"]
    assert outcome["next result right"]
