"""The losses of a training as a plot.

Run it from the root of the repository, with matplotlib::

    python tests/benchmarks/encoder_curves.py docs/results/pretraining.csv

The file is ``curves.csv`` of a training's folder; a plot of the same name is left
beside it. A row of the file is the mean of 50 steps.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure


def draw(curves, path):
    """Draw a panel for each objective."""
    names = [name for name in curves if name not in ("step", "seconds")]
    figure = Figure(figsize=(2.6 * len(names), 2.6))
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for panel, name in zip(panels, names, strict=True):
        panel.plot(curves["step"], curves[name], lw=1.0)
        panel.set(title=name, xlabel="step", yscale="log")
        panel.grid(which="both", lw=0.3)
    panels[0].set_ylabel("loss")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("curves", type=Path)
    asked = parser.parse_args()
    draw(pd.read_csv(asked.curves), asked.curves.with_suffix(".svg"))


if __name__ == "__main__":
    main()
