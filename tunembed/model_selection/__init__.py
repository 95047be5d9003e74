"""Splits that do not leak, what leaks through others, and scores under both."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.model_selection._evaluate import evaluate
from tunembed.model_selection._leakage import LeakageReport
from tunembed.model_selection._near_copies import near_copies
from tunembed.model_selection._scores import bootstrap_interval, summarize
from tunembed.model_selection._splits import USUAL, make_splits

__all__ = [
    "LeakageReport",
    "USUAL",
    "bootstrap_interval",
    "evaluate",
    "make_splits",
    "near_copies",
    "summarize",
]
