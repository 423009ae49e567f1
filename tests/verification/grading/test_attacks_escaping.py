"""Attacks that leave the process, by network, by programs, by interfaces of the kernel; and honest work."""

from __future__ import annotations

import socket

import numpy as np
import pytest
import scipy.sparse as sparse
from attacking import assert_all_refused, assert_refused, run

from verification.grading.sandbox.caller import (
    Returned,
)
from verification.grading.sandbox.inside import seccomp
from verification.grading.sandbox.inside.system_calls import machine
from verification.grading.sandbox.worker import Worker


def test_no_socket_can_be_made(attacked: Worker) -> None:
    families = ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET")
    kinds = ("SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW")
    deeds = [f"socket.socket(socket.{family}, socket.{kind})" for family in families for kind in kinds]
    assert_all_refused(attacked, "import socket", [*deeds, "socket.socketpair()"])


def test_no_connection_reaches_a_server_on_this_machine(attacked: Worker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        source = "import socket\ndef attack(port):\n    socket.create_connection(('127.0.0.1', port), 1)\n"
        assert_refused(run(attacked, source, server.getsockname()[1]))
        with pytest.raises(TimeoutError):
            server.accept()


KERNEL = [
    "os.execv('/bin/true', ['true'])",
    "os.memfd_create('x')",
    "os.unshare(0x10000000) if hasattr(os, 'unshare') else call(272, 0x10000000)",
    "call(425, 8, ctypes.addressof(ctypes.create_string_buffer(256)))",
    "call(101, 16, os.getppid(), 0, 0)",
    "call(310, os.getpid(), 0, 0, 0, 0, 0)",
    "call(157, 38, 0, 0, 0, 0)",
    "call(161, 0)",
    "call(321, 0, 0, 0)",
    "call(250, 0, -3, 0)",
    "call(304, 0, 0, 0)",
    "call(999)",
]


def test_kernel_interfaces_are_closed(attacked: Worker) -> None:
    # Numbers of x86-64; the filter for aarch64 is tested by its instructions.
    deeds = [deed for deed in KERNEL if machine() == "x86_64" or "call(" not in deed]
    source = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*numbers):
    if libc.syscall(*[ctypes.c_long(n) for n in numbers]) < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""
    assert_all_refused(attacked, source, deeds)


def test_every_system_call_that_is_not_needed_is_refused(attacked: Worker) -> None:
    """All numbers at once, with arguments that do nothing should one get through."""
    column = seccomp.COLUMN[machine()]
    known = {numbers[column] for numbers in seccomp.ALLOWED.values()}
    known |= {numbers[column] for numbers in (seccomp.CLONE3, seccomp.PRLIMIT64)}
    # uretprobe and uprobe: the kernel answers them before any filter, and only where it set a probe itself.
    known |= {335, 336}
    refused = [number for number in range(500) if number not in known]
    source = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def attack(numbers):
    through = []
    for number in numbers:
        result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
        if result != -1 or ctypes.get_errno() != 1:
            through.append(number)
    return through
"""
    result = run(attacked, source, refused)
    assert isinstance(result, Returned)
    # clone with all bits set has the bit of a thread among them: let through, and refused by the kernel.
    assert set(result.value) <= {seccomp.CLONE[column]}


def test_honest_numerical_work_is_not_hindered(attacked: Worker) -> None:
    source = """
import collections, copy, functools, heapq, itertools, json, math, random, time, warnings
import numpy as np, scipy.sparse as sp
from scipy.sparse.linalg import svds
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from scipy.spatial.distance import cdist
from scipy.optimize import minimize
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances
import matplotlib.pyplot as plt
from tqdm import tqdm, trange
def attack(matrix):
    for _ in tqdm(range(2)):
        fig, ax = plt.subplots(1, 2)
        ax[0].plot([1, 2]); plt.show()
    rng = np.random.default_rng()
    X = rng.normal(size=(200, 3))
    Ridge(alpha=1.0, fit_intercept=False).fit(X, X @ np.ones(3))
    u, s, vt = svds(matrix, k=2)
    multivariate_normal(np.zeros(3), np.eye(3)).logpdf(X)
    logsumexp(X, axis=1); cdist(X, X); pairwise_distances(X)
    minimize(lambda x: (x @ x), np.ones(2))
    np.linalg.inv(np.cov(X.T)); np.random.multivariate_normal(np.zeros(3), np.eye(3), 10)
    time.sleep(0.001)
    return u.shape, len(list(trange(3)))
"""
    matrix = sparse.random(20, 10, density=0.5, random_state=np.random.default_rng(0), format="csr")
    result = run(attacked, source, sparse.csr_matrix(matrix))
    assert isinstance(result, Returned), result
    assert result.value == ((20, 2), 3)
