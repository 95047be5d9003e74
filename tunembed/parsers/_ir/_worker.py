"""Read LLVM IR in a process of its own: what kills this one kills nothing else.

Run as a script, without the rest of the package, with a memory limit in bytes and the
number of an open connection. Every message to it is ``c`` (check it) or ``p`` (print
it as well) and a module; every answer is ``+`` and what was asked for, or ``-`` and
what is wrong.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import resource
import sys
from multiprocessing.connection import Connection

import llvmlite.binding as llvm

BITCODE = (b"BC\xc0\xde", b"\xde\xc0\x17\x0b")


def read(data: bytes, *, printed: bool) -> bytes:
    """Check a module; return it as this LLVM prints it, if that is asked for."""
    if data.startswith(BITCODE):
        module = llvm.parse_bitcode(data)
    else:
        module = llvm.parse_assembly(data.decode())
    return str(module).encode() if printed else b""


def main(memory: int, handle: int) -> None:
    """Answer until there are no more modules."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(handle) as caller:
        while True:
            try:
                data = caller.recv_bytes()
            except EOFError:
                return
            try:
                answer = b"+" + read(data[1:], printed=data[:1] == b"p")
            except (RuntimeError, ValueError, MemoryError) as error:
                answer = b"-" + str(error).encode(errors="replace")
            caller.send_bytes(answer)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
