"""The networks of the MIREncoder in numpy: what is needed to embed, and no more."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
