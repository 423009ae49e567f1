"""Landlock: this process, and all it forks, may open only the files below the paths given.

What is not granted is refused, whatever the user may do; root too. Not covered by Landlock: reading a
file's metadata, and changing its mode, owner or times. `seccomp` refuses the latter.

Source: Documentation/userspace-api/landlock.rst of Linux; rights by version of the interface ("ABI").
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from .system_calls import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    PR_SET_NO_NEW_PRIVS,
    prctl,
    system_call,
)

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
FILE_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # all, refer, truncate, ioctl
TCP_RIGHTS = 0b11  # bind, connect: since 4
SCOPES = 0b11  # abstract unix sockets, signals: since 6
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1


def version() -> int:
    """The version of the interface, 0 where there is none."""
    try:
        return system_call(LANDLOCK_CREATE_RULESET, 0, 0, VERSION_FLAG)
    except OSError:
        return 0


def restrict(readable: Iterable[str], listable: Iterable[str]) -> int:
    """From here on only `readable` paths (and all below them) can be read, `listable` folders listed.

    Nothing can be written but the null device. Returns the version in force. Raises OSError where there is
    no Landlock.
    """
    abi = version()
    if abi == 0:
        raise OSError("this kernel has no Landlock")
    files = 0
    for since, rights in FILE_RIGHTS_BY_ABI.items():
        files |= rights if abi >= since else 0
    attributes = struct.pack("QQQ", files, TCP_RIGHTS if abi >= 4 else 0, SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    buffer = ctypes.create_string_buffer(attributes, 24)
    ruleset = system_call(LANDLOCK_CREATE_RULESET, ctypes.addressof(buffer), size, 0)
    for path in readable:
        _grant(ruleset, path, READ_FILE | READ_DIR)
    for path in listable:
        _grant(ruleset, path, READ_DIR)
    _grant(ruleset, os.devnull, READ_FILE | WRITE_FILE)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    system_call(LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return abi


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there need not be granted
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            rights &= READ_FILE | WRITE_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, beneath), 12)
        system_call(LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(beneath)
