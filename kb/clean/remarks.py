"""Remarks about people: sentences that speak of the person instead of the problem.

A sentence is judged by its meaning, in any language, from examples: kernel ridge regression (Saunders,
Gammerman and Vovk 1998) with a Gaussian kernel on the vectors of labelled sentences. What it says of an
example when it is fitted without that example is known in closed form, so that the probabilities (Platt 1999)
and the limit are those of sentences that it has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.clean.examples import Example
from kb.clean.sentences import split
from kb.clean.spans import Span
from kb.errors import Invalid, Unavailable
from kb.similarity import Similarity, Vectors

Floats = npt.NDArray[np.float64]

# Of the kernel exp(-WIDTH · |a - b|²) and of the regularisation. With whole languages left out of 880
# examples in eleven the area under the curve is .919; widths of .5 to 3 and ridges of .03 to 1 give .905 up.
WIDTH = 1.0
RIDGE = 0.1
# The share of remarks that may pass unseen. A smaller one takes out too much that is none: at .03 half of the
# sentences without a remark. What is less sure than `spans.SURE` waits for a person.
MISSED = 0.1
LEAST_EXAMPLES = 40
_STEPS = 25  # of Newton's method; it has converged after about eight
_BLOCK = 1024  # sentences that are compared with the examples at once


@dataclass(frozen=True, slots=True)
class Judge:
    """What was learned: `examples` of shape (n, dimension), their `weights`, and the way to probabilities."""

    similarity: str
    centre: Vectors
    examples: Vectors
    weights: Floats
    offset: float
    slope: float
    intercept: float
    limit: float  # a sentence of at least this probability is taken for a remark

    @classmethod
    def fit(cls, examples: Sequence[Example], similarity: Similarity) -> "Judge":
        """Learn from labelled sentences; raises Invalid when there are too few of either kind."""
        labels = np.array([1.0 if each.remark else -1.0 for each in examples])
        if min((labels > 0).sum(), (labels < 0).sum()) < LEAST_EXAMPLES:
            raise Invalid(f"Remarks are learned from at least {LEAST_EXAMPLES} sentences of each kind.")
        vectors = similarity.vectors([each.text for each in examples])
        centre = vectors.mean(axis=0)
        moved = _moved(vectors, centre)
        inverse = np.linalg.inv(_kernel(moved, moved) + RIDGE * np.eye(len(moved)))
        offset = float(labels.mean())
        weights = inverse @ (labels - offset)
        unseen = labels - weights / np.diag(inverse)  # each as it is told when fitted without it
        slope, intercept = _curve(unseen, labels > 0)
        limit = float(np.quantile(_sigmoid(slope * unseen[labels > 0] + intercept), MISSED))
        return cls(similarity.id, centre, moved, weights, offset, slope, intercept, limit)

    def probabilities(self, vectors: Vectors) -> Floats:
        """Return for unit vectors of shape (m, dimension) how likely each sentence is a remark."""
        scores = np.empty(len(vectors))
        for start in range(0, len(vectors), _BLOCK):
            part = slice(start, start + _BLOCK)
            kernel = _kernel(_moved(vectors[part], self.centre), self.examples)
            scores[part] = kernel @ self.weights + self.offset
        return _sigmoid(self.slope * scores + self.intercept)

    def save(self, path: Path) -> None:
        """Write it into one file, which appears whole or not at all."""
        partial = path.with_suffix(".partial.npz")
        curve = np.array([self.offset, self.slope, self.intercept, self.limit])
        np.savez(
            partial,
            similarity=self.similarity,
            centre=self.centre,
            examples=self.examples,
            weights=self.weights,
            curve=curve,
        )
        partial.rename(path)

    @classmethod
    def load(cls, path: Path) -> "Judge":
        """Read what `save` wrote; raises Unavailable when it cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                curve = [float(each) for each in kept["curve"]]
                return cls(str(kept["similarity"]), kept["centre"], kept["examples"], kept["weights"], *curve)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"{path} cannot be read; delete it, and it is learned again.") from error


@dataclass(frozen=True, slots=True)
class Remarks:
    """Finds the sentences of a note that are remarks; a `kb.clean.cleaner.RemarkFinder`."""

    judge: Judge
    similarity: Similarity

    def find(self, text: str, language: str | None = None) -> tuple[Span, ...]:
        """Return a span for each sentence that is, or may be, about a person; it is dropped whole."""
        sentences = [each for each in split(text) if any(map(str.isalpha, text[each.start : each.end]))]
        if not sentences:
            return ()
        said = [text[each.start : each.end] for each in sentences]
        distinct = {sentence: place for place, sentence in enumerate(dict.fromkeys(said))}
        judged = self.judge.probabilities(self.similarity.vectors(list(distinct)))
        return tuple(
            Span(each.start, each.end, "remark", "remark", "", float(judged[distinct[sentence]]))
            for each, sentence in zip(sentences, said, strict=True)
            if judged[distinct[sentence]] >= self.judge.limit
        )


def _moved(vectors: Vectors, centre: Vectors) -> Vectors:
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _kernel(some: Vectors, others: Vectors) -> Floats:
    """Return the kernel of unit vectors, shape (len(some), len(others))."""
    return np.exp(2 * WIDTH * (some @ others.T - 1).astype(np.float64))


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))


def _curve(scores: Floats, labels: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Fit slope and intercept of a logistic curve by Newton's method, with Platt's targets."""
    remarks, others = int(labels.sum()), int((~labels).sum())
    targets = np.where(labels, (remarks + 1) / (remarks + 2), 1 / (others + 2))
    rows = np.column_stack([scores, np.ones(len(scores))])
    fitted = np.zeros(2)
    for _ in range(_STEPS):
        chances = _sigmoid(rows @ fitted)
        spread = chances * (1 - chances) + 1e-9
        fitted += np.linalg.solve((rows * spread[:, None]).T @ rows, rows.T @ (targets - chances))
    return float(fitted[0]), float(fitted[1])
