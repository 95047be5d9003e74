"""The published tasks, scored under splits that do not leak."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.evaluation._comparison import Comparison, compare_representations
from tunembed.evaluation._comparison_report import lead, overview, write_comparison
from tunembed.evaluation._problem import Problem
from tunembed.evaluation._report import write_report
from tunembed.evaluation._representations import REPRESENTATIONS, encoder
from tunembed.evaluation._run import run_problems, run_task
from tunembed.evaluation._tasks import TASKS, Task

__all__ = [
    "REPRESENTATIONS",
    "TASKS",
    "Comparison",
    "Problem",
    "Task",
    "compare_representations",
    "encoder",
    "lead",
    "overview",
    "run_problems",
    "run_task",
    "write_comparison",
    "write_report",
]
