"""LLVM IR to functions, loops and program graphs."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
