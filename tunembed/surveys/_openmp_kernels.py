"""The OpenMP kernels of the survey: texts, arguments, sizes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from tunembed.kernels import ArgumentSpec
from tunembed.parsers import parse_c

FOLDER = files("tunembed.datasets") / "records" / "openmp"
SIZES = ("small", "medium", "large")
ENTRY = "tunembed_configured"
_LINE = re.compile(r"^ \* tunembed: (\w+) (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class OpenMPKernel:
    """A kernel whose parallel loops have ``schedule(runtime)``.

    Attributes
    ----------
    name, family, source : str
        Kernels of one family are alike.
    arguments : tuple of ArgumentSpec
    sizes : mapping of str to dict of str to int
        Of ``"small"``, ``"medium"`` and ``"large"``: some 50 us, 1 ms and 5 ms on one
        core of a server of 2024.
    """

    name: str
    family: str
    source: str
    arguments: tuple[ArgumentSpec, ...]
    sizes: Mapping[str, dict[str, int]]

    def configured(self, threads: int, schedule: str, chunk: int) -> str:
        """Return C text of `ENTRY`, which calls the kernel under a configuration.

        Parameters
        ----------
        threads : int
        schedule : {"static", "dynamic", "guided"}
        chunk : int
            0: the schedule's own.

        Returns
        -------
        str
        """
        pattern = rf"^(\w+) {self.name}\((.*?)\)\s*\{{"
        found = re.search(pattern, self.source, re.DOTALL | re.MULTILINE)
        assert found is not None
        called = ", ".join(argument.name for argument in self.arguments)
        value = "" if found[1] == "void" else "return "
        return (
            f"{self.source}\n#include <omp.h>\n"
            f"{found[1]} {ENTRY}({found[2]})\n{{\n"
            f"    omp_set_num_threads({threads});\n"
            f"    omp_set_schedule(omp_sched_{schedule}, {chunk});\n"
            f"    {value}{self.name}({called});\n}}\n"
        )


def read_kernel(text: str) -> OpenMPKernel:
    """Read a kernel's text: its header says what the signature does not.

    Parameters
    ----------
    text : str
        C text with lines `` * tunembed: family``, ``small``, ``medium``, ``large`` and,
        for index arrays, ``fill NAME index:EXTENT`` or ``fill NAME offsets:TOTAL``.

    Returns
    -------
    OpenMPKernel
    """
    (function,) = parse_c(text).functions.values()
    lines = _LINE.findall(text)
    said = dict(lines)
    fills = dict(words.split() for key, words in lines if key == "fill")
    arguments = tuple(
        ArgumentSpec(
            parameter.name,
            parameter.dtype,
            tuple(extent.to_c() for extent in parameter.shape if extent is not None),
            fills.get(parameter.name, "random"),
        )
        for parameter in function.parameters
    )
    sizes = {
        size: {
            name: int(value)
            for name, value in (word.split("=") for word in said[size].split())
        }
        for size in SIZES
        if size in said
    }
    return OpenMPKernel(function.name, said["family"], text, arguments, sizes)


def openmp_kernels() -> list[OpenMPKernel]:
    """Return the kernels that ship with the data set, by name."""
    found = sorted(FOLDER.iterdir(), key=lambda path: path.name)
    return [
        read_kernel(path.read_text("utf-8"))
        for path in found
        if path.name.endswith(".c")
    ]
