"""Programs to learn from: sources to LLVM IR of functions, each of them once."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.corpus._build import build_corpus
from tunembed.corpus._corpus import Corpus
from tunembed.corpus._errors import CorpusError, PackageError
from tunembed.corpus._find import ORIGINS, find_packages
from tunembed.corpus._package import Contents, Package, Unit
from tunembed.corpus._summary import summarize
from tunembed.corpus._tree import DirectoryPackage

__all__ = [
    "ORIGINS",
    "Contents",
    "Corpus",
    "CorpusError",
    "DirectoryPackage",
    "Package",
    "PackageError",
    "Unit",
    "build_corpus",
    "find_packages",
    "summarize",
]
