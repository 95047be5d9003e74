"""Runtime tables measured here, to be repeated elsewhere."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
