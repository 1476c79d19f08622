"""Print how good search and decision are: `python -m bench.quality [FOLDER...]`.

The demo company is always measured; each FOLDER is a BEIR folder or holds several. With folders, the tables
are also written to docs/QUALITY.md. Intervals are 95 %, by a bootstrap over the questions.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.left_out import left_out
from bench.measuring import WAYS, Asked, Flags, Floats, ask, weighed, worst_language
from bench.sets import demo_set, read_folders
from indexer import decide
from indexer.embed import open_embedder
from indexer.evaluate import abstained, auroc
from indexer.intervals import Interval, Rows, bootstrap, proportion
from kb import settings as kb_settings

PAGE = Path(__file__).parents[1] / "docs" / "QUALITY.md"
HEAD = """# How good it is

Made by `make quality DATA=folder`: the demo company and the sets of the folder (here six public ones, MIT
and CC BY), in one run. The values are shares; behind each stands its 95 % interval: by a bootstrap over the
questions, or exact where all questions agree. **All constants were chosen on these very sets.** *Left out*
is what a set gets when the three weights of the fusion (words, votes, learned) or the classifier of the
decision and its threshold are chosen on the other sets alone; wixqa and wixqa-open, which share their
questions, are left out together. The lesser constants, and the strength of the fit, stay as they were
chosen on all sets. The decision that is left out judges the ranking that ships.

TF-IDF is what one would write first: words and pairs of words of whole articles and of phrasings. BM25 and
dense are one leg alone; *all* is what a customer gets.
"""
READING = """## How to read it

- **hit@1**, **hit@3**: the right solution is first, or among the first three, over the questions that have
  one.
- **answerable**: the probability (area under the curve) that a question with an answer is given a higher
  probability than one without. **solved**: the same for a right first solution. .5 is a coin.
- **abstained at 5 %**: share of the questions without an answer that are escalated where 5 % of the others
  are.
- **answered**, **wrong**: at the threshold that ships for 10 % wrong answers, the share of all questions
  that get an answer, and the share of these whose first solution is wrong.
- A dash: the set has no question without an answer, or too few were answered.
"""


def main(arguments: list[str]) -> None:
    """Measure the demo company and every folder."""
    settings = kb_settings.load()
    embedder, decider = open_embedder(settings), decide.load(settings.max_wrong)
    sets = []
    found = list(read_folders(arguments))
    if arguments and not found:
        sys.exit(f"No folder with corpus.jsonl in {' '.join(arguments)}.")
    for beir, catalogue in [demo_set(), *found]:
        print(f"asking {beir.name}: {len(beir.queries)} questions", file=sys.stderr, flush=True)
        sets.append(ask(beir, catalogue, embedder, decider))
    page = "\n".join([HEAD, *tables(sets, settings.max_wrong), READING])
    print(page)
    if len(sets) > 1:
        aside = PAGE.with_suffix(".new")
        aside.write_text(page, encoding="utf-8")
        aside.replace(PAGE)


def tables(sets: Sequence[Asked], max_wrong: float) -> Iterator[str]:
    """Yield the part of the page for each set."""
    for asked in sets:
        count, open_ = len(asked.questions), int((~asked.answerable).sum())
        yield f"## {asked.name}\n"
        yield f"{count:,} questions, {open_:,} of them without an answer; {asked.passages:,} passages.\n"
        yield "| | hit@1 | hit@3 |\n|---|---|---|"
        other = left_out(sets, asked, max_wrong)
        ways = WAYS | ({"all, left out": weighed(other.weights)} if other else {})
        for name, way in ways.items():
            yield f"| {name} | {_share(asked, asked.hits(way, 1))} | {_share(asked, asked.hits(way, 3))} |"
        if worst := worst_language(asked, asked.hits(WAYS["all"], 1)):
            language, share, questions = worst
            yield f"\nWorst language: {language}, hit@1 {_short(share)} of {questions} questions."
        yield "\n| decision | answerable | solved | abstained at 5 % | answered | wrong |"
        yield "|---|---|---|---|---|---|"
        shown = np.array([each.probability for each in asked.questions])
        answered = np.array([each.answered for each in asked.questions], dtype=bool)
        solved = asked.hits(WAYS["all"], 1)
        yield _decision("as it ships", asked, shown, answered, solved)
        if other:
            yield _decision("left out", asked, other.probability, other.answered, solved)
        yield ""


def _decision(label: str, asked: Asked, shown: Floats, answered: Flags, solved: Flags) -> str:
    measures: tuple[Callable[[Rows], float | None], ...] = (
        lambda rows: auroc(shown[rows], asked.answerable[rows]),
        lambda rows: auroc(shown[rows], solved[rows]),
        lambda rows: abstained(shown[rows], asked.answerable[rows]),
    )
    cells = [_cell(bootstrap(measure, len(shown))) for measure in measures]
    cells += [_cell(proportion(answered)), _cell(proportion(~solved[answered]))]
    return f"| {label} | {' | '.join(cells)} |"


def _share(asked: Asked, hits: Flags) -> str:
    return _cell(proportion(hits[asked.answerable]))


def _cell(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    return f"{_short(interval.value)} ({_short(interval.low)}–{_short(interval.high)})"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


if __name__ == "__main__":
    main(sys.argv[1:])
