"""A brute-force oracle for legality: run a function, reorder its trace, compare."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
