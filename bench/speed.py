"""Print speed and memory of one machine in one run: `python -m bench.speed [BEIR_FOLDER]`.

Without a folder the demo company is measured. Times on a shared machine move; compare figures of one run.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.quality import demo_set
from indexer import decide, snapshot
from indexer.build import build
from indexer.embed import open_embedder
from indexer.query import Index
from kb import imports
from kb import settings as kb_settings

QUERIES = 300
BULK = 2000


def milliseconds(work: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Return median and 95th percentile of `work` over `texts`, one after the other."""
    times = []
    for text in texts:
        begun = time.perf_counter()
        work(text)
        times.append((time.perf_counter() - begun) * 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def start_seconds() -> float:
    """Return how long a fresh process takes until it has encoded its first query."""
    code = (
        "from kb import settings; from indexer.embed import open_embedder; "
        "open_embedder(settings.load()).queries(['hello'])"
    )
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun


def main(arguments: list[str]) -> None:
    """Measure and print, a figure a line."""
    settings = kb_settings.load()
    folder = Path(arguments[0]) if arguments else None
    beir, catalogue = (imports.read_beir(folder), ()) if folder else demo_set()
    embedder = open_embedder(settings)
    texts = [query.text for query in beir.queries][:QUERIES] or [d.title for d in beir.documents][:QUERIES]
    bulk = [text for d in beir.documents for text in (d.title, *d.phrasings)]
    bulk = (bulk * (BULK // len(bulk) + 1))[:BULK]
    embedder.queries(texts[:20])

    def show(name: str, value: str) -> None:
        print(f"{name:<34} {value}", flush=True)

    show("set", f"{beir.name}: {len(beir.documents)} solutions, {len(texts)} queries")
    encode, encode_95 = milliseconds(lambda text: embedder.queries([text]), texts)
    show("encode one query, p50 / p95", f"{encode:.1f} / {encode_95:.1f} ms")
    begun = time.perf_counter()
    embedder.passages(bulk)
    rate = BULK / (time.perf_counter() - begun)
    show(f"encode {BULK} short texts", f"{rate:.0f} texts/s")
    with TemporaryDirectory() as temporary:
        root = Path(temporary)
        begun = time.perf_counter()
        build(beir.documents, catalogue, 1, embedder, root)
        first = time.perf_counter() - begun
        corpus = snapshot.load(root).corpus
        show("index build", f"{first:.1f} s, {len(corpus.ids) / first:.0f} passages/s")
        begun = time.perf_counter()
        build(beir.documents, catalogue, 2, embedder, root)
        show("index again, nothing changed", f"{time.perf_counter() - begun:.1f} s")
        index = Index(corpus, embedder, decide.load(settings.max_wrong))
        median, tail = milliseconds(index.search, texts)
        show("search, p50 / p95", f"{median:.1f} / {tail:.1f} ms = encode + {median - encode:.1f} ms")
    show("fresh process to first vector", f"{start_seconds():.1f} s")
    show("peak memory of this process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
