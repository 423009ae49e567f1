"""This side's end of the channel to a child: frames, each awaited until a deadline and no longer."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from typing import Any

from verification.grading.sandbox.caller import Array
from verification.grading.sandbox.inside import frames


class Channel:
    """A stream socket to a child that may say anything, or nothing."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self.deadline = time.monotonic()

    def allow(self, seconds: float) -> None:
        """From now on everything on this channel must be done in `seconds` of wall clock."""
        self.deadline = time.monotonic() + seconds

    def send(self, header: dict[str, Any], arrays: Sequence[Array] = ()) -> None:
        """Sends a frame. Raises TimeoutError, BrokenPipeError."""
        for piece in frames.encode(header, arrays):
            self._wait()
            self._stream.sendall(piece)

    def receive(self) -> tuple[dict[str, Any], list[Array]]:
        """The next frame. Raises TimeoutError, EOFError, frames.BadFrame."""
        return frames.decode(self._read)

    def is_quiet(self) -> bool:
        """Whether nothing has come that was not asked for. The end of the stream is quiet, too."""
        self._stream.setblocking(False)
        try:
            return self._stream.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return True
        except OSError:
            return True  # a reset stream: the next answer will be missed

    def finish(self) -> bool:
        """Says that this was all. Whether the stream then ends without another byte. Raises TimeoutError."""
        try:
            self._stream.shutdown(socket.SHUT_WR)
        except OSError:
            return True  # it has ended already
        return self._read(memoryview(bytearray(1))) == 0

    def _read(self, view: memoryview) -> int:
        self._wait()
        try:
            return self._stream.recv_into(view)
        except ConnectionResetError:
            return 0

    def _wait(self) -> None:
        """Gives the next operation the time that is left. Raises TimeoutError if there is none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._stream.settimeout(left)
