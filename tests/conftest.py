"""A small tuning database, made by a real campaign over three tiny kernels."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shutil
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from tunembed.tuning import TuningDatabase, campaign

# Their inner loops walk down columns: in normal form all of them are faster.
KERNELS = {
    "product": """\
/* tunembed: family dense
 * tunembed: sizes n=64 */
void product(int n, double A[restrict n][n], double B[restrict n][n],
             double C[restrict n][n])
{
    for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++)
                C[i][j] += A[i][k] * B[k][j];
}
""",
    "scaled": """\
/* tunembed: family layout
 * tunembed: sizes n=150 */
void scaled(int n, double x[restrict n][n], double y[restrict n][n])
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            y[i][j] = 2.0 * x[i][j];
}
""",
    "smooth": """\
/* tunembed: family stencil
 * tunembed: sizes n=120 */
void smooth(int n, double x[restrict n][n], double y[restrict n][n])
{
    for (int j = 1; j < n - 1; j++)
        for (int i = 1; i < n - 1; i++)
            y[i][j] = 0.25 * (x[i - 1][j] + x[i + 1][j] + x[i][j - 1] + x[i][j + 1]);
}
""",
}


class Campaigned(NamedTuple):
    """What a campaign left behind; not to be written to."""

    paths: list[Path]
    database: Path
    summary: pd.DataFrame


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Keep what is compiled in a folder of this run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("compiled")
        patch.setenv("TUNEMBED_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def campaigned(tmp_path_factory, compiled):
    folder = tmp_path_factory.mktemp("campaign")
    paths = [folder / f"{name}.c" for name in KERNELS]
    for path in paths:
        path.write_text(KERNELS[path.stem])
    store = TuningDatabase(folder / "known.sqlite", shipped=False)
    summary = campaign(paths, database=store, trials=2, threads=1)
    return Campaigned(paths, store.path, summary)


@pytest.fixture
def store(campaigned, tmp_path):
    """A copy of the campaign's database, to write to."""
    path = tmp_path / "known.sqlite"
    shutil.copy(campaigned.database, path)
    return TuningDatabase(path, shipped=False)
