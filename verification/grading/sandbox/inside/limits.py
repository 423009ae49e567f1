"""What one child may use: memory, processor time, open files; nothing of it may be written to a disk."""

from __future__ import annotations

import os
import resource
import sys

from .system_calls import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, prctl

OPEN_FILES = 64
USUAL_ADDRESS_SPACE = 1 << 30
SIGKILL = 9


def address_space() -> int:
    """Bytes of address space this process has; where that cannot be read, more than the libraries need."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return USUAL_ADDRESS_SPACE


def limit(processor_seconds: int, address_bytes: int) -> None:
    """Sets this process's limits, for good; one that is already lower stays."""
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_NOFILE, OPEN_FILES)
    # First a signal that tells why, then one that cannot be ignored.
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    _set(resource.RLIMIT_AS, address_bytes)


def forbid_processes() -> None:
    """No new processes, nor threads. Has no effect on root: where it can be had, seccomp is better."""
    _set(resource.RLIMIT_NPROC, 0)


def die_with_parent() -> None:
    """The kernel kills this process when its parent ends, however it ends. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, SIGKILL)


def adopt_orphans() -> None:
    """Processes left behind by a child become children of this one. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def keep_only(descriptor: int) -> int:
    """Closes all but `descriptor`; 0, 1 and 2 lead to nowhere. Returns its new number."""
    kept = 3
    nowhere = os.open(os.devnull, os.O_RDWR)
    if descriptor != kept:
        os.dup2(descriptor, kept)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.closerange(kept + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return kept


def _set(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))
