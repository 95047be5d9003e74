"""Deeply nested code without a crash."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import contextlib
import sys
import threading
from collections.abc import Iterator

from tunembed.parsers._errors import CSyntaxError, Location

_FRAMES = 6000
_lock = threading.Lock()
_users = 0
_before = 0


@contextlib.contextmanager
def deep_recursion(location: Location) -> Iterator[None]:
    """Allow six thousand nested calls; report more of them at a place.

    Parameters
    ----------
    location : Location
        For the error.

    Raises
    ------
    CSyntaxError
        If that is not enough.
    """
    global _users, _before
    with _lock:
        if _users == 0:
            _before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_before, _FRAMES))
        _users += 1
    try:
        yield
    except RecursionError:
        raise CSyntaxError("the code is nested too deeply", location) from None
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                sys.setrecursionlimit(_before)
