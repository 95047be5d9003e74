"""C declarations of local variables and parameters."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import ScheduleError


def declaration(scop: Scop, name: str) -> str:
    """Return the declaration of a local variable, without semicolon or value."""
    local = scop.privates[name]
    text = f"{local.dtype} {'*' if local.is_pointer else ''}{local.name}"
    for extent in local.shape:
        if extent is None:
            raise ScheduleError(f"{local.location}: '{name}' has no declared size")
        text += f"[{extent.to_c()}]"
    return text
