"""The main job: database, matching, tune(), campaign, benchmarks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._records import TuningRecord
from tunembed.tuning._schema import DatabaseError

__all__ = ["DatabaseError", "TuningDatabase", "TuningRecord"]
