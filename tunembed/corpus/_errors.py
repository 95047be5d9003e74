"""What can be wrong with a corpus, or with what one is built of."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause


class CorpusError(ValueError):
    """A corpus cannot be built or read; the message says which and why."""


class PackageError(CorpusError):
    """The sources of one package cannot be had; the others are built without it."""
