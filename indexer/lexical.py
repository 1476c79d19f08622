"""BM25 over the passages, in grams of characters, so that it works in every language."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from kb.text import RUNS, UNSPACED, fold

# Words as grams of four characters, with the word's edges: on real support questions hit@1 of BM25 alone is
# .63 against .59 with whole words (wixqa, 160 questions), and endings, compounds and typing errors need no
# dictionary. Scripts without spaces take pairs of characters.
GRAM, UNSPACED_GRAM = 4, 2
K1, B = 1.2, 0.75  # the usual values; .6 to 3 and .4 were no better
_UNSPACED_RUN = re.compile(rf"[{UNSPACED}]")

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """BM25 of every passage, and how much of the query the best one covers.

    `coverage` is 0 for nothing and about .45 for a passage of usual length that has every gram once.
    """

    scores: Scores
    coverage: float


def grams(text: str) -> list[str]:
    """Split `text` into folded character grams: “ pump ” gives “ pum”, “pump” and “ump ”."""
    found: list[str] = []
    for run in RUNS.findall(fold(text)):
        size, padded = (UNSPACED_GRAM, run) if _UNSPACED_RUN.match(run) else (GRAM, f" {run} ")
        found.extend(padded[i : i + size] for i in range(max(1, len(padded) - size + 1)))
    return found


@dataclass(frozen=True, slots=True)
class Added:
    """Passages that came later: for each gram the rows that hold it, with their weights of BM25."""

    weights: Mapping[str, tuple[Rows, Scores]]
    size: int


class LexicalIndex:
    """BM25 (Robertson; the variant of Lucene) of passages; a later change shares the old index.

    What was added is weighed with the statistics of the fixed index, as in the segments of Lucene. `order`
    says which row of the fixed and the added passages stands where; without it nothing has changed.
    """

    def __init__(
        self,
        bm25: bm25s.BM25 | None,
        size: int,
        length: float,
        added: Added | None = None,
        order: Rows | None = None,
    ) -> None:
        self._bm25 = bm25
        self._fixed = size
        self._length = length
        self._added = added
        self._order = order
        self._unseen_idf = float(np.log1p((size + 0.5) / 0.5))
        self._idf = np.empty(0)
        if bm25 is not None:
            frequencies = np.diff(bm25.scores["indptr"]).astype(np.float64)
            self._idf = np.log1p((size - frequencies + 0.5) / (frequencies + 0.5))

    @property
    def size(self) -> int:
        """Return the number of passages that are scored."""
        return self._fixed if self._order is None else len(self._order)

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
        """Index `texts`; their order is that of the scores."""
        tokens = [grams(text) or [""] for text in texts]
        if not tokens:
            return cls(None, 0, 1.0)
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index(tokens, show_progress=False)
        return cls(bm25, len(tokens), sum(map(len, tokens)) / len(tokens))

    def changed(self, texts: Sequence[str], order: Rows) -> "LexicalIndex":
        """Return this index with `texts` added; row r of the scores is row `order[r]` of old and added."""
        weights: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for row, text in enumerate(texts):
            counts = Counter(grams(text) or [""])
            usual = K1 * (1 - B + B * counts.total() / self._length)
            for gram, count in counts.items():
                weights[gram][0].append(row)
                weights[gram][1].append(count / (count + usual))
        arrays = {
            gram: (np.array(rows, dtype=np.int64), np.array(values, dtype=np.float32))
            for gram, (rows, values) in weights.items()
        }
        return LexicalIndex(self._bm25, self._fixed, self._length, Added(arrays, len(texts)), order)

    def search(self, text: str) -> LexicalScores:
        """Score every passage; the array has shape (size,)."""
        query = grams(text)
        vocabulary = self._bm25.vocab_dict if self._bm25 is not None else {}
        known = [vocabulary[gram] for gram in query if gram in vocabulary]
        scores: Scores = np.zeros(self._fixed, dtype=np.float32)
        if self._bm25 is not None and known:
            scores = self._bm25.get_scores_from_ids(known).astype(np.float32, copy=False)
        if self._order is not None:
            scores = np.concatenate([scores, self._added_scores(query, vocabulary)])[self._order]
        best = float(scores.max(initial=0.0))
        if not best:
            return LexicalScores(scores, 0.0)
        ideal = float(self._idf[known].sum()) + self._unseen_idf * (len(query) - len(known))
        return LexicalScores(scores, best / ideal)

    def _added_scores(self, query: Sequence[str], vocabulary: Mapping[str, int]) -> Scores:
        added = self._added or Added({}, 0)
        scores: Scores = np.zeros(added.size, dtype=np.float32)
        for gram in query:
            if gram in added.weights:
                rows, weights = added.weights[gram]
                idf = self._idf[vocabulary[gram]] if gram in vocabulary else self._unseen_idf
                scores[rows] += np.float32(idf) * weights
        return scores

    def save(self, folder: Path) -> None:
        """Write the fixed index into `folder`, which must exist."""
        if self._bm25 is not None:
            self._bm25.save(str(folder), show_progress=False)
        np.save(folder / "length.npy", self._length)

    @classmethod
    def load(cls, folder: Path, size: int) -> "LexicalIndex":
        """Read an index of `size` passages, its arrays mapped into memory."""
        bm25 = bm25s.BM25.load(str(folder), mmap=True) if size else None
        if bm25 is not None:  # still mapped, but a slice of a plain array costs a tenth of one of a memmap
            bm25.scores = {
                name: np.asarray(each) if isinstance(each, np.ndarray) else each
                for name, each in bm25.scores.items()
            }
        return cls(bm25, size, float(np.load(folder / "length.npy")))
