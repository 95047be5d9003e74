"""The command line: arguments in, calls to the package, tables out."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.cli._main import main

__all__ = ["main"]
