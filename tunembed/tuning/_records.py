"""One measured candidate of one loop nest, and where the measurement is from."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np

from tunembed import __version__
from tunembed.kernels import fingerprint_id

SOURCES = ("campaign", "tune", "search")
FEATURE_PREFIX = "feature."

# Which table of the database holds which field (see _schema.py).
NEST_FIELDS = (
    "kernel",
    "family",
    "function",
    "nest",
    "kernel_hash",
    "nest_hash",
    "sizes",
    "roles",
)
TIME_FIELDS = ("baseline_seconds", "seconds", "speedup", "low", "high")
RECORD_FIELDS = (*TIME_FIELDS, "verified", "status", "version", "created", "source")

_LONGEST_TEXT = 100_000
_TEXT_FIELDS = (
    "kernel",
    "family",
    "function",
    "kernel_hash",
    "nest_hash",
    "schedule",
    "status",
    "source",
    "version",
    "created",
)
_JSON_FIELDS = ("sizes", "roles", "schedule_json", "configuration", "machine")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, kw_only=True, eq=False)
class TuningRecord:
    """One trial: a schedule and a configuration measured on one loop nest.

    Structured fields (`sizes`, `roles`, `schedule_json`, `configuration`, `machine`)
    take a JSON value or its text and are kept as canonical JSON text. Two records with
    the same content have the same `id`, whichever file they are in.

    Parameters
    ----------
    kernel, family, function : str
        Name of the kernel, of its family (what a leave-one-family-out split removes),
        and of the C function.
    nest : int
        Position of the loop nest in the function.
    kernel_hash : str
        SHA-256 of the normalised source of the kernel.
    nest_hash : str
        Hash of the nest's canonical structure; equal for near-copies.
    sizes : dict of str to int, or JSON text
        Values of the size parameters of this measurement.
    features : array-like of shape (n_features,), float32
        The nest's features.
    feature_names : tuple of str
        Their names.
    roles : JSON value or text
        What the nest's loops and arrays do, to match a schedule to another nest.
    schedule : str
        The schedule's text; empty for the baseline.
    schedule_json : JSON value or text
        The schedule's JSON form.
    configuration : dict or JSON text
        Compiler, flags, vector width, threads.
    baseline_seconds, seconds : float
        Median run time of the original and of the candidate, in seconds; NaN where it
        was not measured.
    speedup, low, high : float
        Ratio of the baseline's to the candidate's time, and its 95 % interval.
    verified : bool
        Whether the outputs agreed with those of the original.
    status : str
        ``"ok"``, or what happened instead, such as ``"crash"`` or ``"timeout"``.
    machine : dict or JSON text
        The machine's fingerprint.
    source : {"campaign", "tune", "search"}
        What made the measurement.
    version : str
        Version of tunembed that made it.
    created : str
        When, as ISO 8601 with the offset to UTC.

    Attributes
    ----------
    id, nest_id : int
        64-bit hashes of the record's and of the nest's content.
    machine_id : str
        `tunembed.kernels.fingerprint_id` of the machine's fingerprint.

    Raises
    ------
    ValueError
        If a field has a value that it cannot have; the message names the field.
    """

    kernel: str
    family: str
    function: str
    nest: int
    kernel_hash: str
    nest_hash: str
    sizes: Any
    features: Any
    feature_names: tuple[str, ...]
    roles: Any
    schedule: str
    schedule_json: Any
    configuration: Any
    baseline_seconds: float = math.nan
    seconds: float = math.nan
    speedup: float = math.nan
    low: float = math.nan
    high: float = math.nan
    verified: bool = False
    status: str = "ok"
    machine: Any = field(default_factory=dict)
    source: str = "tune"
    version: str = __version__
    created: str = field(default_factory=_now)

    def __post_init__(self) -> None:
        def keep(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        for name in _JSON_FIELDS:
            keep(name, _json_text(name, getattr(self, name)))
        for name in TIME_FIELDS:
            keep(name, _time(name, getattr(self, name)))
        keep("verified", _truth(self.verified))
        keep("nest", _position(self.nest))
        keep("feature_names", tuple(self.feature_names))
        keep("features", _vector(self.features, self.feature_names))
        for name in _TEXT_FIELDS:
            _check_text(name, getattr(self, name))
        if self.source not in SOURCES:
            raise ValueError(f"source must be one of {SOURCES}. Got {self.source!r}.")
        _check_date(self.created)

    @cached_property
    def nest_id(self) -> int:
        order, names = _sorted_names(self.feature_names)
        return content_id(
            *(str(getattr(self, name)) for name in NEST_FIELDS),
            names,
            self.features[order].astype("<f4").tobytes(),
        )

    @cached_property
    def id(self) -> int:
        own = (str(getattr(self, name)) for name in RECORD_FIELDS)
        return content_id(
            str(self.nest_id),
            self.machine,
            self.schedule,
            self.schedule_json,
            self.configuration,
            *own,
        )

    @property
    def machine_id(self) -> str:
        return machine_id(self.machine)

    def to_row(self) -> dict[str, Any]:
        """Return the record as one flat row; features are ``feature.<name>``."""
        names = [f.name for f in fields(self) if not f.name.startswith("feature")]
        row = {name: getattr(self, name) for name in names}
        for name, value in zip(self.feature_names, self.features.tolist(), strict=True):
            row[FEATURE_PREFIX + name] = float(f"{value:.9g}")  # exact for float32
        return row

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "TuningRecord":
        """Build a record from a flat row, of texts or of values.

        Parameters
        ----------
        row : mapping
            As `to_row` returns it; an absent feature is absent from the mapping.

        Returns
        -------
        TuningRecord

        Raises
        ------
        ValueError
            If a column is missing, unknown, or holds what it cannot hold.
        """
        own = {f.name for f in fields(cls)} - {"features", "feature_names"}
        values = {k: v for k, v in row.items() if k in own}
        features = {k: v for k, v in row.items() if k.startswith(FEATURE_PREFIX)}
        if missing := sorted(own - values.keys()):
            raise ValueError(f"missing column {missing[0]!r}")
        if unknown := sorted(row.keys() - values.keys() - features.keys()):
            raise ValueError(f"unknown column {unknown[0]!r}")
        return cls(
            features=[_number(name, value) for name, value in features.items()],
            feature_names=tuple(k.removeprefix(FEATURE_PREFIX) for k in features),
            **values,
        )


def content_id(*parts: str | bytes) -> int:
    """Return a signed 64-bit hash of some texts, stable across runs and machines."""
    data = [part.encode() if isinstance(part, str) else part for part in parts]
    head = b"".join(len(part).to_bytes(8, "little") for part in data)
    digest = blake2b(head + b"".join(data), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


@lru_cache(maxsize=256)
def machine_id(text: str) -> str:
    """Return the readable id of a machine from its fingerprint's JSON text."""
    return fingerprint_id(json.loads(text))


