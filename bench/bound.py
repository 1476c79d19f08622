"""Look whether the promise is kept where the answers are known: `python -m bench.bound FOLDER...`.

Each FOLDER is a BEIR folder or holds several. The questions of a set are cut into random halves: a threshold
is certified on one half, and the other shows what became of it. `broken` is the share of halves in which the
other half proves, with 95 % confidence, that more was wrong than promised: it should be at most .05.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.sets import read_folders
from indexer import bound, decide
from indexer.bound import Flags, Floats
from indexer.corpus import make_corpus
from indexer.embed import Embedder, open_embedder
from indexer.query import Index
from kb import settings as kb_settings
from kb.imports import Beir
from kb.products import Product

SEED = 20261123
HALVES = 200
TAKEN_OUT = 1 / 3
RATES = (0.05, 0.10, 0.20)
HEAD = ("set", "solutions", "promised", "certified", "broken", "wrong", "coverage", "solvable")


@dataclass(frozen=True, slots=True)
class Pool:
    """Asked questions: how probable the first solution was said to be, whether it was right, and could be."""

    name: str
    probability: Floats
    right: Flags
    answerable: Flags


@dataclass(frozen=True, slots=True)
class Seen:
    """What halves showed: shares of the halves, then means over the other halves of those that certify."""

    certified: float
    broken: float
    wrong: float
    coverage: float
    solvable: float  # of the questions that can be answered, those that were


def ask(beir: Beir, catalogue: tuple[Product, ...], embedder: Embedder) -> Iterator[tuple[str, Pool]]:
    """Ask the questions of a set of all its solutions, and of two thirds of them."""
    random = np.random.default_rng(SEED)
    whole = make_corpus(beir.documents, catalogue, embedder)
    ids = sorted({document.id for document in beir.documents})
    out = set(random.choice(ids, int(len(ids) * TAKEN_OUT), replace=False).tolist())
    kept = [document for document in beir.documents if document.id not in out]
    fewer = make_corpus(kept, catalogue, embedder, whole.known_vectors())
    for label, corpus, gone in (("all", whole, set[str]()), ("two thirds", fewer, out)):
        yield label, _pool(beir, Index(corpus, embedder, decide.load(0.1)), gone)


def _pool(beir: Beir, index: Index, gone: set[str]) -> Pool:
    probability, right, answerable = [], [], []
    for query in beir.queries:
        relevant = {id_ for id_, gain in beir.qrels.get(query.id, {}).items() if gain > 0} - gone
        found = index.search(query.text, country=query.country, language=query.language, limit=1)
        probability.append(found.decision.probability)
        right.append(bool(found.hits) and found.hits[0].id in relevant)
        answerable.append(bool(relevant))
    return Pool(beir.name, np.array(probability), np.array(right), np.array(answerable))


def halve(pool: Pool, max_wrong: float, halves: int = HALVES) -> Seen:
    """Certify on random halves and look at the others."""
    random = np.random.default_rng(SEED)
    rows = []
    for _ in range(halves):
        order = random.permutation(len(pool.right))
        one, other = order[: len(order) // 2], order[len(order) // 2 :]
        proof = bound.certify(pool.probability[one], pool.right[one], max_wrong)
        if proof.threshold is None:
            continue
        answered = other[pool.probability[other] >= proof.threshold]
        wrong = int((~pool.right[answered]).sum())
        solvable = pool.answerable[answered].sum() / max(pool.answerable[other].sum(), 1)
        broken = bound.proven_wrong(wrong, len(answered)) > max_wrong
        rows.append((broken, wrong / max(len(answered), 1), len(answered) / len(other), solvable))
    if not rows:
        return Seen(0.0, 0.0, 0.0, 0.0, 0.0)
    broken, *means = np.mean(np.array(rows, dtype=np.float64), axis=0).tolist()
    return Seen(len(rows) / halves, broken * len(rows) / halves, *means)


def main(arguments: list[str]) -> None:
    """Halve every set at every rate and print what became of the promises."""
    if not arguments:
        print("python -m bench.bound FOLDER...: each a BEIR folder, or one that holds several.")
        return
    embedder = open_embedder(kb_settings.load())
    print("".join(f"{name:>12}" for name in HEAD), flush=True)
    for beir, catalogue in read_folders(arguments):
        for label, pool in ask(beir, catalogue, embedder):
            for rate in RATES:
                seen = halve(pool, rate)
                values = (seen.certified, seen.broken, seen.wrong, seen.coverage, seen.solvable)
                cells = "".join(f"{value:>12.3f}" for value in (rate, *values))
                print(f"{pool.name:>12}{label:>12}{cells}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
