"""seccomp: a child keeps the system calls that computing needs, and loses all others.

A list of what is allowed, so that a call that the kernel learns tomorrow is refused today. Some are allowed
with certain arguments only: no new processes but threads, no signal but to itself, no owner set on a
descriptor (its owner gets a signal when data arrives). What is refused answers EPERM.

The filter is a classic BPF program, run by the kernel before every call.
Source: Documentation/userspace-api/seccomp_filter.rst of Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from .system_calls import AARCH64, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, X86_64, machine, prctl

AUDIT_ARCH = {X86_64: 0xC000003E, AARCH64: 0xC00000B7}
COLUMN = {X86_64: 0, AARCH64: 1}

ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # memory, threads
    "futex": (202, 98),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "mincore": (27, 232),
    "membarrier": (324, 283),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "set_tid_address": (218, 96),
    "arch_prctl": (158, None),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    # descriptors it has, files that Landlock lets it open
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "open": (2, None),
    "openat": (257, 56),
    "close": (3, 57),
    "close_range": (436, 436),
    "stat": (4, None),
    "lstat": (6, None),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    "fadvise64": (221, 223),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    # time, chance, who am I
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    # its own signals, its end
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "pause": (34, None),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
CLONE, CLONE3 = (56, 220), (435, 435)
FCNTL, IOCTL, PRLIMIT64, TGKILL = (72, 25), (16, 29), (302, 261), (234, 131)
CLONE_THREAD = 0x00010000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030)
# TCGETS (is this a terminal?), TIOCGWINSZ (how wide?), FIOCLEX and FIONCLEX (close when executing)
IOCTL_REQUESTS = (0x5401, 0x5413, 0x5451, 0x5450)

LOAD, EQUAL, HAS_BITS, RETURN = 0x20, 0x15, 0x45, 0x06
AT_NUMBER, AT_ARCHITECTURE, AT_FIRST_ARGUMENT = 0, 4, 16
KILL_PROCESS, REFUSE, ABSENT, ALLOW = (
    0x80000000,
    0x00050000 | errno.EPERM,
    0x00050000 | errno.ENOSYS,
    0x7FFF0000,
)


def supported() -> bool:
    """Whether the numbers of this machine are known."""
    return machine() in AUDIT_ARCH


def restrict() -> None:
    """Installs the filter for this process, for good. Raises OSError; no privilege is needed."""
    program = filter_program(machine(), os.getpid())
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("H6xQ", len(program) // 8, ctypes.addressof(code)), 16)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(header))


def filter_program(processor: str, pid: int) -> bytes:
    """The filter for `processor` ("x86_64", "aarch64"), for the process that knows itself as `pid`."""
    column = COLUMN[processor]
    steps: list[bytes] = [
        _step(LOAD, AT_ARCHITECTURE),
        _step(EQUAL, AUDIT_ARCH[processor], 1, 0),
        # Another architecture's numbers mean other calls: 32-bit programs on a 64-bit kernel.
        _step(RETURN, KILL_PROCESS),
        _step(LOAD, AT_NUMBER),
    ]
    for numbers in ALLOWED.values():
        number = numbers[column]
        if number is not None:
            steps += [_step(EQUAL, number, 0, 1), _step(RETURN, ALLOW)]
    steps += _when(CLONE[column], [_step(LOAD, AT_FIRST_ARGUMENT), *_allow_if(HAS_BITS, (CLONE_THREAD,))])
    # clone3 hides its flags behind a pointer. "There is no such call" makes the C library use clone.
    steps += _when(CLONE3[column], [_step(RETURN, ABSENT)])
    steps += _when(FCNTL[column], [_step(LOAD, _argument(1)), *_allow_if(EQUAL, FCNTL_COMMANDS)])
    steps += _when(IOCTL[column], [_step(LOAD, _argument(1)), *_allow_if(EQUAL, IOCTL_REQUESTS)])
    steps += _when(PRLIMIT64[column], [_step(LOAD, _argument(0)), *_allow_if(EQUAL, (0, pid))])
    steps += _when(TGKILL[column], [_step(LOAD, _argument(0)), *_allow_if(EQUAL, (pid,))])
    steps.append(_step(RETURN, REFUSE))
    return b"".join(steps)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _argument(index: int) -> int:
    """Where the low half of argument `index` lies; the kernel reads these four as 32-bit numbers."""
    return AT_FIRST_ARGUMENT + 8 * index


def _when(number: int, steps: list[bytes]) -> list[bytes]:
    """`steps` if the call is `number`; they must end in a return."""
    return [_step(EQUAL, number, 0, len(steps)), *steps]


def _allow_if(test: int, values: tuple[int, ...]) -> list[bytes]:
    """Allows if what is loaded passes `test` with one of `values`, else refuses."""
    checks = [step for value in values for step in (_step(test, value, 0, 1), _step(RETURN, ALLOW))]
    return [*checks, _step(RETURN, REFUSE)]
