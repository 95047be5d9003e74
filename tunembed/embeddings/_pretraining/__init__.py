"""How the MIREncoder is trained; needs the extra ``pretrain``."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause
