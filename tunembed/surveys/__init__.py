"""Runtime tables measured here, to be repeated elsewhere."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.surveys._openmp import survey_openmp
from tunembed.surveys._vectorization import survey_vectorization

__all__ = ["survey_openmp", "survey_vectorization"]
