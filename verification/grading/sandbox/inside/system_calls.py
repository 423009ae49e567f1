"""Linux system calls that the standard library does not offer, and the numbers of those it uses.

Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h (aarch64) of Linux.
"""

from __future__ import annotations

import ctypes
import os
import platform

X86_64, AARCH64 = "x86_64", "aarch64"

# Since 5.0 new system calls have one number on all machines.
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446
MOUNT_SETATTR = 442
CAPSET = {X86_64: 126, AARCH64: 91}

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def machine() -> str:
    """The processor's name as the kernel gives it; "arm64" is macOS's name for aarch64."""
    return platform.machine()


def system_call(number: int, *arguments: int) -> int:
    """The result of system call `number`. Raises OSError."""
    # Each argument as a full machine word: C would pass a Python int as 32 bits.
    result: int = _libc.syscall(ctypes.c_long(number), *[ctypes.c_void_p(a) for a in arguments])
    return _checked(result)


def prctl(option: int, *arguments: int) -> int:
    """The result of prctl(2). Raises OSError."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return _checked(_libc.prctl(ctypes.c_int(option), *[ctypes.c_void_p(a) for a in padded]))


def unshare(flags: int) -> None:
    """Moves this process into new namespaces, unshare(2). Raises OSError."""
    _checked(_libc.unshare(ctypes.c_int(flags)))


def mount(target: bytes, flags: int) -> None:
    """Changes how `target` is mounted, mount(2). Raises OSError."""
    _checked(_libc.mount(b"none", target, None, ctypes.c_ulong(flags), None))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
