"""Namespaces: a worker with its own processes, network, mounts and users, and no privilege over the host's.

In its process namespace the worker is number 1: it cannot name, so cannot signal, any process outside, and
when it ends the kernel kills every process inside. Its network has no interface but a loopback that is down.
Its mounts are read-only. Source: namespaces(7), user_namespaces(7), mount_setattr(2).
"""

from __future__ import annotations

import ctypes
import os
import struct

from .system_calls import (
    CAPSET,
    MOUNT_SETATTR,
    PR_CAPBSET_DROP,
    machine,
    mount,
    prctl,
    system_call,
    unshare,
)

KINDS: dict[str, int] = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "network": 0x40000000,
}
MS_PRIVATE, MS_REC = 1 << 18, 1 << 14
AT_RECURSIVE, MOUNT_ATTR_RDONLY = 0x8000, 1
CAPABILITY_VERSION_3 = 0x20080522


def enter() -> None:
    """Moves this process into new namespaces; its children, not itself, are in the new process namespace.

    Raises OSError where the kernel or its administrator does not let this user. Must be called before any
    thread is started.
    """
    user, group = os.getuid(), os.getgid()
    flags = 0
    for flag in KINDS.values():
        flags |= flag
    unshare(flags)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    mount(b"/", MS_PRIVATE | MS_REC)


def freeze_mounts() -> None:
    """Makes every mount of this namespace read-only. Raises OSError."""
    attributes = ctypes.create_string_buffer(struct.pack("QQQQ", MOUNT_ATTR_RDONLY, 0, 0, 0), 32)
    root = ctypes.create_string_buffer(b"/")
    at_any_folder = -100
    system_call(
        MOUNT_SETATTR,
        at_any_folder,
        ctypes.addressof(root),
        AT_RECURSIVE,
        ctypes.addressof(attributes),
        len(attributes),
    )


def drop_privileges() -> None:
    """Gives up every capability, now and for any program executed later: root becomes an ordinary user."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one this kernel knows, or not ours to drop
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0), 8)
    none = ctypes.create_string_buffer(24)
    system_call(CAPSET[machine()], ctypes.addressof(header), ctypes.addressof(none))


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
