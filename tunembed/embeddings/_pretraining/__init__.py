"""How the MIREncoder is trained; needs the extra ``pretrain``."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.embeddings._pretraining._pretrain import pretrain
from tunembed.embeddings._pretraining._settings import Training

__all__ = ["Training", "pretrain"]
