"""The main job: database, matching, tune(), campaign, benchmarks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.tuning._campaign import campaign
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._records import TuningRecord
from tunembed.tuning._result import TuneResult
from tunembed.tuning._schema import DatabaseError
from tunembed.tuning._search import SearchResult, search
from tunembed.tuning._tune import tune, tune_subject

__all__ = [
    "DatabaseError",
    "SearchResult",
    "TuneResult",
    "TuningDatabase",
    "TuningRecord",
    "campaign",
    "search",
    "tune",
    "tune_subject",
]
