"""Workers shared by all tests of grading, one for each level that this machine and this user can have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attacking import LEVELS, processes, run, start

from verification.grading.sandbox.caller import Returned
from verification.grading.sandbox.worker import Worker


@pytest.fixture(scope="session", params=list(LEVELS) or ["A"])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """A worker at each level that confines."""
    with start(request.param) as started:
        yield started


@pytest.fixture(scope="session")
def any_worker() -> Iterator[Worker]:
    """A worker at the best level there is, for tests of what is the same at all of them."""
    with start(next(iter(LEVELS), "B")) as started:
        yield started


@pytest.fixture(scope="session")
def alone(worker: Worker) -> list[int]:
    """The worker's processes before any attack."""
    return processes(worker)


@pytest.fixture
def attacked(worker: Worker, alone: list[int]) -> Iterator[Worker]:
    """A worker to attack; after each attack it is the same, alone, and well."""
    yield worker
    assert processes(worker) == alone
    again = run(worker, "def attack(x):\n    return x + 1\n", 1)
    assert isinstance(again, Returned)
    assert again.value == 2
