"""What the tuning database says about a nest: recipes of the nests nearest to it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunembed.embeddings import PerformanceEmbedding
from tunembed.estimators import NearestNeighborRecommender
from tunembed.schedules import Roles
from tunembed.tuning._recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

    from tunembed.tuning._database import TuningDatabase

BASELINE = "baseline"

# Ten trials are bets: what one near neighbour gained much from is worth one of them.
_SHRINKAGE = 0.1
# One nest alone has nothing that it is nearer than.
_FEWEST = 2
# How many more nests are asked where the nearest suggest too little that is legal.
_WIDER = (30, 100)


@dataclass(frozen=True)
class Neighbor:
    """A known nest near the one in question."""

    kernel: str
    family: str
    nest: int
    distance: float


@dataclass(frozen=True)
class Suggestion:
    """A recipe of a neighbour.

    Attributes
    ----------
    recipe : Recipe
    expected_speedup : float
        Of the whole neighbour kernel, weighted over the neighbours.
    confidence : float
        Between 0 and 1.
    roles : Roles
        Of the nest it was learnt on, under canonical names.
    neighbor : Neighbor
    """

    recipe: Recipe
    expected_speedup: float
    confidence: float
    roles: Roles
    neighbor: Neighbor


class Knowledge:
    """The nests of a database in one view, ready to be asked.

    Parameters
    ----------
    database : TuningDatabase
    view : {"normal", "raw", "whole"}
    feature_names : sequence of str
        Features of the nests that will be asked about.
    compilers : collection of str
        Kinds of compilers that are present.
    exclude_families, exclude_structures : collection of str, default=()
        Families, and nest structures (near-copies), that must not be used: for
        evaluation without leaks.
    n_neighbors : int, default=10
    """

    def __init__(
        self,
        database: TuningDatabase,
        view: str,
        feature_names: tuple[str, ...],
        compilers: Collection[str],
        *,
        exclude_families: Collection[str] = (),
        exclude_structures: Collection[str] = (),
        n_neighbors: int = 10,
    ) -> None:
        table = _usable(database.records(), view, compilers)
        table = table[~table["family"].isin(list(exclude_families))]
        table = table[~table["nest_hash"].isin(list(exclude_structures))]
        known = int(table["nest_id"].nunique())
        self.size = known if known >= _FEWEST else 0
        if not self.size:
            return
        self.nests = table.drop_duplicates("nest_id").reset_index(drop=True)
        self.roles = [Roles.from_dict(json.loads(t)) for t in self.nests["roles"]]
        features, _, _ = database.features(self.nests, feature_names=feature_names)
        self.runtimes = _runtimes(table, self.nests["nest_id"])
        self.embedding = PerformanceEmbedding(n_components=64)
        embedded = self.embedding.fit_transform(features, self.runtimes)
        counts = {min(count, self.size) for count in (n_neighbors, *_WIDER)}
        self.recommenders = [
            NearestNeighborRecommender(
                n_neighbors=count, baseline=BASELINE, shrinkage=_SHRINKAGE
            ).fit(embedded, self.runtimes, groups=self.nests["family"])
            for count in sorted(counts)
        ]

    def neighbors(self, features: np.ndarray, k: int = 5) -> list[Neighbor]:
        """Return the nearest known nests."""
        if not self.size or np.isnan(features).all():
            return []
        embedded = self.embedding.transform(features[None, :])
        distances, indices = self.recommenders[0].kneighbors(
            embedded, n_neighbors=min(k, self.size)
        )
        return [
            self._neighbor(int(i), float(d))
            for d, i in zip(distances[0], indices[0], strict=True)
        ]

    def suggest(self, features: np.ndarray, k: int = 20) -> Iterator[list[Suggestion]]:
        """Yield recipes of the nearest nests, best first; then of more and more."""
        if not self.size or np.isnan(features).all():
            return
        embedded = self.embedding.transform(features[None, :])
        for recommender in self.recommenders:
            distances, indices = recommender.kneighbors(embedded)
            ranked = recommender.rank(embedded, k=k)
            yield self._suggestions(ranked, distances[0], indices[0])

    def _suggestions(
        self, ranked: pd.DataFrame, distances: np.ndarray, indices: np.ndarray
    ) -> list[Suggestion]:
        suggestions = []
        for row in ranked.itertuples():
            if row.configuration == BASELINE:
                continue
            found = self._holder(row.configuration, distances, indices)
            if found is not None:
                suggestions.append(
                    Suggestion(
                        Recipe.parse(row.configuration),
                        float(row.expected_speedup),
                        float(row.confidence),
                        self.roles[found[0]],
                        self._neighbor(*found),
                    )
                )
        return suggestions

    def _holder(
        self, label: str, distances: np.ndarray, indices: np.ndarray
    ) -> tuple[int, float] | None:
        known = self.runtimes[label].notna().to_numpy()
        for distance, index in zip(distances, indices, strict=True):
            if known[index]:
                return int(index), float(distance)
        return None

    def _neighbor(self, index: int, distance: float) -> Neighbor:
        row = self.nests.iloc[index]
        return Neighbor(row["kernel"], row["family"], int(row["nest"]), distance)


def _usable(table: pd.DataFrame, view: str, compilers: Collection[str]) -> pd.DataFrame:
    """Return the verified records of a view for the compilers there are."""
    settings = [json.loads(text) for text in table["configuration"]]
    fits = [s.get("view") == view and s.get("compiler") in compilers for s in settings]
    kept = table[np.array(fits, dtype=bool) & table["verified"].astype(bool)]
    return kept[np.isfinite(kept["seconds"]) & (kept["seconds"] > 0)]


def _runtimes(table: pd.DataFrame, nests: pd.Series) -> pd.DataFrame:
    """Return the runtime table: nests x recipes, in seconds."""
    labels = [
        f"{s['view']} | {s['compiler']} | {text}"
        for s, text in zip(
            map(json.loads, table["configuration"]), table["schedule"], strict=True
        )
    ]
    relative = table["baseline_seconds"] / table["speedup"].where(table["speedup"] > 0)
    frame = table.assign(label=labels, relative=relative)
    runtimes = frame.pivot_table(
        index="nest_id", columns="label", values="relative", aggfunc="median"
    ).reindex(nests)
    base = frame.groupby("nest_id")["baseline_seconds"].median().reindex(nests)
    runtimes.insert(0, BASELINE, _form_seconds(runtimes).fillna(base))
    return runtimes.reset_index(drop=True)


def _form_seconds(runtimes: pd.DataFrame) -> pd.Series:
    """Return the seconds of the nests in their form without any schedule.

    A schedule's merit is what it adds to that: in a function brought into normal form
    even a useless one is much faster than the original.
    """
    plain = [label for label in runtimes if not str(label).split("|", 2)[2].strip()]
    return runtimes[plain].max(axis=1) if plain else runtimes.max(axis=1) * math.nan


def combined_speedup(shares: list[float], speedups: list[float]) -> float:
    """Return the speedup of a function whose nests get faster (Amdahl's law).

    Parameters
    ----------
    shares : list of float
        Share of the run time of each nest.
    speedups : list of float
        Speedup of each.
    """
    rest = max(0.0, 1.0 - sum(shares))
    time = rest + sum(s / max(r, 1e-9) for s, r in zip(shares, speedups, strict=True))
    return math.inf if time <= 0 else 1.0 / time
