"""C kernels from seeds: their parts, and one file for each family of loop nests."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
