"""The plain script of sentence-transformers and FAISS in a process of its own, with the same texts."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.processes import ROOT, Memory
from bench.spread import Spread
from indexer import encoder
from indexer.embed import DEFAULT, Vectors
from kb.documents import Document
from kb.imports import Query
from kb.settings import Settings

NEAREST = 10  # rows that are looked up for a query


@dataclass(frozen=True, slots=True)
class Plain:
    """What the script took: seconds to start and to build, texts/s, times of one query, memory, hit@1."""

    start: float
    encode: Spread
    rate: float
    vectors: Vectors
    build: float
    search: Spread
    memory: Memory | None
    hit_at_1: float | None


def measure(
    settings: Settings,
    documents: Sequence[Document],
    asked: Sequence[Query],
    relevant: Mapping[str, Mapping[str, int]],
    short: Sequence[str],
    folder: Path,
) -> Plain:
    """Run the script on the encoder of the settings; `folder` takes what it reads and writes."""
    found = rows(documents)
    named = settings.embedder
    task = {
        "encoder": str(encoder.prepared_folder(settings.cache_dir)) if named == DEFAULT else named,
        "nearest": NEAREST,
        "queries": [query.text for query in asked],
        "short": list(short),
        "solutions": [id_ for id_, _ in found],
        "texts": [text for _, text in found],
    }
    paths = folder / "task.json", folder / "result.json"
    paths[0].write_text(json.dumps(task), encoding="utf-8")
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    command = (sys.executable, "-m", "bench.plain", *map(str, paths))
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | quiet, stdout=subprocess.DEVNULL)
    result = json.loads(paths[1].read_text(encoding="utf-8"))
    return Plain(
        start=result["start"],
        encode=Spread.of(result["encode"]),
        rate=len(short) / result["bulk"],
        vectors=np.load(paths[1].with_suffix(".npy")),
        build=result["build"],
        search=Spread.of(result["search"]),
        memory=Memory(result["memory"], result["peak"]) if result["memory"] else None,
        hit_at_1=hit_at_1(asked, result["first"], relevant),
    )


def encoder_name(settings: Settings) -> str:
    """Say which encoder the script uses: of the default embedder the one that it would be without us."""
    return "intfloat/multilingual-e5-small, 32 bits" if settings.embedder == DEFAULT else settings.embedder


def rows(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """Return the texts that the script encodes, each with the id of its solution."""
    return [(d.id, text) for d in documents for text in (_whole(d), *d.phrasings)]


def _whole(document: Document) -> str:
    """Return title and text as one, the way a script would encode a row."""
    return document.title if document.text == document.title else f"{document.title}\n{document.text}"


def hit_at_1(
    asked: Sequence[Query], first: Sequence[str], relevant: Mapping[str, Mapping[str, int]]
) -> float | None:
    """Return how often the `first` solution is right, of the questions that can be answered; None of none."""
    gains = [
        (relevant[query.id], id_) for query, id_ in zip(asked, first, strict=True) if query.id in relevant
    ]
    right = [found.get(id_, 0) > 0 for found, id_ in gains if any(gain > 0 for gain in found.values())]
    return sum(right) / len(right) if right else None
