"""Read the weights image of the default embedder (format `E5S1`, little endian)."""

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.errors import Unavailable

MAGIC = b"E5S1"
BLOCK = 32  # weights in a 4-bit block: one f16 scale, then 16 bytes of nibbles
BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram pieces with their log probabilities, and the ids of the special ones."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Image:
    """A whole image: sizes, vocabulary and tensors by name, as float32 vectors without shape."""

    shape: Shape
    vocabulary: Vocabulary
    tensors: dict[str, npt.NDArray[np.float32]]


class _Cursor:
    """A position in the image that moves as values are read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, format_: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + format_, self.data, self.at)
        self.at += struct.calcsize("<" + format_)
        return values

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def read_image(path: Path) -> Image:
    """Read the image at `path`; raises Unavailable when it is not one."""
    cursor = _Cursor(path.read_bytes())
    if cursor.bytes(4) != MAGIC:
        raise Unavailable(f"{path.name} is not a weights image: it does not begin with {MAGIC.decode()}.")
    try:
        cursor.take("I")  # version
        shape = Shape(*cursor.take("7if"))
        (block,) = cursor.take("i")
        if block != BLOCK:
            raise Unavailable(f"{path.name} has blocks of {block} weights; blocks of {BLOCK} can be read.")
        vocabulary = _vocabulary(cursor)
        _skip_normalisation_map(cursor)
        return Image(shape, vocabulary, _tensors(cursor))
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise Unavailable(f"The weights image {path.name} is damaged: {error}.") from error


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unk = cursor.take("5i")
    (blob_length,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = cursor.bytes(blob_length)
    texts = (blob[start:end].decode() for start, end in itertools.pairwise(offsets))
    return Vocabulary(list(zip(texts, scores.tolist(), strict=True)), bos, eos, pad, unk)


def _skip_normalisation_map(cursor: _Cursor) -> None:
    """Pass over the map: it is sentencepiece's nmt_nfkc, which `indexer.tokens` states as rules."""
    _, length = cursor.take("iI")
    cursor.bytes(length)


def _tensors(cursor: _Cursor) -> dict[str, npt.NDArray[np.float32]]:
    (count,) = cursor.take("i")
    tensors = {}
    for _ in range(count):
        (name_length,) = cursor.take("H")
        name = cursor.bytes(name_length).decode()
        dtype, size, offset, length = cursor.take("BIQQ")
        raw = np.frombuffer(cursor.data, np.uint8, length, offset)
        tensors[name] = _unpack_4bit(raw, size) if dtype == 1 else raw.view("<f4")[:size]
    return tensors


def _unpack_4bit(raw: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.float32]:
    """Turn blocks (f16 scale, 16 bytes of nibbles) into `size` floats: (nibble - 8) x scale."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.float32)
    flat: npt.NDArray[np.float32] = ((nibbles - 8.0) * scales).reshape(-1)[:size]
    return flat
