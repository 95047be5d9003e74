"""Weights of an encoder: read from a file that nobody has to trust, and checked."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunembed.embeddings._encoder._arrays import DEPTHS, GATES
from tunembed.embeddings._encoder._layers import Floats
from tunembed.embeddings._encoder._vocabulary import SPECIAL, Vocabulary

FORMAT = 2
MODALITIES = ("text", "graph")
_SETTINGS = {
    "pieces": {"components", "longest"},
    "text": {"layers", "heads", "hidden", "window"},
    "graph": {"components", "layers"},
}
_MOST_BYTES = 1 << 28


class WeightsError(ValueError):
    """A file of weights that cannot be used: what is wrong with it."""


@dataclass(frozen=True, eq=False)
class Weights:
    """What an encoder has learnt.

    Attributes
    ----------
    settings : dict
        Sizes of the networks.
    card : dict
        Where they come from: data, licence, seeds, metrics.
    vocabulary : Vocabulary
    arrays : dict of str to ndarray, dtype float32
    """

    settings: dict[str, dict[str, int]]
    card: dict[str, Any]
    vocabulary: Vocabulary
    arrays: dict[str, Floats]

    def width(self, modality: str) -> int:
        """Return the number of components of a modality."""
        part = "pieces" if modality == "text" else "graph"
        return self.settings[part]["components"]


def save_weights(path: str | os.PathLike[str], weights: Weights) -> None:
    """Write weights, in half precision."""
    arrays: dict[str, NDArray[Any]] = {
        name: array.astype(np.float16) for name, array in weights.arrays.items()
    }
    header = {"format": FORMAT, "settings": weights.settings, "card": weights.card}
    arrays["header"] = np.array(json.dumps(header))
    arrays["vocabulary"] = np.array(weights.vocabulary.pieces)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_weights(path: str | os.PathLike[str]) -> Weights:
    """Read weights.

    Raises
    ------
    WeightsError
        If the file is no archive of plain arrays, of another version, or has missing,
        superfluous, wrongly shaped or infinite arrays.
    OSError
        If it cannot be read.
    """
    path = Path(path)
    found = _plain_arrays(path)
    try:
        header = json.loads(str(found.pop("header")))
        pieces = [str(piece) for piece in found.pop("vocabulary")]
        version, settings, card = (header[k] for k in ("format", "settings", "card"))
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(
            f"{path} holds no weights of an encoder: its header or vocabulary is "
            f"missing or damaged ({error})"
        ) from None
    if version != FORMAT:
        raise WeightsError(
            f"{path} has format {version}, this release reads {FORMAT}; "
            "install the release that wrote it, or use weights='default'"
        )
    _check_settings(path, settings)
    if tuple(pieces[: len(SPECIAL)]) != SPECIAL or len(set(pieces)) != len(pieces):
        raise WeightsError(f"{path}: its vocabulary is damaged")
    arrays = _checked(path, found, expected_shapes(settings, len(pieces)))
    vocabulary = Vocabulary(pieces, settings["pieces"]["longest"])
    return Weights(settings, card, vocabulary, arrays)


def expected_shapes(
    settings: dict[str, dict[str, int]], n_pieces: int
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all arrays of an encoder."""
    text, graph = settings["text"], settings["graph"]
    width, longest = (settings["pieces"][k] for k in ("components", "longest"))
    inner, hidden = graph["components"], text["hidden"]
    shapes: dict[str, tuple[int, ...]] = {
        "pieces.weight": (n_pieces, width),
        "places.weight": (longest, width),
        "text.positions.weight": (text["window"], width),
        "text.depths.weight": (DEPTHS, width),
        "graph.kinds.weight": (3, inner),
        "graph.depths.weight": (DEPTHS, inner),
    }
    for layer in range(text["layers"]):
        name = f"text.layers.{layer}"
        shapes |= _norm(f"{name}.attend_norm", width)
        shapes |= _linear(f"{name}.attend", width, 3 * width)
        shapes |= _linear(f"{name}.output", width, width)
        shapes |= _feed_forward(name, width, hidden)
    shapes |= _feed_forward("text.statement", width, hidden)
    shapes |= _norm("text.norm", width)
    shapes |= _linear("graph.enter", width, inner)
    for layer in range(graph["layers"]):
        name = f"graph.layers.{layer}"
        shapes |= _norm(f"{name}.norm", inner)
        shapes |= _linear(f"{name}.own", inner, inner)
        shapes |= _linear(f"{name}.down", inner, inner)
        shapes[f"{name}.heard.weight"] = (inner, inner)
        shapes[f"{name}.gates.weight"] = (GATES, inner)
    return shapes | _norm("graph.norm", inner)


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _feed_forward(name: str, width: int, hidden: int) -> dict[str, tuple[int, ...]]:
    return (
        _norm(f"{name}.norm", width)
        | _linear(f"{name}.up", width, hidden)
        | _linear(f"{name}.down", hidden, width)
    )


def _plain_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive; nothing in it is run."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > _MOST_BYTES:
            raise WeightsError(
                f"{path} would take {size >> 20} MiB; weights take at most "
                f"{_MOST_BYTES >> 20}"
            )
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (ValueError, zipfile.BadZipFile, EOFError, KeyError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(
            f"{path} is no .npz file of plain arrays: {error}; pickled objects are "
            "never loaded"
        ) from None


def _check_settings(path: Path, settings: Any) -> None:
    try:
        is_right = all(
            set(settings[part]) == names
            and all(type(n) is int and n > 0 for n in settings[part].values())
            for part, names in _SETTINGS.items()
        )
        is_right &= settings["pieces"]["components"] % settings["text"]["heads"] == 0
    except (KeyError, TypeError):
        is_right = False
    if not is_right:
        raise WeightsError(f"{path}: its settings are not those of an encoder")


def _checked(
    path: Path, found: dict[str, NDArray[Any]], shapes: dict[str, tuple[int, ...]]
) -> dict[str, Floats]:
    odd = sorted(set(found) ^ set(shapes))
    if odd:
        state = "lacks" if odd[0] in shapes else "has a superfluous"
        raise WeightsError(f"{path} {state} array {odd[0]!r}")
    arrays = {}
    for name, shape in shapes.items():
        array = found[name]
        if array.shape != shape or array.dtype.kind != "f":
            raise WeightsError(
                f"{path}: array {name!r} has shape {array.shape} and dtype "
                f"{array.dtype}, not {shape} and floats"
            )
        arrays[name] = array.astype(np.float32)
        if not np.isfinite(arrays[name]).all():
            raise WeightsError(f"{path}: array {name!r} has infinite or missing values")
    return arrays
