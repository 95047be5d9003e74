"""Performance embeddings and transfer tuning of C/OpenMP loop nests."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# The names most people need, each with the room it lives in; imported at first use,
# so that `import tunembed` costs nothing.
_HOMES = {
    "GradientBoostingRecommender": "tunembed.estimators",
    "IRVectorizer": "tunembed.features",
    "LoopNestVectorizer": "tunembed.features",
    "MIREncoder": "tunembed.embeddings",
    "NearestNeighborRecommender": "tunembed.estimators",
    "PerformanceEmbedding": "tunembed.embeddings",
    "ProgramParser": "tunembed.features",
    "RegressionRecommender": "tunembed.estimators",
    "TuningDatabase": "tunembed.tuning",
    "evaluate": "tunembed.model_selection",
    "explain": "tunembed.tuning",
    "find_loop_nests": "tunembed.parsers",
    "parse_c": "tunembed.parsers",
    "parse_llvm_ir": "tunembed.parsers",
    "tune": "tunembed.tuning",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tunembed' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
