"""The loop transformations, one file each."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.schedules.steps._eliminate import Eliminate
from tunembed.schedules.steps._expand import Expand
from tunembed.schedules.steps._fission import Fission
from tunembed.schedules.steps._fuse import Fuse
from tunembed.schedules.steps._interchange import Interchange
from tunembed.schedules.steps._intervals import Intervals
from tunembed.schedules.steps._pack import PackStep
from tunembed.schedules.steps._parallel import ParallelStep
from tunembed.schedules.steps._privatize import Privatize
from tunembed.schedules.steps._register_tile import RegisterTile
from tunembed.schedules.steps._reorder import Reorder
from tunembed.schedules.steps._shift import Shift
from tunembed.schedules.steps._simd import Simd
from tunembed.schedules.steps._sink import Sink
from tunembed.schedules.steps._skew import Skew
from tunembed.schedules.steps._split import Split
from tunembed.schedules.steps._tile import Tile
from tunembed.schedules.steps._unroll import Unroll
from tunembed.schedules.steps._unroll_and_jam import UnrollAndJam

STEPS = {
    step.kind: step
    for step in (
        Eliminate,
        Expand,
        Fission,
        Fuse,
        Interchange,
        Intervals,
        PackStep,
        ParallelStep,
        Privatize,
        RegisterTile,
        Reorder,
        Shift,
        Simd,
        Sink,
        Skew,
        Split,
        Tile,
        Unroll,
        UnrollAndJam,
    )
}

__all__ = ["STEPS"]
