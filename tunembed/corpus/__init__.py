"""Programs to learn from: LLVM IR of functions, without copies."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
