"""How long it takes to judge a schedule and to print the C that it makes.

Run it from the root of the repository::

    python tests/benchmarks/proof_times.py ~/PolyBenchC-4.2.1 [--each 10] [--json]

Of every kernel the schedules are the one written by hand and, per nest and form, the
first ones that a search would try. The dependences, found once for a function, are not
counted. What is refused counts like what is admitted.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

import pandas as pd

from tunembed.schedules import Schedule, prepare, transform
from tunembed.tuning._benchmark_expert import expert_schedules
from tunembed.tuning._polybench import kernel_files, open_kernel
from tunembed.tuning._sketches import sketches
from tunembed.tuning._view import views_of


def proof_times(root, each):
    """Return one row per schedule: kernel, schedule, legal, seconds."""
    rows = []
    hand = {entry.kernel: entry.steps for entry in expert_schedules()}
    for file in kernel_files(root):
        kernel = open_kernel(file, root, "LARGE", None)
        candidates = []
        if file.stem in hand:
            own = prepare(kernel.function)
            candidates.append((own, Schedule.parse(hand[file.stem])))
        for view in views_of(kernel.function, kernel.subject.sizes):
            for nest in view.nests:
                found = itertools.islice(sketches(view.plan, nest), each)
                candidates += [(view.plan, schedule) for schedule in found]
        for plan, schedule in candidates:
            assert plan.dependences.union is not None
            start = time.perf_counter()
            verdict = transform(plan, schedule).verdict
            seconds = time.perf_counter() - start
            rows.append((file.stem, str(schedule), verdict.legal, seconds))
    return pd.DataFrame(rows, columns=["kernel", "schedule", "legal", "seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    table = proof_times(options.path, options.each)
    seconds = table["seconds"]
    slowest = table.loc[seconds.idxmax()]
    summary = {
        "schedules": len(table),
        "legal": int(table["legal"].sum()),
        "median": round(float(seconds.median()), 4),
        "95th percentile": round(float(seconds.quantile(0.95)), 4),
        "worst": round(float(seconds.max()), 4),
        "worst of": f"{slowest['kernel']}: {slowest['schedule'][:60]}",
    }
    if options.json:
        text = json.dumps(summary)
    else:
        text = "\n".join(f"{name:16s} {value}" for name, value in summary.items())
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
