"""The four levels of confinement, best first, and the command that starts a worker at each.

A   Landlock, seccomp, namespaces, resource limits
B   Landlock, seccomp, resource limits: where namespaces are refused, in most containers
C   bubblewrap (with seccomp) or, on macOS, sandbox-exec
D   a process of its own and resource limits: no protection against malice
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from algorithms.errors import InputError
from verification.grading.sandbox.inside import seccomp
from verification.grading.sandbox.policy import Policy

Letter = Literal["A", "B", "C", "D"]

HERE = Path(__file__).resolve().parent
START = """
import json, sys
if sys.version_info < (3, 8):
    sys.exit("Python 3.8 or newer is needed, and this is " + sys.version.split()[0])
sys.path.insert(0, sys.argv[1])
from inside import zygote
zygote.main(int(sys.argv[2]), json.loads(sys.argv[3]))
"""
LIST_READABLE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from inside import readable
may_read = readable.readable(*json.loads(sys.argv[2]))
prefixes = sorted({os.path.join(p, "bin") for p in (sys.prefix, sys.base_prefix)})
print(json.dumps([*may_read.files, *prefixes, os.path.join(sys.prefix, "pyvenv.cfg")]))
"""


@dataclass(frozen=True)
class Level:
    """A way to confine a worker. wrapper: the program of level C that confines it from outside."""

    letter: Letter
    namespaces: bool = False
    landlock: bool = False
    seccomp: bool = False
    wrapper: str | None = None


NOT_CONFINED = Level("D")


def confining_levels() -> tuple[Level, ...]:
    """The levels worth trying on this machine, best first. Whether they work is found by trying."""
    levels: list[Level] = []
    if sys.platform == "linux":
        levels += [
            Level("A", namespaces=True, landlock=True, seccomp=True),
            Level("B", landlock=True, seccomp=True),
        ]
    for wrapper in ("bwrap", "sandbox-exec"):
        found = shutil.which(wrapper)
        if found is not None:
            levels.append(Level("C", seccomp=sys.platform == "linux" and seccomp.supported(), wrapper=found))
    return tuple(levels)


def environment() -> dict[str, str]:
    """The environment of a worker: nothing of ours, one thread, the same hashes in every run."""
    fixed = {
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TMPDIR": "/nonexistent",
    }
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return fixed if libraries is None else {**fixed, "LD_LIBRARY_PATH": libraries}


def command(level: Level, policy: Policy, control: int) -> list[str]:
    """The command that starts a worker; `control` is the descriptor it inherits. Raises InputError."""
    wanted = {
        "namespaces": level.namespaces,
        "landlock": level.landlock,
        "seccomp": level.seccomp,
        "packages": policy.packages,
        "blocked": policy.blocked_modules,
        "memory": policy.memory,
    }
    folder = str(HERE)
    prefix: list[str] = []
    if level.wrapper is not None and level.wrapper.endswith("bwrap"):
        folder = "/sandbox"
        prefix = _bubblewrap(level.wrapper, _readable(policy), folder)
    elif level.wrapper is not None:
        prefix = [level.wrapper, "-p", _seatbelt([*_readable(policy), folder])]
    # -B: no bytecode is written. -s: no packages of the user's home.
    return [*prefix, policy.python, "-sB", "-c", START, folder, str(control), json.dumps(wanted)]


def _readable(policy: Policy) -> list[str]:
    """Existing paths that a worker needs to read."""
    arguments = [policy.python, "-sB", "-c", LIST_READABLE, str(HERE)]
    arguments.append(json.dumps([policy.packages, policy.blocked_modules]))
    done = subprocess.run(arguments, env=environment(), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise InputError(f"the interpreter {policy.python} does not work: {last}")
    return [path for path in json.loads(done.stdout) if os.path.exists(path)]


def _bubblewrap(wrapper: str, paths: list[str], folder: str) -> list[str]:
    # Neither /proc, where a child could write into the worker's memory, nor /dev with its shared memory.
    binds = [part for path in paths for part in (_bind_option(path), path, path)]
    new = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    own = ["--ro-bind", str(HERE / "inside"), f"{folder}/inside"]
    return [wrapper, *new, *binds, *own, "--remount-ro", "/", "--chdir", "/", "--"]


def _bind_option(path: str) -> str:
    return "--dev-bind" if path.startswith("/dev/") else "--ro-bind"


def _seatbelt(paths: list[str]) -> str:
    """A profile of macOS's sandbox: reads below `paths`, forks, and nothing else."""
    places = " ".join(f"(subpath {json.dumps(os.path.realpath(path))})" for path in paths)
    return (
        "(version 1)(deny default)(allow process-fork)(allow sysctl-read)(allow file-read-metadata)"
        f"(allow process-exec file-read* {places} (literal {json.dumps(os.path.realpath(sys.executable))}))"
        '(allow file-read* (subpath "/System") (subpath "/usr/lib") (literal "/dev/urandom"))'
        '(allow file-read* file-write-data (literal "/dev/null"))(allow signal (target children))'
    )
