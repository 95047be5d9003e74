"""One module at several levels of optimisation, for one run of the front end."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pathlib import Path

from tunembed._llvm_process import LLVMProcess

_SECONDS = 30.0


class Optimizer:
    """LLVM's optimiser, of one module after the other, in a process of its own.

    The passes are those of LLVM's own pipelines for a module's target, vectorisation
    from O2 on.
    """

    def __init__(self) -> None:
        self._llvm = LLVMProcess(Path(__file__).with_name("_optimizer_worker.py"))

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
        LLVMError
            If it is not valid, takes too long or ends the process.
        """
        letter = "v" if vectorize else "-"
        return self._llvm.ask(f"{level[1:]}{letter}".encode() + data, _SECONDS)
