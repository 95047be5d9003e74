"""From torch to the arrays that are shipped, and back."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tunembed.embeddings._encoder._vocabulary import Vocabulary
from tunembed.embeddings._encoder._weights import Weights, expected_shapes
from tunembed.embeddings._pretraining._networks import Encoder, Settings


def to_weights(
    encoder: Encoder, settings: Settings, vocabulary: Vocabulary, card: dict[str, Any]
) -> Weights:
    """Return the arrays of an encoder, rounded as they will be in the file."""
    arrays = {
        name: tensor.detach().cpu().numpy().astype(np.float16).astype(np.float32)
        for name, tensor in encoder.state_dict().items()
    }
    shapes = expected_shapes(settings, len(vocabulary))
    assert {name: array.shape for name, array in arrays.items()} == shapes
    return Weights(settings, card, vocabulary, arrays)


def from_weights(weights: Weights) -> Encoder:
    """Return an encoder in torch with the arrays of a file."""
    encoder = Encoder(weights.settings, len(weights.vocabulary))
    own = encoder.state_dict()
    state = {name: torch.from_numpy(weights.arrays[name]) for name in own}
    encoder.load_state_dict(state)
    return encoder
