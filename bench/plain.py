"""What one would write without Precedent: sentence-transformers and FAISS, no service.

`python -m bench.plain TASK.json RESULT.json`: the task names the encoder and holds the texts; the result is
what the script took. Vectors of the short texts are left beside the result for comparison.
"""

import time

BEGUN = time.perf_counter()

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import faiss  # noqa: E402
import numpy as np  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

from bench.processes import memory  # noqa: E402


def main(task_path: Path, result_path: Path) -> None:
    """Load, encode, index, search; write the seconds of each step."""
    task = json.loads(task_path.read_text(encoding="utf-8"))
    encoder = SentenceTransformer(task["encoder"])
    encoder.encode_query("hello", normalize_embeddings=True)
    start = time.perf_counter() - BEGUN

    encode = []
    for query in task["queries"]:
        begun = time.perf_counter()
        encoder.encode_query(query, normalize_embeddings=True)
        encode.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    short = encoder.encode_document(task["short"], normalize_embeddings=True)
    bulk = time.perf_counter() - begun
    np.save(result_path.with_suffix(".npy"), short)

    begun = time.perf_counter()
    vectors = encoder.encode_document(task["texts"], normalize_embeddings=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    build = time.perf_counter() - begun

    search, first = [], []
    for query in task["queries"]:
        begun = time.perf_counter()
        vector = encoder.encode_query(query, normalize_embeddings=True)
        _, rows = index.search(vector[None, :], task["nearest"])
        first.append(task["solutions"][rows[0][0]])
        search.append(time.perf_counter() - begun)

    used = memory()
    result = {
        "start": start,
        "encode": encode,
        "bulk": bulk,
        "build": build,
        "search": search,
        "first": first,
    }
    result |= {"memory": used and used.now, "peak": used and used.peak}
    result_path.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
