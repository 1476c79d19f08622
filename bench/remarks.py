"""How well remarks about people are found: `python -m bench.remarks FOLDER`, a folder of labelled sentences.

The sentences of FOLDER must not be among the examples; beside them the examples themselves are asked, each
language by a judge that was fitted without it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data import FOLDER
from indexer.embed import open_embedder
from indexer.intervals import proportion
from indexer.meaning import Meaning
from kb import settings
from kb.clean.examples import Example, read_examples
from kb.clean.remarks import Judge

Told = npt.NDArray[np.bool_]


def main(arguments: list[str]) -> None:
    """Print recall and precision, and the share of other sentences that are taken for remarks."""
    similarity = Meaning(open_embedder(settings.load()))
    examples = read_examples(FOLDER / "remarks")
    print(f"{len(examples)} examples in {len({each.language for each in examples})} languages")
    told = np.empty(len(examples), dtype=bool)
    for language in sorted({each.language for each in examples}):
        rows = np.array([each.language == language for each in examples])
        judge = Judge.fit([each for each in examples if each.language != language], similarity)
        told[rows] = _ask(judge, similarity, [each for each in examples if each.language == language])
    _table("the examples, whole languages left out", examples, told)
    for folder in arguments:
        asked = [each for each in read_examples(Path(folder)) if each not in set(examples)]
        _table(folder, asked, _ask(Judge.fit(examples, similarity), similarity, asked))


def _ask(judge: Judge, similarity: Meaning, asked: Sequence[Example]) -> Told:
    return np.asarray(judge.probabilities(similarity.vectors([each.text for each in asked])) >= judge.limit)


def _table(title: str, asked: Sequence[Example], told: Told) -> None:
    remarks = np.array([each.remark for each in asked])
    languages = np.array([each.language for each in asked])
    print(f"\n{title}: {len(asked)} sentences, {remarks.sum()} of them remarks")
    print(f"{'':>8}  {'recall':>20}  {'precision':>20}  {'others taken out':>20}")
    for name in ("all", *sorted(set(languages))):
        rows = languages == name if name != "all" else np.ones(len(asked), dtype=bool)
        shares = told[rows & remarks], remarks[rows & told], told[rows & ~remarks]
        print(f"{name:>8}  " + "  ".join(f"{_said(share):>20}" for share in shares))


def _said(hits: Told) -> str:
    found = proportion(hits)
    return f"{found.value:.3f} ({found.low:.3f}-{found.high:.3f})" if found else "-"


if __name__ == "__main__":
    main(sys.argv[1:])
