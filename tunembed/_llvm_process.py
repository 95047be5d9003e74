"""A process of its own for LLVM: what ends that one ends nothing else."""

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

_MEMORY = 4 << 30


class LLVMError(RuntimeError):
    """LLVM refused a module, or came to grief over it."""


class LLVMProcess:
    """A process in which a script answers about one module after the other.

    It starts with the first module and is started anew after one that ended it: LLVM
    aborts on some malformed input, and no caller should.

    Parameters
    ----------
    worker : Path
        The script. It is given a memory limit in bytes and the number of an open
        connection; it answers ``+`` and a text, or ``-`` and what is wrong.
    """

    def __init__(self, worker: Path) -> None:
        self.worker = worker
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._owner = 0
        atexit.register(self.close)

    def ask(self, message: bytes, seconds: float) -> str:
        """Return the answer to a message.

        Parameters
        ----------
        message : bytes
        seconds : float
            The longest it may take.

        Returns
        -------
        str

        Raises
        ------
        LLVMError
            If the script says what is wrong, takes too long, or ends.
        """
        with self._lock:
            try:
                answer = self._exchange(message, seconds)
            except BaseException:
                self.close()
                raise
        text = answer[1:].decode(errors="replace")
        if answer[:1] != b"+":
            raise LLVMError(text)
        return text

    def close(self) -> None:
        """End the process; the next message starts another one."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.wait()

    def _exchange(self, message: bytes, seconds: float) -> bytes:
        connection = self._started()
        try:
            connection.send_bytes(message)
            if not connection.poll(seconds):
                raise LLVMError(f"LLVM did not finish within {seconds:.0f} s")
            return connection.recv_bytes()
        except (EOFError, ConnectionError):
            raise LLVMError("LLVM gave up: the module ended its process") from None

    def _started(self) -> Connection:
        """Return the connection to a living process of our own."""
        if self._owner != os.getpid():  # a fork shares the pipe with its parent
            self._process = self._connection = None
        if self._connection is None:
            self._owner = os.getpid()
            self._connection, other = Pipe()
            handle = other.fileno()
            command = [sys.executable, "-P", str(self.worker), str(_MEMORY)]
            self._process = subprocess.Popen(
                [*command, str(handle)],
                pass_fds=[handle],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what LLVM says when it aborts
            )
            other.close()
        return self._connection
