"""The socket between parent and worker: a JSON object a line, and descriptors. No student comes near it."""

from __future__ import annotations

import array
import json
import socket
from collections.abc import Sequence
from typing import Any

MAX_MESSAGE = 1 << 14


class Control:
    """One end of the socket."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=descriptor)

    def send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Sends `message`; the other side gets copies of `descriptors`. Raises OSError when it is gone."""
        rights = (
            [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        )
        self._socket.sendmsg([json.dumps(message).encode("ascii") + b"\n"], rights)

    def receive(self, timeout: float | None = None) -> tuple[dict[str, Any], list[int]]:
        """The next message and its descriptors; an empty message when the other side is gone.

        Raises TimeoutError (socket.timeout) after `timeout` seconds.
        """
        self._socket.settimeout(timeout)
        text, descriptors = b"", array.array("i")
        while not text.endswith(b"\n") and len(text) < MAX_MESSAGE:
            data, ancillary, _, _ = self._socket.recvmsg(MAX_MESSAGE, socket.CMSG_SPACE(descriptors.itemsize))
            for level, kind, content in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
            if not data:
                return {}, list(descriptors)
            text += data
        return json.loads(text), list(descriptors)

    def close(self) -> None:
        """Ends the conversation; a worker then ends."""
        self._socket.close()
