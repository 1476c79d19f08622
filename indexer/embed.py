"""Text to unit vectors: the Embedder protocol and its two engines."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from indexer import encoder
from indexer.pieces import Pieces
from kb.errors import Unavailable
from kb.settings import Settings

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]

DEFAULT = "default"
QUERY, PASSAGE = "query: ", "passage: "  # the prompts that multilingual-e5 was trained with
# int8 against fp32 has cosine .98 to .999 on whole sentences; a processor that saturates falls to about .9.
SELF_CHECK_LEAST = 0.97
SELF_CHECK_MEAN = 0.99


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their cosine."""

    @property
    def id(self) -> str:
        """Name these vectors: two embedders with one id give the same vector for the same text."""

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), dimension) for what people ask."""

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return an array of shape (len(texts), dimension) for what is searched in."""


class OnnxEmbedder:
    """ONNX Runtime and sentencepiece, no torch: one text a run, so a vector never depends on its neighbours.

    Dynamic int8 scales activations over everything in a run; in batches the cosine between two encodings
    of one text falls to .994. Texts go through a pool of threads instead, one intra-op thread each; single
    ones too, for more threads than cores only take the caches from each other (8 clients: 66 searches a
    second in their own threads, 91 through the pool).
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embedder")
        check = json.loads((folder / "self_check.json").read_text(encoding="utf-8"))
        self._pieces = Pieces(str(folder / encoder.PIECES))
        self._session = _session(folder / "model_int8.onnx")
        bits = "int8"
        if not self._agrees(check):
            sys.stderr.write(
                "This processor computes 8-bit vectors inexactly: using the 4-bit file, a little slower.\n"
            )
            self._session = _session(folder / "model_q4.onnx")
            bits = "q4"
            if not self._agrees(check):
                raise Unavailable(
                    f"The embedder in {folder} gives wrong vectors: delete that folder and start again."
                )
        self._id = f"{folder.name}-{bits}"
        self._dimension = len(check["vectors"][0])

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return self._dimension

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([QUERY + text for text in texts], None)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode([PASSAGE + text for text in texts], progress)

    def _encode(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for row, vector in enumerate(self._pool.map(self._one, texts)):
            vectors[row] = vector
            if progress:
                progress(1)
        return vectors

    def _one(self, text: str) -> Vectors:
        ids = np.asarray([self._pieces.encode(text)], dtype=np.int64)
        vector: Vectors = self._session.run(None, {"input_ids": ids})[0][0]
        return vector

    def _agrees(self, check: dict[str, Any]) -> bool:
        """Compare with the fp32 vectors kept beside the file (a processor without VNNI may saturate)."""
        kept = np.asarray(check["vectors"], dtype=np.float32)
        cosines = [float(vector @ self._one(text)) for vector, text in zip(kept, check["texts"], strict=True)]
        return min(cosines) >= SELF_CHECK_LEAST and float(np.mean(cosines)) >= SELF_CHECK_MEAN


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own that share no base
        raise Unavailable(f"{path} cannot be loaded: {error}") from error


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
