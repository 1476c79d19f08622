"""One encoder that runs in ONNX Runtime: a text to a unit vector, one text a run."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from kb.errors import Unavailable

INT8, Q4 = "model_int8.onnx", "model_q4.onnx"
WEIGHTS = ".data"  # the suffix of the weights of a graph, beside it
Vectors = npt.NDArray[np.float32]

# int8 against fp32 has cosine .98 to .999 on whole sentences; a processor that saturates falls to about .9.
SELF_CHECK_LEAST = 0.97
SELF_CHECK_MEAN = 0.99


class OnnxEncoder:
    """An encoder on disk. Safe to use from many threads; `pieces` cuts a text into the ids of its pieces."""

    def __init__(self, folder: Path, pieces: Callable[[str], list[int]]) -> None:
        self._pieces = pieces
        check = json.loads((folder / "self_check.json").read_text(encoding="utf-8"))
        self.dimension = len(check["vectors"][0])
        self.bits = "int8"
        self._session = _session(folder / INT8)
        if not self._agrees(check):
            sys.stderr.write(
                "This processor computes 8-bit vectors inexactly: using the 4-bit file, a little slower.\n"
            )
            self.bits = "q4"
            self._session = _session(folder / Q4)
            if not self._agrees(check):
                raise Unavailable(
                    f"The embedder in {folder} gives wrong vectors: delete that folder and start again."
                )

    def encode(self, text: str) -> Vectors:
        """Return the vector of a text, shape (dimension,)."""
        ids = np.asarray([self._pieces(text)], dtype=np.int64)
        vector: Vectors = self._session.run(None, {"input_ids": ids})[0][0]
        return vector

    def _agrees(self, check: dict[str, Any]) -> bool:
        """Compare with the fp32 vectors kept beside the file (a processor without VNNI may saturate)."""
        kept = np.asarray(check["vectors"], dtype=np.float32)
        cosines = [
            float(vector @ self.encode(text)) for vector, text in zip(kept, check["texts"], strict=True)
        ]
        return min(cosines) >= SELF_CHECK_LEAST and float(np.mean(cosines)) >= SELF_CHECK_MEAN


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # done already
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own that share no base
        raise Unavailable(f"{path} cannot be loaded: {error}") from error
