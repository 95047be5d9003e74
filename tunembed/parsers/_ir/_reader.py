"""LLVM IR through LLVM: checked, and printed in today's syntax."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pathlib import Path

from tunembed._llvm_process import LLVMProcess

_SECONDS = 4.0
_SECONDS_PER_BYTE = 1e-6


class Reader:
    """LLVM's own reader, of one module after the other, in a process of its own."""

    def __init__(self) -> None:
        self._llvm = LLVMProcess(Path(__file__).with_name("_worker.py"))

    def check(self, data: bytes) -> None:
        """Raise an `LLVMError` unless LLVM accepts a module.

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
        LLVMError
            If it is not valid, takes too long or ends the process.
        """
        return self._ask(b"p", data)

    def _ask(self, what: bytes, data: bytes) -> str:
        return self._llvm.ask(what + data, _SECONDS + len(data) * _SECONDS_PER_BYTE)
