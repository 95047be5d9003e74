"""Structure to matrix: programs and loop nests as named features."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.features._describe import describe, explain_row
from tunembed.features._errors import SampleError, SampleWarning
from tunembed.features._feature import Feature
from tunembed.features._graph_vectorizer import GraphVectorizer
from tunembed.features._ir_table import IR_FEATURES
from tunembed.features._ir_tokens import numbered_statements
from tunembed.features._ir_vectorizer import IRVectorizer
from tunembed.features._loop_nest_vectorizer import LoopNestVectorizer
from tunembed.features._node_words import node_words
from tunembed.features._normalized import normalized_statements, normalized_tokens
from tunembed.features._openmp_table import OPENMP_FEATURES
from tunembed.features._openmp_vectorizer import OpenMPVectorizer
from tunembed.features._program_parser import ProgramParser
from tunembed.features._table import FEATURES
from tunembed.features._token_vectorizer import TokenVectorizer
from tunembed.features._weisfeiler_lehman import graph_hash

__all__ = [
    "FEATURES",
    "Feature",
    "GraphVectorizer",
    "IRVectorizer",
    "IR_FEATURES",
    "LoopNestVectorizer",
    "OPENMP_FEATURES",
    "OpenMPVectorizer",
    "ProgramParser",
    "SampleError",
    "SampleWarning",
    "TokenVectorizer",
    "describe",
    "explain_row",
    "graph_hash",
    "node_words",
    "normalized_statements",
    "normalized_tokens",
    "numbered_statements",
]
