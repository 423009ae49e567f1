"""The worker: imports the numerical libraries once, confines itself, and forks a child for each program.

Parent and worker talk over a socket of whole messages:

    parent -> worker   {"cpu": seconds} and the child's end of a channel     fork a child for it
    worker -> parent   {"child": process id}
    parent -> worker   {"end": grace seconds}                                it should be over
    worker -> parent   {"status": wait status, "killed": whether it had to be}

It never reads the channel: programs and inputs pass it by, so a child finds nothing of another's.
When the parent is gone, however it went, the socket ends and the worker ends with it.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import time
from typing import Any

from . import imports, landlock, limits, namespaces, readable, seccomp
from .control import Control

LIBRARIES = (
    "numpy",
    "scipy.linalg",
    "scipy.sparse.linalg",
    "scipy.spatial.distance",
    "scipy.special",
    "scipy.stats",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.preprocessing",
)


class Refused(Exception):
    """This worker cannot be what it was asked to be."""


def main(control_descriptor: int, wanted: dict[str, Any]) -> None:
    """Runs the worker until the parent is gone.

    wanted: "namespaces", "landlock", "seccomp" (whether to use them), "packages", "blocked", "memory" (bytes
    a child may add).
    """
    control = Control(control_descriptor)
    try:
        if wanted["namespaces"]:
            _enter_namespaces()
        ready = _prepare(wanted)
    except Exception as error:
        control.send({"refused": str(error)})
        return
    control.send(ready)
    _serve(control, wanted, ready["address_space"])


def _enter_namespaces() -> None:
    """Continues as process 1 of a new process namespace. The one outside waits for it and does nothing."""
    namespaces.enter()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)
    limits.die_with_parent()


def _prepare(wanted: dict[str, Any]) -> dict[str, Any]:
    """Imports, then locks the door. Returns what to tell the parent."""
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise Refused(f"{sys.executable} cannot import {name}: {error}") from None
    # After the libraries, whose absence it would report worse; before the door is locked.
    importlib.import_module(".student", __package__)

    imports.forget(wanted["blocked"])
    may_read = readable.readable(wanted["packages"], wanted["blocked"])
    sys.path[:] = readable.import_path(wanted["packages"])
    sys.path_importer_cache.clear()
    # Of the finders only Python's own stay: that of an editable install leads to this suite.
    own = [finder for finder in sys.meta_path if finder.__module__.startswith("_frozen_importlib")]
    sys.meta_path[:] = [imports.Gate(wanted["packages"], wanted["blocked"]), *own]
    address_space = limits.address_space()
    limits.adopt_orphans()
    layers = []
    if wanted["namespaces"]:
        namespaces.freeze_mounts()  # not earlier: when imported, libraries look for a place to write
    if wanted["landlock"]:
        namespaces.drop_privileges()
        layers.append(f"Landlock {landlock.restrict(may_read.files, may_read.folders)}")
    if wanted["seccomp"]:
        layers.append("seccomp")
    if wanted["namespaces"]:
        layers.append("namespaces")
    layers.append("resource limits")
    gc.collect()
    gc.freeze()  # children share these pages as long as the collector does not touch them
    return {
        "layers": layers,
        "address_space": address_space,
        "versions": {
            "python": sys.version.split()[0],
            **{name: sys.modules[name].__version__ for name in ("numpy", "scipy", "sklearn")},
        },
    }


def _serve(control: Control, wanted: dict[str, Any], address_space: int) -> None:
    while True:
        message, descriptors = control.receive()
        if "cpu" not in message or len(descriptors) != 1:
            return
        child = os.fork()
        if child == 0:
            _become_student(descriptors[0], wanted, message["cpu"], address_space)
        os.close(descriptors[0])
        control.send({"child": child})
        message, _ = control.receive()
        status, killed = _ended(child, float(message.get("end", 0)))
        _sweep(child)
        if "end" not in message:
            return
        control.send({"status": status, "killed": killed})


def _become_student(channel: int, wanted: dict[str, Any], cpu: int, address_space: int) -> None:
    """In the child: gives up what is left to give up, then serves. Never returns."""
    try:
        from . import student

        os.setsid()
        limits.die_with_parent()
        channel = limits.keep_only(channel)
        limits.limit(cpu, address_space + wanted["memory"])
        if wanted["seccomp"]:
            seccomp.restrict()
        else:
            limits.forbid_processes()
        student.serve(channel)
    finally:
        os._exit(70)


def _ended(child: int, grace: float) -> tuple[int, bool]:
    """The child's wait status, and whether it had to be killed for not ending within `grace` seconds."""
    give_up = time.monotonic() + grace
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status, False
        if time.monotonic() >= give_up:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1], True
        time.sleep(0.0005)


def _sweep(child: int) -> None:
    """Kills and reaps what a child may have left behind; where forking is forbidden there is nothing."""
    try:
        if os.getpid() == 1:
            os.kill(-1, signal.SIGKILL)
        else:
            os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
