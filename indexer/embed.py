"""Text to unit vectors: the Embedder protocol and its two engines."""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from tokenizers import Tokenizer

from indexer import encoder
from indexer.onnx_encoder import OnnxEncoder
from indexer.onnx_encoder import Vectors as Vectors
from indexer.pieces import Pieces
from kb.errors import Unavailable
from kb.settings import Settings
from kb.text import detect_language

Progress = Callable[[int], None]

DEFAULT = "default"
QUERY, PASSAGE = "query: ", "passage: "  # the prompts that multilingual-e5 was trained with
ENGLISH_WEIGHT = 0.6  # of the English part; .5 to .7 differ by less than a point of hit@1 on every set
MAX_ENGLISH_TOKENS = 256  # the length that the English encoder was trained for


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their cosine."""

    @property
    def id(self) -> str:
        """Name these vectors: two embedders with one id give the same vector for the same text."""

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""

    @property
    def parts(self) -> tuple[int, ...]:
        """Return the lengths of the parts of a vector that are compared each for itself, and then added."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), dimension) for what people ask."""

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return an array of shape (len(texts), dimension) for what is searched in."""


class OnnxEmbedder:
    """ONNX Runtime, no torch: a multilingual encoder, and beside it one that knows English better.

    A vector has a part of each. The English part of a question in another language is zero: it is compared by
    the multilingual part alone. Together they lift hit@1 from .775 to .825 on wixqa (160 questions), .856 to
    .897 on wixqa-open and .922 to .929 on banking77, for half as much time again.

    Dynamic int8 scales activations over everything in a run; in batches the cosine between two encodings
    of one text falls to .994. Texts go through a pool of threads instead, one intra-op thread each; single
    ones too, for more threads than cores only take the caches from each other (8 clients: 66 searches a
    second in their own threads, 91 through the pool).
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embedder")
        words = Tokenizer.from_file(str(folder / encoder.ENGLISH / "tokenizer.json"))
        words.no_padding()
        words.enable_truncation(MAX_ENGLISH_TOKENS)
        words.encode_special_tokens = True  # "[SEP]" typed by a customer is text
        self._any = OnnxEncoder(folder, Pieces(str(folder / encoder.PIECES)).encode)
        self._english = OnnxEncoder(folder / encoder.ENGLISH, lambda text: list(words.encode(text).ids))
        self._id = f"{folder.name}-{self._any.bits}-{self._english.bits}"

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return sum(self.parts)

    @property
    def parts(self) -> tuple[int, ...]:
        return self._any.dimension, self._english.dimension

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._query, texts, None)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode(self._passage, texts, progress)

    def _encode(
        self, one: Callable[[str], Vectors], texts: Sequence[str], progress: Progress | None
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, vector in enumerate(self._pool.map(one, texts)):
            vectors[row] = vector
            if progress:
                progress(1)
        return vectors

    def _query(self, text: str) -> Vectors:
        vector = self._any.encode(QUERY + text)
        if not _is_english(text):
            return np.concatenate([vector, np.zeros(self._english.dimension, dtype=np.float32)])
        return _joined(vector, self._english.encode(text))

    def _passage(self, text: str) -> Vectors:
        return _joined(self._any.encode(PASSAGE + text), self._english.encode(text))


def _joined(vector: Vectors, english: Vectors) -> Vectors:
    joined = np.concatenate([vector, ENGLISH_WEIGHT * english]) / math.hypot(1.0, ENGLISH_WEIGHT)
    return joined.astype(np.float32)


def _is_english(text: str) -> bool:
    """Tell English; a text too short to tell is, unless it is in another script."""
    language = detect_language(text)
    return language == "en" or (language is None and text.isascii())


class SentenceTransformersEmbedder:
    """Any sentence-transformers embedder, by hub id or local folder, on the GPU where there is one."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer  # loads torch: 6 s, wanted by this engine alone

        try:
            self._encoder = SentenceTransformer(name)
        except Exception as error:  # the hub, the disk and transformers each raise their own
            raise Unavailable(_no_embedder(name, error)) from error
        self._id = name
        self._dimension = int(self._encoder.get_embedding_dimension() or 0)

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def parts(self) -> tuple[int, ...]:
        return (self._dimension,)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._encoder.encode_query(list(texts), **_QUIET))

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        parts = [np.empty((0, self._dimension), dtype=np.float32)]
        for start in range(0, len(texts), _SLICE):
            part = list(texts[start : start + _SLICE])
            parts.append(self._unit(self._encoder.encode_document(part, **_QUIET)))
            if progress:
                progress(len(part))
        return np.concatenate(parts)

    def _unit(self, vectors: Any) -> Vectors:
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self._dimension)


class AbsentEmbedder:
    """Stands where the embedder of the settings cannot be opened: words are searched, meaning is not."""

    id = ""
    dimension = 0
    parts = (0,)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Raise Unavailable with the reason."""
        raise Unavailable(self.reason)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Raise Unavailable with the reason."""
        raise Unavailable(self.reason)


_QUIET = {"normalize_embeddings": True, "show_progress_bar": False, "convert_to_numpy": True}
_SLICE = 256  # texts between two steps of the progress bar


def _no_embedder(name: str, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return (
        f"The embedder “{name}” cannot be loaded ({reason}). PRECEDENT_EMBEDDER takes “{DEFAULT}”, "
        "the id of a sentence-transformers embedder on a hub that can be reached, or a folder that holds one."
    )


def open_embedder(settings: Settings) -> Embedder:
    """Open the embedder that the settings name; the default one is prepared first where it is missing."""
    if settings.embedder == DEFAULT:
        return OnnxEmbedder(encoder.prepared_folder(settings.cache_dir), settings.threads)
    return SentenceTransformersEmbedder(settings.embedder)
