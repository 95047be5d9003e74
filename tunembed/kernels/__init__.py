"""Compile, run, verify and time C."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.kernels._argument import ArgumentSpec
from tunembed.kernels._build import BASELINE_FLAGS, Build
from tunembed.kernels._callables import measure_callables
from tunembed.kernels._calm import CalmTime
from tunembed.kernels._compare import Tolerance
from tunembed.kernels._kernel import Kernel
from tunembed.kernels._machine import (
    available_cores,
    fingerprint_id,
    machine_fingerprint,
)
from tunembed.kernels._measure import Effort, Measurement
from tunembed.kernels._outcome import (
    ArgumentError,
    CompileError,
    CrashError,
    KernelError,
    KernelMemoryError,
    KernelTimeoutError,
    NondeterministicError,
    Outcome,
    OutOfBoundsError,
)
from tunembed.kernels._program import Program, measure_programs
from tunembed.kernels._sizes import declared_sizes, default_sizes, verification_sizes
from tunembed.kernels._statistics import median_interval

__all__ = [
    "BASELINE_FLAGS",
    "ArgumentError",
    "ArgumentSpec",
    "Build",
    "CalmTime",
    "CompileError",
    "CrashError",
    "Effort",
    "Kernel",
    "KernelError",
    "KernelMemoryError",
    "KernelTimeoutError",
    "Measurement",
    "NondeterministicError",
    "OutOfBoundsError",
    "Outcome",
    "Program",
    "Tolerance",
    "available_cores",
    "declared_sizes",
    "default_sizes",
    "fingerprint_id",
    "machine_fingerprint",
    "measure_callables",
    "measure_programs",
    "median_interval",
    "verification_sizes",
]
