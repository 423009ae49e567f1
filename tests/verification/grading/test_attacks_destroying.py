"""Attacks on files, processes and the machine: nothing is changed, nothing is left, nothing goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from attacking import ENDLESS, assert_all_refused, run

from verification.grading.sandbox.caller import (
    Crashed,
    Opaque,
    OutOfMemory,
    Raised,
    Returned,
    Tampering,
    TimedOut,
)
from verification.grading.sandbox.worker import Worker
from verification.grading.submission import Program


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that anyone may change, in a folder that anyone may change."""
    tmp_path.chmod(0o777)
    path = tmp_path / "victim.txt"
    path.write_text("whole")
    path.chmod(0o666)
    os.utime(path, (1, 1))
    return path


DEEDS = {
    "files": [
        "open(path, 'w').write('x')",
        "open(path, 'a').write('x')",
        "os.remove(path)",
        "os.truncate(path, 0)",
        "os.chmod(path, 0)",
        "os.chown(path, 1234, 1234)",
        "os.utime(path)",
        "os.setxattr(path, 'user.x', b'x')",
        "os.rename(path, path + '2')",
        "os.link(path, path + '2')",
        "os.symlink(path, path + '2')",
        "os.mkdir(path + '2')",
        "os.mkfifo(path + '2')",
        "os.mknod(path + '2')",
        "shutil.rmtree(os.path.dirname(path))",
        "open(os.path.join(os.path.dirname(path), 'sitecustomize.py'), 'w')",
        "[open(f'{path}{i}', 'w') for i in range(50)]",
        "open('/tmp/results.json', 'w').write('{}')",
        "open('/dev/shm/x', 'w')",
        "os.chroot('/')",
    ],
    "other processes": [
        "os.kill(grader, 9)",
        "os.kill(os.getppid() or 1, 9)",
        "os.kill(-1, 9)",
        "os.killpg(0, 9)",
        "os.kill(grader, 0)",
        "signal.pidfd_send_signal(os.pidfd_open(1), 9)",
        "os.setpriority(os.PRIO_PROCESS, 0, 19)",
        "os.sched_setaffinity(0, {0})",
        "fcntl.fcntl(3, fcntl.F_SETOWN, grader)",
        "fcntl.fcntl(3, 10, 9)",
        "os.setuid(0)",
        "os.setsid()",
    ],
    "new processes": [
        "os.fork()",
        "os.forkpty()",
        "[os.fork() for _ in range(20)]",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "subprocess.run(['/bin/true'])",
        "multiprocessing.Process(target=print).start()",
        "assert os.system('true') != 0; raise PermissionError",
    ],
}


def test_no_file_is_changed_or_made(attacked: Worker, victim: Path) -> None:
    assert_all_refused(attacked, "import os, shutil", DEEDS["files"], path=str(victim))
    assert list(victim.parent.iterdir()) == [victim]
    assert victim.read_text() == "whole"
    status = victim.stat()
    assert (status.st_mtime, status.st_mode & 0o777, status.st_uid) == (1, 0o666, os.getuid())


def test_no_other_process_is_touched(attacked: Worker) -> None:
    assert_all_refused(attacked, "import fcntl, os, signal", DEEDS["other processes"], grader=os.getpid())


def test_no_process_is_started(attacked: Worker) -> None:
    assert_all_refused(attacked, "import multiprocessing, os, subprocess", DEEDS["new processes"])


@pytest.mark.parametrize(
    "deed",
    [
        "bytearray(1 << 34)",
        "[bytearray(1 << 24) for _ in range(1000)]",
        "np.ones((1 << 17, 1 << 14))",
        "[x for x in iter(lambda: 'x' * (1 << 22), 1)]",
        "mmap.mmap(-1, 1 << 34)",
    ],
)
def test_memory_bombs_are_told_as_such(attacked: Worker, deed: str) -> None:
    result = run(attacked, f"import mmap\nimport numpy as np\ndef attack():\n    return len({deed})\n")
    assert isinstance(result, OutOfMemory) or (isinstance(result, Raised) and result.type_name == "OSError")


