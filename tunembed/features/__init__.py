"""Structure to matrix: programs and loop nests as named features."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.features._describe import describe, explain_row
from tunembed.features._errors import SampleError, SampleWarning
from tunembed.features._loop_nest_vectorizer import LoopNestVectorizer
from tunembed.features._program_parser import ProgramParser
from tunembed.features._table import FEATURES, Feature

__all__ = [
    "FEATURES",
    "Feature",
    "LoopNestVectorizer",
    "ProgramParser",
    "SampleError",
    "SampleWarning",
    "describe",
    "explain_row",
]
