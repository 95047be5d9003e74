"""What recommenders learn from their targets, be it labels or runtimes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunembed.estimators._labels import encode, most_frequent, read_labels, union
from tunembed.estimators._runtime_table import (
    align_columns,
    as_label_array,
    column_of,
    is_runtime_table,
    log_ratios,
    read_runtime_table,
)


class TargetMixin:
    """Reads labels or runtime tables for an estimator with the parameter `baseline`."""

    baseline: Any
    classes_: NDArray[Any]
    baseline_: Any
    labels_: NDArray[np.intp] | None
    log_ratios_: Any
    scale_: float

    def _learn_targets(self, y: Any) -> None:
        """Learn from the targets all that does not depend on features."""
        self.labels_ = self.log_ratios_ = None
        self.scale_ = 1.0
        if is_runtime_table(y):
            table = read_runtime_table(y)
            first = table.configurations[0] if self.baseline is None else self.baseline
            self.baseline_ = first
            column = column_of(table.configurations, first)
            self.log_ratios_ = log_ratios(table, column)
            self.classes_ = as_label_array(table.configurations)
            self.scale_ = float(np.nanstd(self.log_ratios_)) or 1.0
        else:
            y = read_labels(y)
            self.baseline_ = (
                most_frequent(y) if self.baseline is None else self.baseline
            )
            self.classes_ = union(y, [self.baseline_])
            self.labels_ = encode(y, self.classes_)

    def _require_targets(self, y: Any) -> None:
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None: give labels or a runtime table."
            )

    def _require_same_kind(self, y: Any) -> None:
        """Refuse to go on with labels after a runtime table, or the other way round."""
        if is_runtime_table(y) != (self.labels_ is None):
            kinds = "a runtime table", "labels"
            raise ValueError(
                f"the recommender was fitted to {kinds[self.labels_ is not None]}, but "
                f"transfer got {kinds[self.labels_ is None]}."
            )

    def _add_labels(self, y: Any) -> None:
        """Add the labels of more samples, new ones as well."""
        y = read_labels(y)
        classes = union(self.classes_, y)
        known = encode(self.classes_, classes)[self.labels_]
        self.labels_ = np.concatenate([known, encode(y, classes)])
        self.classes_ = classes

    def _read_more(self, y: Any) -> tuple[list[Any], NDArray[np.float64]]:
        """Return all configurations, and log-ratios of a table in that order."""
        table = read_runtime_table(y)
        ratios = log_ratios(table, column_of(table.configurations, self.baseline_))
        known = self.classes_.tolist()
        classes = known + [c for c in table.configurations if c not in set(known)]
        return classes, align_columns(ratios, table.configurations, classes)

    def _add_ratios(
        self,
        classes: list[Any],
        observed: NDArray[np.float64],
        offset: NDArray[np.float64],
        n_source: int,
    ) -> None:
        """Add log-ratios of more samples; correct those of the first by an offset."""
        known = self.classes_.tolist()
        kept = align_columns(self.log_ratios_, known, classes)
        kept[:n_source, : len(known)] += offset
        self.log_ratios_ = np.concatenate([kept, observed])
        self.classes_ = as_label_array(classes)
