"""Read a corpus."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tunembed.corpus._errors import CorpusError
from tunembed.corpus._schema import FILE, reading

if TYPE_CHECKING:
    import pandas as pd

_FUNCTIONS = """
SELECT functions.id, module, functions.name, source, packages.name AS package, origin,
       level, n_instructions
FROM functions JOIN modules ON modules.id = module JOIN files ON files.id = file
     JOIN packages ON packages.id = package
ORDER BY functions.id
"""
_DROPPED = """
SELECT packages.name AS package, origin, level, reason, number
FROM dropped JOIN packages ON packages.id = package ORDER BY packages.id, level, reason
"""
_PACKAGES = """
SELECT packages.id, name AS package, version, license, domain, origin,
       packages.status, round(seconds, 1) AS seconds, count(files.id) AS files,
       coalesce(sum(files.status = 'compiled'), 0) AS compiled
FROM packages LEFT JOIN files ON files.package = packages.id
GROUP BY packages.id ORDER BY packages.id
"""


class Corpus:
    """Functions of many programs as LLVM IR, each once, to be read only.

    Parameters
    ----------
    path : path-like
        The folder that `build_corpus` was given, or the ``corpus.sqlite`` in it.

    Raises
    ------
    CorpusError
        If there is no corpus, or it is damaged or of another version. Reading raises it
        too.

    See Also
    --------
    build_corpus : Makes one.

    Examples
    --------
    >>> from tunembed.corpus import Corpus
    >>> corpus = Corpus("corpus")  # doctest: +SKIP
    >>> corpus.functions["level"].value_counts()  # doctest: +SKIP
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        given = Path(path)
        self.path = given if given.suffix == ".sqlite" else given / FILE
        with reading(self.path):
            pass

    def __repr__(self) -> str:
        return f"Corpus({str(self.path.parent)!r})"

    @property
    def functions(self) -> pd.DataFrame:
        """The functions that were kept, in the order in which they were found.

        Columns: id; module, whose text has it; name, without the ``@``; source, the
        same for one function of one source file at all levels; package; origin
        (``"debian"``, ``"poj104"``, ``"generated"``, ``"opencl"``, ``"directory"``);
        level; n_instructions.
        """
        return self._table(_FUNCTIONS)

    @property
    def dropped(self) -> pd.DataFrame:
        """How many functions were not kept: package, origin, level, reason, number.

        Reasons: ``"copy"``, ``"near copy"``, ``"contaminated"``, ``"small"``,
        ``"large"``.
        """
        return self._table(_DROPPED)

    @property
    def settings(self) -> dict[str, str]:
        """With which settings it was built."""
        with reading(self.path) as connection:
            return dict(connection.execute("SELECT name, value FROM settings"))

    def modules(self, ids: Iterable[int] | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield modules: number, and text as bytes.

        Parameters
        ----------
        ids : iterable of int, optional
            Which ones, in that order; all if not given.

        Yields
        ------
        id : int
        text : bytes
            LLVM IR, for `tunembed.parsers.parse_llvm_ir`. It defines functions that
            were not kept as well.

        Raises
        ------
        CorpusError
            If one is not there, or damaged.
        """
        with reading(self.path) as connection:
            if ids is None:
                rows = connection.execute("SELECT id FROM modules ORDER BY id")
                ids = [number for (number,) in rows]
            for number in ids:
                row = connection.execute(
                    "SELECT text FROM modules WHERE id = ?", (int(number),)
                ).fetchone()
                if row is None:
                    raise CorpusError(f"There is no module {number} in {self.path}.")
                try:
                    text = zlib.decompress(row[0])
                except zlib.error as error:
                    raise CorpusError(
                        f"{self.path} is damaged: the text of module {number} cannot "
                        f"be read ({error})."
                    ) from error
                yield int(number), text

    def manifest(self) -> pd.DataFrame:
        """Return what the corpus is made of, a row per package.

        Returns
        -------
        DataFrame
            Columns: package, version, license, domain, origin, status (``"done"``,
            ``"open"``, or what is wrong), seconds (from the first to the last unit),
            files, compiled (how many of them the compiler took), functions (kept),
            sha256 (over the hashes and paths of the files).
        """
        table = self._table(_PACKAGES)
        kept = self.functions["package"].value_counts()
        table["functions"] = table["package"].map(kept).fillna(0).astype(int)
        table["sha256"] = table.pop("id").map(self._hash_of)
        return table

    def _hash_of(self, package: int) -> str:
        total = hashlib.sha256()
        with reading(self.path) as connection:
            rows = connection.execute(
                "SELECT sha256, path FROM files WHERE package = ? ORDER BY path",
                (package,),
            )
            for sha256, path in rows:
                total.update(f"{sha256}  {path}\n".encode(errors="surrogateescape"))
        return total.hexdigest()

    def _table(self, query: str) -> pd.DataFrame:
        import pandas as pd

        with reading(self.path) as connection:
            return pd.read_sql_query(query, connection)
