"""Optimise modules in a process of its own: what kills this one kills nothing else.

Run as a script, without the rest of the package, with a memory limit in bytes and the
number of an open connection. Every message to it is a digit, the level, then ``v`` or
``-``, whether loops may be vectorised, and a module as bitcode or text; every answer is
``+`` and the module's text, or ``-`` and what is wrong.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
import resource
import sys
from functools import lru_cache
from multiprocessing.connection import Connection

import llvmlite.binding as llvm

# The front end marks lifetimes for the optimiser; at -O0 it would not.
_LIFETIME = re.compile(r"^ +call void @llvm\.lifetime\..*\n", re.MULTILINE)
# Of the modules' triple the start, the target whose costs the passes ask for, and which
# of its processors.
_TARGETS = {
    "nvptx64": ("nvptx64-nvidia-cuda", "sm_70"),
    "": ("x86_64-unknown-linux-gnu", "x86-64"),
}


def optimized(data: bytes, level: int, vectorize: bool) -> str:
    """Return a module after the passes of a level; 0 are none."""
    if data.startswith(b"BC"):
        module = llvm.parse_bitcode(data)
    else:
        module = llvm.parse_assembly(data.decode())
    if not level:
        return _LIFETIME.sub("", str(module))
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = options.slp_vectorization = vectorize and level > 1
    builder = llvm.create_pass_builder(machine_of(module.triple), options)
    builder.getModulePassManager().run(module, builder)
    return str(module)


def machine_of(triple: str) -> llvm.TargetMachine:
    """Return the machine that a module with a triple is optimised for."""
    start = next(start for start in _TARGETS if triple.startswith(start))
    return _machine(*_TARGETS[start])


@lru_cache
def _machine(triple: str, cpu: str) -> llvm.TargetMachine:
    return llvm.Target.from_triple(triple).create_target_machine(cpu=cpu)


def main(memory: int, handle: int) -> None:
    """Answer until there are no more modules."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    with Connection(handle) as caller:
        while True:
            try:
                data = caller.recv_bytes()
            except EOFError:
                return
            try:
                text = optimized(data[2:], int(data[:1]), data[1:2] == b"v")
                answer = b"+" + text.encode()
            except (RuntimeError, ValueError, MemoryError) as error:
                answer = b"-" + str(error).encode(errors="replace")
            caller.send_bytes(answer)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
