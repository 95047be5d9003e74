"""Programs of students, in 104 classes: what each of them computes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import re
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._archive import Archive, read_members
from tunembed.datasets._bunch import check_choice, finished
from tunembed.datasets._copies import layout_hash

ARCHIVE = Archive(
    "guilhermeivo/dataset-poj-104", "28790c701b1d595ad61665c95752581a751da1f0"
)
# codexglue/<class>/<number>.cpp
PROGRAM = re.compile(r"codexglue/(\d+)/(\d+)\.cpp")
SHA256 = "bb90e83a9c37b5760bc6f00d9be4901dd784c8e05da53f4ebc5626c98402997e"
LICENSE = "C-UDA (Computational Use of Data Agreement)"
# By class, so that none is in two of them.
SUBSETS = {
    "all": range(1, 105),
    "train": range(1, 65),
    "validation": range(65, 81),
    "test": range(81, 105),
}
DESCR = """\
POJ-104
-------

{rows} programs in C and C++ that students handed in to a judge for {classes} problems;
the target is the problem. Nothing was measured: it is for pretraining, and for
classifying code. The subsets "train", "validation" and "test" are those of CodeXGLUE,
which asks whether two programs solve the same problem: their problems are not the same,
so that a classifier must be trained and tested on "all".

Mind what is known of all 52,000. All but 58 programs lack their ``#include`` lines. The
files hold the problems 65 and 81 twice, under other numbers: each program is here once.
Copies but for comments and white space share ``groups["source"]``: twelve pairs, each
handed in for two problems.
"""
REFERENCES = [
    "L. Mou, G. Li, L. Zhang, T. Wang, Z. Jin. Convolutional Neural Networks over Tree "
    "Structures for Programming Language Processing. AAAI 2016.",
    "S. Lu et al. CodeXGLUE: A Machine Learning Benchmark Dataset for Code "
    "Understanding and Generation. NeurIPS Datasets and Benchmarks 2021.",
]


def fetch_poj104(
    subset: str = "all",
    *,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Fetch programs of students by the problem that they solve.

    Parameters
    ----------
    subset : {"all", "train", "validation", "test"}, default="all"
        All problems, or those of a subset of CodeXGLUE: 1 to 64, 65 to 80, 81 to 104.
    data_home : path-like, optional
        Where archives are kept; scikit-learn's data home if not given.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether ``data`` and ``target`` are Series.
    n_retries : int, default=3
    delay : float, default=1.0
        Seconds between them.

    Returns
    -------
    data : Bunch
        ``data`` (a list of texts), ``target`` (the problem, 1 to 104), ``runtimes`` and
        ``configurations`` (None), ``groups`` (a DataFrame: problem, and source, the
        same for programs that differ in comments and white space only), ``names`` (of
        the files, without ``.cpp``), ``feature_names`` (None), ``DESCR``, ``license``,
        ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the subset is not known, or the files are not those that are known.

    References
    ----------
    .. [1] L. Mou, G. Li, L. Zhang, T. Wang, Z. Jin. "Convolutional Neural Networks over
       Tree Structures for Programming Language Processing". AAAI 2016.

    Examples
    --------
    >>> from tunembed.datasets import fetch_poj104
    >>> programs = fetch_poj104("validation")  # doctest: +SKIP
    >>> len(programs.data), len(set(programs.target))  # doctest: +SKIP
    (8000, 16)
    """
    check_choice("subset", subset, SUBSETS)
    members = read_members(
        ARCHIVE,
        lambda path: PROGRAM.fullmatch(path) is not None,
        SHA256,
        data_home=data_home,
        n_retries=n_retries,
        delay=delay,
    )
    rows = [
        (int(problem), int(number), content)
        for path, content in members.items()
        for problem, number in [PROGRAM.sub(r"\1 \2", path).split()]
        if int(problem) in SUBSETS[subset]
    ]
    files = pd.DataFrame(rows, columns=["problem", "number", "content"])
    files = files.sort_values(["problem", "number"])
    files = files.drop_duplicates(["problem", "content"], ignore_index=True)
    # The encodings of the students are gone: all files are valid UTF-8.
    texts = files["content"].map(bytes.decode).astype(object).rename("program")
    groups = files[["problem"]].assign(source=[layout_hash(text) for text in texts])
    bunch = Bunch(
        data=texts,
        target=files["problem"],
        runtimes=None,
        configurations=None,
        groups=groups,
        names=[f"{row.problem}/{row.number}" for row in files.itertuples()],
        DESCR=DESCR.format(rows=len(files), classes=groups["problem"].nunique()),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)
