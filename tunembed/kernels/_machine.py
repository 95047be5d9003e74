"""Describe the machine, so that a measurement can be told from another's."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import contextlib
import hashlib
import json
import os
import platform
import re
import subprocess
from functools import lru_cache
from pathlib import Path

from tunembed._toolchain import Compiler

_ISA = (
    "sse2 sse4_2 avx avx2 fma f16c avx512f avx512dq avx512bw avx512vl avx512_vnni "
    "avx512_bf16 amx_tile asimd sve sve2 asimddp"
).split()
_CPU = Path("/sys/devices/system/cpu/cpu0/cache")


def available_cores() -> int:
    """Return how many cores this process may run on.

    Returns
    -------
    int
        At least 1.
    """
    with contextlib.suppress(AttributeError):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def machine_fingerprint(compiler: Compiler | None = None) -> dict[str, object]:
    """Describe this machine by what decides which program is fast on it.

    Nothing in it changes from run to run or names the user or the host.

    Parameters
    ----------
    compiler : Compiler, optional
        Adds the compiler's kind and version.

    Returns
    -------
    dict
        ``cpu`` (model name), ``architecture``, ``cores`` (that this process may use),
        ``caches`` (bytes by level, ``"L1d"``, ``"L2"``, ``"L3"``), ``isa`` (the vector
        extensions among its flags), ``memory_gib`` (rounded), ``os`` and, if asked for,
        ``compiler``. It can be written as JSON.
    """
    fingerprint: dict[str, object] = {**_hardware(), "cores": available_cores()}
    if compiler is not None:
        fingerprint["compiler"] = f"{compiler.kind} {compiler.version}"
    return fingerprint


def fingerprint_id(fingerprint: dict[str, object]) -> str:
    """Hash a fingerprint.

    Parameters
    ----------
    fingerprint : dict
        As `machine_fingerprint` returns it.

    Returns
    -------
    str
        Twelve hexadecimal digits; the same for equal fingerprints.
    """
    text = json.dumps(fingerprint, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _hardware() -> dict[str, object]:
    info = _cpuinfo()
    flags = set(re.split(r"\s+", info.get("flags") or info.get("Features") or ""))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": info.get("model name") or _sysctl() or platform.processor() or "unknown",
        "architecture": platform.machine(),
        "caches": _caches(),
        "isa": [name for name in _ISA if name in flags],
        "memory_gib": round(memory / 2**30),
        "os": platform.system(),
    }


def _cpuinfo() -> dict[str, str]:
    info: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            key, separator, value = line.partition(":")
            if separator:
                info.setdefault(key.strip(), value.strip())
    return info


def _sysctl() -> str:
    try:
        done = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _caches() -> dict[str, int]:
    caches: dict[str, int] = {}
    with contextlib.suppress(OSError):
        for index in sorted(_CPU.glob("index*")):
            kind = (index / "type").read_text().strip()
            if kind == "Instruction":
                continue
            level = (index / "level").read_text().strip()
            size = (index / "size").read_text().strip()
            units = {"K": 2**10, "M": 2**20, "G": 2**30}
            suffix = "d" if kind == "Data" else ""
            number = int(size.rstrip("KMG"))
            caches[f"L{level}{suffix}"] = number * units.get(size[-1], 1)
    return caches