@pytest.mark.parametrize(
    "deed",
    [
        "np.zeros(1 << 27, dtype=np.int8)",
        "sp.csr_matrix((1000, 2**30))",
        "sp.csr_matrix((2**30, 1))",
        "(np.zeros(1 << 22), np.zeros(1 << 22))",
        "[0.5] * 10**7",
        "'x' * 10**8",
    ],
)
def test_an_honest_answer_that_is_huge_never_reaches_the_grader(attacked: Worker, deed: str) -> None:
    """Small to send or not, read as floats it would fill the memory of the process that judges."""
    imports = "import numpy as np, scipy.sparse as sp\n"
    result = run(attacked, f"{imports}def attack():\n    return {deed}\n")
    if isinstance(result, Returned):
        parts = result.value if isinstance(result.value, tuple) else (result.value,)
        for part in parts:
            assert isinstance(part, Opaque) or len(part) <= 100_000, part
    else:
        assert isinstance(result, Raised | OutOfMemory), result


def test_many_large_answers_end_the_talk(attacked: Worker) -> None:
    source = Program("import numpy as np\ndef attack():\n    return np.ones(1 << 20)\n", ())
    results = attacked.call_each(source, "attack", [[]] * 20, timeout=10.0)
    assert {type(result) for result in results} == {Tampering}


@pytest.mark.parametrize(
    "deed",
    [
        "while True: pass",
        "time.sleep(1000)",
        "[signal.signal(s, signal.SIG_IGN) for s in range(1, 32) if s not in (9, 19)]\n    while True: pass",
        "signal.raise_signal(signal.SIGSTOP)",
        "np.linalg.svd(np.ones((1500, 1500)))",
        "threading.Lock().__enter__(); lock = threading.Lock(); lock.acquire(); lock.acquire()",
        "re.match('(a+)+$', 'a' * 100 + 'b')",
    ],
)
def test_what_never_ends_is_ended(attacked: Worker, deed: str) -> None:
    imports = "import re, signal, threading, time\nimport numpy as np\n"
    result = run(attacked, f"{imports}def attack():\n    {deed}\n", timeout=ENDLESS)
    assert isinstance(result, TimedOut)


def test_sleeping_while_imported_is_a_timeout(attacked: Worker) -> None:
    assert isinstance(run(attacked, "import time\ntime.sleep(1000)\n", timeout=ENDLESS), TimedOut)


def test_closing_the_channel_and_sleeping_on_is_tampering(attacked: Worker) -> None:
    result = run(
        attacked, "import os, time\ndef attack():\n    os.close(3)\n    time.sleep(0.2)\n    os._exit(0)\n"
    )
    assert isinstance(result, Tampering)


def test_closing_every_descriptor_is_tampering(attacked: Worker) -> None:
    assert isinstance(run(attacked, "import os\ndef attack():\n    os.closerange(0, 100)\n"), Tampering)


def test_a_flood_of_output_is_cut(attacked: Worker) -> None:
    source = "import os\ndef attack():\n    for i in range(20000):\n        print('x' * 1000)\n"
    result = run(
        attacked, source + "    for i in range(1000):\n        os.write(1, b'x' * 65536)\n    print('end')\n"
    )
    assert isinstance(result, Returned)
    assert len(result.stdout_tail) <= 4000
    assert result.stdout_tail.endswith("end\n")


def test_threads_end_with_the_process(attacked: Worker) -> None:
    source = "import threading, time\ndef attack():\n    for _ in range(4):\n"
    result = run(attacked, source + "        threading.Thread(target=time.sleep, args=(1000,)).start()\n")
    assert isinstance(result, Returned), result


def test_a_thread_bomb_meets_a_limit(attacked: Worker) -> None:
    source = "import threading, time\ndef attack():\n    for _ in range(5000):\n"
    result = run(attacked, source + "        threading.Thread(target=time.sleep, args=(1000,)).start()\n")
    assert isinstance(result, Raised | OutOfMemory)


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("ctypes.string_at(0)", Crashed(11)),
        ("os.abort()", Crashed(6)),
        ("signal.raise_signal(signal.SIGKILL)", Crashed(9)),
        ("signal.raise_signal(signal.SIGTERM)", Crashed(15)),
        ("signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(5)", Crashed(14)),
    ],
)
def test_crashes_are_told_by_their_signal(attacked: Worker, deed: str, expected: Crashed) -> None:
    assert run(attacked, f"import ctypes, os, signal, time\ndef attack():\n    {deed}\n") == expected


def test_endless_recursion_ends(attacked: Worker) -> None:
    result = run(attacked, "def attack():\n    return attack()\n")
    assert isinstance(result, Raised)
    assert result.type_name == "RecursionError"
    source = (
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n    def __repr__(self): return repr([self])\n"
    )
    deeper = run(attacked, source + "def attack():\n    return repr(A())\n")
    assert isinstance(deeper, Crashed | OutOfMemory | Raised)
