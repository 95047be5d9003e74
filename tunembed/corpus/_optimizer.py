"""One module at several levels of optimisation, for one run of the front end."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import atexit
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

_WORKER = Path(__file__).with_name("_optimizer_worker.py")
_MEMORY = 4 << 30
_SECONDS = 30.0


class OptimizerError(RuntimeError):
    """LLVM refused a module, or came to grief over it."""


class Optimizer:
    """A process in which LLVM optimises one module after the other.

    It is started with the first module, and anew after one that ended it. The passes
    are those of LLVM's own pipelines for x86-64, vectorisation from O2 on.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        atexit.register(self.close)

    def optimized(self, data: bytes, level: str, vectorize: bool = True) -> str:
        """Return a module's text after the passes of a level.

        Parameters
        ----------
        data : bytes
            Bitcode or text.
        level : {"O0", "O1", "O2", "O3"}
        vectorize : bool, default=True
            Whether loops may be vectorised, from O2 on: not for a GPU.

        Returns
        -------
        str

        Raises
        ------
        OptimizerError
            If it is not valid, takes too long or ends the process.
        """
        try:
            letter = "v" if vectorize else "-"
            answer = self._exchange(f"{level[1:]}{letter}".encode() + data)
        except BaseException:
            self.close()
            raise
        text = answer[1:].decode(errors="replace")
        if answer[:1] != b"+":
            raise OptimizerError(text)
        return text

    def close(self) -> None:
        """End the process; the next module starts another one."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.wait()

    def _exchange(self, data: bytes) -> bytes:
        connection = self._started()
        try:
            connection.send_bytes(data)
            if not connection.poll(_SECONDS):
                raise OptimizerError(f"LLVM did not finish within {_SECONDS:.0f} s")
            return connection.recv_bytes()
        except (EOFError, ConnectionError):
            raise OptimizerError("LLVM gave up: the module ended its process") from None

    def _started(self) -> Connection:
        if self._connection is None:
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
