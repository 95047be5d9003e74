"""Which versions of a function are the same machine code."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import re

from tunembed.surveys._versions import PREFIX

_END = re.compile(r"^\.Lfunc_end\d+:\n", re.MULTILINE)
_LABEL = re.compile(rf"^{PREFIX}(\d+):", re.MULTILINE)
_COMMENT = re.compile(r"[ \t]*#[^\n]*")
# Labels carry the number of the function that they are in.
_LOCAL = re.compile(r"\.L(BB|CPI|JTI|tmp|func_begin|func_end)(\d+)")
_NAMED = re.compile(rf"\b{PREFIX}\d+\b")
_UNRELATED = (".size", ".globl", ".type", ".file", ".ident")
_REMARK = re.compile(
    rf"^{PREFIX}(\d+):\d+:\d+: remark: (?:vectorized loop \(vectorization width: "
    r"(\d+), interleaved count: (\d+)\)|interleaved loop \(interleaved count: (\d+)\))",
    re.MULTILINE,
)


def code_hashes(assembly: str) -> dict[int, str]:
    """Hash the code and the constants of each version.

    Parameters
    ----------
    assembly : str
        What clang prints for a text of `write_versions`.

    Returns
    -------
    dict of int to str
        By version; equal for versions that are the same but for their names.
    """
    hashes = {}
    for part in _END.split(assembly):
        label = _LABEL.search(part)
        if label is not None:
            text = _LOCAL.sub(r".L\1", _NAMED.sub(PREFIX, _COMMENT.sub("", part)))
            lines = [
                line
                for line in map(str.strip, text.splitlines())
                if line and not line.startswith(_UNRELATED)
            ]
            digest = hashlib.sha256("\n".join(lines).encode())
            hashes[int(label[1])] = digest.hexdigest()[:16]
    return hashes


def applied_factors(remarks: str) -> dict[int, str]:
    """Return what the vectoriser did, such as ``"16x4"``, by version.

    Parameters
    ----------
    remarks : str
        What clang prints with ``-Rpass=loop-vectorize``.

    Returns
    -------
    dict of int to str
        Of copies of a loop in one version, the first. A version in which nothing was
        vectorised or interleaved is missing.
    """
    applied: dict[int, str] = {}
    for number, width, count, alone in _REMARK.findall(remarks):
        applied.setdefault(int(number), f"{width or 1}x{count or alone}")
    return applied
