"""The seccomp filter, run by a small interpreter of its instructions: for both processors, on any machine."""

from __future__ import annotations

import errno
import functools
import re
import struct
from pathlib import Path

import pytest

from verification.grading.sandbox.inside import seccomp
from verification.grading.sandbox.inside.seccomp import ALLOW, AUDIT_ARCH, KILL_PROCESS

PID = 4321
REFUSED = 0x00050000 | errno.EPERM
ABSENT = 0x00050000 | errno.ENOSYS
# Number on x86-64, number on aarch64, from the kernel's tables.
DANGEROUS = {
    "socket": (41, 198),
    "connect": (42, 203),
    "sendmsg": (46, 211),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "memfd_create": (319, 279),
    "prctl": (157, 167),
    "setuid": (105, 146),
    "setrlimit": (160, 164),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchownat": (260, 54),
    "utimensat": (280, 88),
    "unlinkat": (263, 35),
    "renameat2": (316, 276),
    "mkdirat": (258, 34),
    "truncate": (76, 45),
    "setxattr": (188, 5),
    "keyctl": (250, 219),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "shmget": (29, 194),
    "open_by_handle_at": (304, 265),
    "landlock_restrict_self": (446, 446),
    "not yet invented": (999, 999),
}


HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


@functools.cache
def program(processor: str) -> bytes:
    return seccomp.filter_program(processor, PID)


def answer(processor: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter says of a call: runs the classic BPF program."""
    code = program(processor)
    words = [number, architecture or AUDIT_ARCH[processor], 0, 0]
    data = struct.pack("4I", *words) + struct.pack("6Q", *(*arguments, *[0] * (6 - len(arguments))))
    loaded, at = 0, 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("HBBI", code, 8 * at)
        at += 1
        if operation == 0x20:
            (loaded,) = struct.unpack_from("I", data, value)
        elif operation == 0x15:
            at += if_true if loaded == value else if_false
        elif operation == 0x45:
            at += if_true if loaded & value else if_false
        else:
            assert operation == 0x06
            return int(value)


@pytest.fixture(params=["x86_64", "aarch64"])
def processor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_numbers_are_those_of_the_kernels_own_headers(processor: str) -> None:
    text = next((Path(name).read_text() for name in HEADERS[processor] if Path(name).exists()), None)
    if text is None:
        pytest.skip("the headers of the kernel are not installed")
    numbers = {match[1]: int(match[2]) for match in re.finditer(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    if processor == "aarch64":
        numbers["newfstatat"] = numbers["fstatat"]  # the generic table calls it by its own name
    told = {**seccomp.ALLOWED, "clone": seccomp.CLONE, "clone3": seccomp.CLONE3, "fcntl": seccomp.FCNTL}
    told |= {"ioctl": seccomp.IOCTL, "prlimit64": seccomp.PRLIMIT64, "tgkill": seccomp.TGKILL}
    column = seccomp.COLUMN[processor]
    told = {name: pair[column] for name, pair in told.items() if pair[column] is not None}
    assert told == {name: numbers.get(name) for name in told}


@pytest.mark.parametrize("name", DANGEROUS)
def test_dangerous_calls_are_refused(processor: str, name: str) -> None:
    number = DANGEROUS[name][seccomp.COLUMN[processor]]
    if number is not None:
        assert answer(processor, number) == REFUSED


@pytest.mark.parametrize("name", seccomp.ALLOWED)
def test_what_computing_needs_is_allowed(processor: str, name: str) -> None:
    number = seccomp.ALLOWED[name][seccomp.COLUMN[processor]]
    if number is not None:
        assert answer(processor, number) == ALLOW


def test_no_number_is_allowed_that_is_not_listed(processor: str) -> None:
    column = seccomp.COLUMN[processor]
    listed = {numbers[column] for numbers in seccomp.ALLOWED.values()}
    # These depend on their arguments; tgkill with a process of 0 is refused anyway.
    listed |= {seccomp.PRLIMIT64[column], seccomp.FCNTL[column]}
    allowed = {number for number in range(2000) if answer(processor, number) == ALLOW}
    assert allowed <= listed


def test_another_architecture_is_killed(processor: str) -> None:
    i386 = 0x40000003
    assert answer(processor, 1, architecture=i386) == KILL_PROCESS


def test_x32_numbers_are_refused() -> None:
    assert answer("x86_64", 0x40000000 + 59) == REFUSED


def test_threads_are_allowed_and_processes_are_not(processor: str) -> None:
    clone = seccomp.CLONE[seccomp.COLUMN[processor]]
    sigchld = 17
    assert answer(processor, clone, seccomp.CLONE_THREAD | 0x100) == ALLOW
    assert answer(processor, clone, sigchld) == REFUSED
    assert answer(processor, seccomp.CLONE3[0]) == ABSENT


@pytest.mark.parametrize(("pid", "expected"), [(PID, ALLOW), (PID + 1, REFUSED), (1, REFUSED), (0, REFUSED)])
def test_it_can_signal_only_itself(processor: str, pid: int, expected: int) -> None:
    assert answer(processor, seccomp.TGKILL[seccomp.COLUMN[processor]], pid, pid, 9) == expected


@pytest.mark.parametrize(
    ("command", "expected"), [(1, ALLOW), (1030, ALLOW), (8, REFUSED), (10, REFUSED), (15, REFUSED)]
)
def test_it_cannot_make_the_kernel_signal_another(processor: str, command: int, expected: int) -> None:
    """fcntl 8 and 15 set who is signaled when data arrives, 10 which signal: SIGKILL, say."""
    assert answer(processor, seccomp.FCNTL[seccomp.COLUMN[processor]], 3, command) == expected


@pytest.mark.parametrize(("request_", "expected"), [(0x5401, ALLOW), (0x5412, REFUSED), (0x8902, REFUSED)])
def test_it_cannot_type_into_a_terminal(processor: str, request_: int, expected: int) -> None:
    """0x5412 is TIOCSTI, 0x8902 sets the owner of a socket."""
    assert answer(processor, seccomp.IOCTL[seccomp.COLUMN[processor]], 0, request_) == expected


@pytest.mark.parametrize(("pid", "expected"), [(0, ALLOW), (PID, ALLOW), (1, REFUSED)])
def test_it_cannot_limit_another(processor: str, pid: int, expected: int) -> None:
    assert answer(processor, seccomp.PRLIMIT64[seccomp.COLUMN[processor]], pid) == expected
