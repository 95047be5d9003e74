"""LLVM IR through LLVM: checked, and printed in today's syntax."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

_WORKER = Path(__file__).with_name("_worker.py")
_MEMORY = 4 << 30
_SECONDS = 4.0
_SECONDS_PER_BYTE = 1e-6


class ReaderError(RuntimeError):
    """LLVM refused a module, or came to grief over it."""


class Reader:
    """A process in which LLVM reads one module after the other.

    It starts with the first module and is started anew after one that ended it: LLVM
    aborts on some malformed input, and no caller should.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._owner = 0
        atexit.register(self.close)

    def check(self, data: bytes) -> None:
        """Raise a `ReaderError` unless LLVM accepts a module.

        Parameters
        ----------
        data : bytes
            Text or bitcode.
        """
        self._ask(b"c", data)

    def printed(self, data: bytes) -> str:
        """Return a module as this LLVM prints it.

        Parameters
        ----------
        data : bytes
            Text or bitcode.

        Returns
        -------
        str

        Raises
        ------
        ReaderError
            If it is not valid, takes too long or ends the process.
        """
        return self._ask(b"p", data)

    def _ask(self, what: bytes, data: bytes) -> str:
        with self._lock:
            try:
                answer = self._exchange(what + data)
            except BaseException:
                self.close()
                raise
        text = answer[1:].decode(errors="replace")
        if answer[:1] != b"+":
            raise ReaderError(text)
        return text

    def close(self) -> None:
        """End the process; the next module starts another one."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.wait()

    def _exchange(self, data: bytes) -> bytes:
        connection = self._started()
        seconds = _SECONDS + len(data) * _SECONDS_PER_BYTE
        try:
            connection.send_bytes(data)
            if not connection.poll(seconds):
                raise ReaderError(f"LLVM did not finish within {seconds:.0f} s")
            return connection.recv_bytes()
        except (EOFError, ConnectionError):
            raise ReaderError("LLVM gave up: the text ended its process") from None

    def _started(self) -> Connection:
        """Return the connection to a living process of our own."""
        if self._owner != os.getpid():  # a fork shares the pipe with its parent
            self._process = self._connection = None
        if self._connection is None:
            self._owner = os.getpid()
            self._connection, other = Pipe()
            handle = other.fileno()
            command = [sys.executable, "-P", str(_WORKER), str(_MEMORY), str(handle)]
            self._process = subprocess.Popen(
                command,
                pass_fds=[handle],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what LLVM says when it aborts
            )
            other.close()
        return self._connection
