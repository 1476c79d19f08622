"""The multilingual part of our embedder alone, doing what the plain script does: like beside like.

Ours as it ships has an English encoder, words and more beside it, so that neither its times nor its hits can
be set against a script that has one encoder.
"""

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from bench import comparison, encoding
from bench.encoding import Encoding
from bench.spread import Spread, timed
from indexer import encoder
from indexer.embed import DEFAULT, PASSAGE, QUERY, Embedder, Progress, Vectors
from indexer.onnx_encoder import OnnxEncoder
from indexer.pieces import Pieces
from kb.documents import Document
from kb.imports import Query
from kb.settings import Settings


@dataclass(frozen=True, slots=True)
class Alone:
    """How fast it encodes, seconds to encode and index all texts, times of one query, and hit@1."""

    encoding: Encoding
    build: float
    search: Spread
    hit_at_1: float | None


class Multilingual:
    """The default embedder without the English encoder."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._encoder = open_encoder(folder)
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)
        self._id = f"{folder.name}-alone"

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    def parts(self) -> tuple[int, ...]:
        return (self.dimension,)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(QUERY, texts)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode(PASSAGE, texts)

    def _encode(self, prompt: str, texts: Sequence[str]) -> Vectors:
        return np.stack(list(self._pool.map(lambda text: self._encoder.encode(prompt + text), texts)))


def open_encoder(folder: Path) -> OnnxEncoder:
    """Open the multilingual encoder in the folder of the default embedder."""
    return OnnxEncoder(folder, Pieces(str(folder / encoder.PIECES)).encode)


def open_alone(settings: Settings, embedder: Embedder) -> Embedder:
    """Return the part that the plain script has too; of an embedder that a user names that is all of it."""
    if settings.embedder != DEFAULT:
        return embedder
    return Multilingual(encoder.prepared_folder(settings.cache_dir), settings.threads)


def measure(
    embedder: Embedder,
    documents: Sequence[Document],
    asked: Sequence[Query],
    relevant: Mapping[str, Mapping[str, int]],
    short: Sequence[str],
) -> Alone:
    """Encode, index and search the texts of the plain script, in the same kind of index."""
    encoded = encoding.measure(embedder, [query.text for query in asked], short)
    rows = comparison.rows(documents)
    index = faiss.IndexFlatIP(embedder.dimension)
    build = timed(lambda: index.add(embedder.passages([text for _, text in rows])))
    seconds, first = [], []
    for query in asked:
        begun = time.perf_counter()
        _, found = index.search(embedder.queries([query.text]), comparison.NEAREST)
        first.append(rows[found[0][0]][0])
        seconds.append(time.perf_counter() - begun)
    return Alone(encoded, build, Spread.of(seconds), comparison.hit_at_1(asked, first, relevant))
