"""How many threads work on blocks: as many as the caller allows, and each of them alone."""

import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from algorithms import native
from algorithms.streaming import ArrayRows, Blocks

pytestmark = pytest.mark.skipif(not native.available(), reason="without kernels a thread a processor")


@pytest.mark.parametrize("limit", [1, 3])
def test_blocks_are_worked_on_by_as_many_threads_as_are_allowed_each_without_help(limit):
    seen = {}

    def statistic(block):
        time.sleep(0.01)  # so that no thread takes all blocks
        seen[threading.get_ident()] = native.thread_count()
        return float(block.X.sum())

    with threadpool_limits(limit, user_api="openmp"):
        total = Blocks(ArrayRows(np.ones((30, 1))), block_rows=1).reduce(statistic, float.__add__)
        assert native.thread_count() == limit  # the caller's own number stays
    assert total == 30
    assert list(seen.values()) == [1] * limit