@lru_cache(maxsize=256)
def _sorted_names(names: tuple[str, ...]) -> tuple[list[int], str]:
    if len(set(names)) != len(names) or not all(isinstance(n, str) for n in names):
        raise ValueError("feature_names must be different texts.")
    order = sorted(range(len(names)), key=names.__getitem__)
    return order, json.dumps([names[i] for i in order])


@lru_cache(maxsize=4096)  # most records of a file share most of their texts
def _canonical(text: str) -> str:
    return _dump(json.loads(text))


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _json_text(name: str, value: Any) -> str:
    try:
        text = _canonical(value) if isinstance(value, str) else _dump(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} is not a JSON value: {error}") from None
    _check_text(name, text)
    return text


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text. Got {value!r}.")
    if len(value) > _LONGEST_TEXT or "\0" in value:
        raise ValueError(
            f"{name} must be a text of at most {_LONGEST_TEXT} characters without NUL. "
            f"Got {len(value)} characters."
        )
    if not value.isascii() and not _is_unicode(value):
        raise ValueError(f"{name} must be Unicode without lone surrogates.")


def _is_unicode(text: str) -> bool:
    return text.encode(errors="replace").decode() == text


def _check_date(text: str) -> None:
    try:
        aware = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise ValueError(
            f"created must be ISO 8601 with an offset to UTC. Got {text!r}."
        )


def _number(name: str, value: Any) -> float:
    if value is None or value == "":
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a number. Got {value!r}.") from None


def _time(name: str, value: Any) -> float:
    number = _number(name, value)
    if not math.isnan(number) and not (number >= 0 and math.isfinite(number)):
        raise ValueError(f"{name} must be finite and not negative. Got {value!r}.")
    return number


def _truth(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false", "0", "1"):
        raise ValueError(f"verified must be true or false. Got {value!r}.")
    return text in ("true", "1")


def _position(value: Any) -> int:
    number = _number("nest", value)
    if not (number >= 0 and number == number // 1 and number < 2**31):
        raise ValueError(f"nest must be a position, 0 or more. Got {value!r}.")
    return int(number)


def _vector(values: Any, names: tuple[str, ...]) -> np.ndarray:
    with np.errstate(over="ignore"):
        vector = np.array(values, dtype=np.float32)
    if vector.shape != (len(names),):
        raise ValueError(
            f"features must have shape ({len(names)},), one per name. "
            f"Got {vector.shape}."
        )
    _sorted_names(names)
    if np.isinf(vector).any():
        first = names[int(np.flatnonzero(np.isinf(vector))[0])]
        raise ValueError(f"features must not be infinite. Feature {first!r} is.")
    vector.flags.writeable = False
    return vector
