"""Models of suggestions on the disk: one file each in DATA/models, numbered, written whole, read back only if unbroken.

What a model is, is core/suggest.py; it holds no words.
"""

import os
import re
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np

from northbank.core.suggest import About, Advice, Model, advise

HEAD = b"northbank suggest 1\n"
_NAME = re.compile(r"^suggest-(\d{4,})\.model$")


class ModelError(Exception):
    """A model file that cannot be read; the one sentence says which and what to do."""


class _Stored(msgspec.Struct, frozen=True):
    """A model as bytes: 32-bit buckets, 32-bit rarity and bias, 16-bit weights, little-endian."""

    about: About
    buckets: bytes
    rarity: bytes
    weights: bytes
    bias: bytes


def next_version(folder: Path) -> str:
    """The number of the next model of this folder."""
    return f"suggest-{max((n for n, _ in _models(folder)), default=0) + 1:04d}"


def write_model(folder: Path, model: Model) -> Path:
    """Keep a model; the file is there whole or not at all."""
    folder.mkdir(exist_ok=True, mode=0o700, parents=True)
    stored = _Stored(
        model.about, model.buckets.astype("<i4").tobytes(), model.rarity.astype("<f4").tobytes(),
        model.weights.astype("<f2").tobytes(), model.bias.astype("<f4").tobytes(),
    )  # fmt: skip
    body = msgspec.msgpack.encode(stored)
    path = folder / f"{model.about.version}.model"
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(HEAD + sha256(body).digest() + body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def read_model(path: Path) -> Model:
    """A model from its file; raises ModelError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model {path} cannot be read ({error.strerror or error}).") from error
    body = data[len(HEAD) + 32 :]
    if not data.startswith(HEAD) or sha256(body).digest() != data[len(HEAD) : len(HEAD) + 32]:
        raise ModelError(f"The model {path} is broken; remove it or train again: northbank train suggest.")
    try:
        stored = msgspec.msgpack.decode(body, type=_Stored)
        about = stored.about
        return Model(
            about=about, buckets=np.frombuffer(stored.buckets, "<i4"), rarity=np.frombuffer(stored.rarity, "<f4"),
            weights=np.frombuffer(stored.weights, "<f2").astype(np.float32).reshape(about.pieces, len(about.types)),
            bias=np.frombuffer(stored.bias, "<f4"),
        )  # fmt: skip
    except (msgspec.DecodeError, ValueError) as error:
        raise ModelError(f"The model {path} is of another Northbank; train again: northbank train suggest.") from error


def _models(folder: Path) -> list[tuple[int, Path]]:
    """Number and file of every model here, in order."""
    found = [(int(match[1]), path) for path in folder.glob("suggest-*.model") if (match := _NAME.match(path.name))]
    return sorted(found)


class NewestModel:
    """The newest model of a folder, as flows ask it. `refresh` takes up one that came since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model: Model | None = None

    @property
    def about(self) -> About | None:
        """What is known of the model at hand."""
        return None if self.model is None else self.model.about

    def refresh(self) -> Model | None:
        """Read the newest file if it is not the one at hand; gives the model when it changed. Raises ModelError."""
        found = _models(self.folder)
        if not found or (self.model is not None and self.model.about.version == found[-1][1].stem):
            return None
        self.model = read_model(found[-1][1])
        return self.model

    def advise(self, text: str) -> Advice | None:
        """What the model says of a text; None without a model, or where it knows nothing in it."""
        return None if self.model is None else advise(self.model, text)
