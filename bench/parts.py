"""What each part of a search adds to the memory of a process: `python -m bench.parts` tells it as JSON.

A fresh process opens one part after the other, as a server does, and asks each once. What an earlier part has
let go may serve a later one, so that the order matters a little; it is always the same.
"""

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from tokenizers import Tokenizer

from bench.alone import open_encoder
from bench.processes import ROOT, environment, memory
from indexer import encoder, snapshot
from indexer.dense import DenseIndex
from indexer.embed import DEFAULT, QUERY, open_embedder
from indexer.learned import Learned
from indexer.lexical import LexicalIndex
from indexer.nearest import Ids, Vectors
from indexer.onnx_encoder import OnnxEncoder
from kb import settings as kb_settings
from kb import text as texts
from kb.settings import Settings

QUESTION = "The pump of my washing machine hums loudly and the water stays in the drum, what can I do?"
LIBRARIES = "Python and all libraries"
Open = Callable[[], object]
Part = TypeVar("Part")


def measure(settings: Settings) -> Mapping[str, float]:
    """Return the resident megabytes that each part adds, in the order in which they were opened.

    The installation must have an index. Nothing is told where the system does not tell (Linux alone does).
    """
    command = (sys.executable, "-m", "bench.parts")
    done = subprocess.run(command, check=True, cwd=ROOT, env=environment(settings), stdout=subprocess.PIPE)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def grown(settings: Settings) -> dict[str, float]:
    """Open all parts in this process; they stay until all are open."""
    used = memory()
    if used is None:
        return {}
    added, kept, before = {LIBRARIES: used.now}, [], used.now
    for name, open_part in (*_encoders(settings), ("language identifier", _identifier), *_legs(settings)):
        kept.append(open_part())
        gc.collect()
        used = memory()
        assert used
        added[name], before = used.now - before, used.now
    return added


def _encoders(settings: Settings) -> Iterator[tuple[str, Open]]:
    if settings.embedder != DEFAULT:
        yield f"embedder {settings.embedder}", lambda: open_embedder(settings).queries([QUESTION])
        return
    folder = encoder.prepared_folder(settings.cache_dir)
    yield "multilingual encoder", lambda: _asked(open_encoder(folder), lambda it: it.encode(QUERY + QUESTION))
    yield (
        "English encoder",
        lambda: _asked(_english(folder / encoder.ENGLISH), lambda it: it.encode(QUESTION)),
    )


def _identifier() -> object:
    return _asked(texts.load_identifier(), lambda it: it.classify(QUESTION))


def _legs(settings: Settings) -> Iterator[tuple[str, Open]]:
    base = settings.index_dir / (snapshot.current(settings.index_dir) or "") / snapshot.BASE
    ids: Ids = np.asarray(np.load(base / "ids.npy", mmap_mode="r"))
    vectors: Vectors = np.asarray(np.load(base / "vectors.npy", mmap_mode="r"))
    asked = vectors[0]
    dense = partial(DenseIndex.load, base, ids, vectors)
    lexical = partial(LexicalIndex.load, base / "lexical", len(ids))
    yield "vectors and dense leg", lambda: _asked(dense(), lambda leg: leg.search(asked))
    yield "lexical leg", lambda: _asked(lexical(), lambda leg: leg.search(QUESTION))
    yield "learned leg", lambda: _asked(Learned.load(base), lambda leg: leg.deviations(asked))


def _english(folder: Path) -> OnnxEncoder:
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    words.no_padding()
    return OnnxEncoder(folder, lambda text: list(words.encode(text).ids))


def _asked(part: Part, ask: Callable[[Part], object]) -> Part:
    """Ask a part once, so that what it maps or makes at first use is counted too."""
    ask(part)
    return part


if __name__ == "__main__":
    print(json.dumps(grown(kb_settings.load())))
