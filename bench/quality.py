"""Print how good search and decision are: `python -m bench.quality [FOLDER...]`.

The demo company is always measured; each FOLDER is a BEIR folder or holds several. Where all published sets
are among them, the tables are also written to docs/QUALITY.md. Intervals are 95 %, by a bootstrap over the
questions.
"""

import sys
from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path

import numpy as np

from bench.left_out import left_out
from bench.measuring import WAYS, Asked, Flags, Floats, ask, weighed, worst_language
from bench.one_encoder import english, gain
from bench.sets import PUBLISHED, demo_set, read_folders
from indexer import decide
from indexer.embed import open_embedder
from indexer.evaluate import abstained, auroc
from indexer.intervals import Interval, Rows, bootstrap, proportion
from kb import settings as kb_settings

PAGE = Path(__file__).parents[1] / "docs" / "QUALITY.md"
HEAD = """# How good it is

Made by `make quality DATA=folder`: the demo company and six sets (five public ones, MIT and CC BY, and one
of product names), in one run. The values are shares; behind each stands its 95 % interval: by a bootstrap
over the questions, or exact where all questions agree. **All constants were chosen on these very sets.**
*Left out* is what a set gets when the three weights of the fusion (words, votes, learned) or the classifier
of the decision and its threshold are chosen on the other sets alone; wixqa and wixqa-open, which share their
questions, are always left out together. The decision that is left out judges the ranking that ships.

What stays as it was chosen on all sets: the weight of the English encoder, the centre of the vectors, the
length of passages, the number and softness of votes, the coverage from which words count, the passages from
which the learned leg counts and its ridge, the boosts of product and language, and of the decision its
features, the strength of its fit and where it cuts them off. The figures left out are too good by what these
give.

TF-IDF is what one would write first: words and pairs of words of whole articles and of phrasings. BM25 and
dense are one leg alone; *all* is what a customer gets; *all, one encoder* is the same without the English
encoder.
"""
READING = """## How to read it

- **hit@1**, **hit@3**: the right solution is first, or among the first three, over the questions that have
  one.
- **mrr@10**: the mean of one divided by the rank of the right solution, of nothing below the tenth.
- **answerable**: the probability (area under the curve) that a question with an answer is given a higher
  probability than one without. **solved**: the same for a right first solution. .5 is a coin.
- **abstained at 5 %**: share of the questions without an answer that are escalated where 5 % of the others
  are.
- **answered**, **wrong**: at the threshold that ships for 10 % wrong answers, the share of all questions
  that get an answer, and the share of these whose first solution is wrong.
- **Worst language**: of the languages with at least 20 answerable questions the one with the lowest hit@1.
  The lowest of several is lower than it would be on other questions.
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
    page = "\n".join([HEAD, *tables(sets, settings.max_wrong), *encoders(sets), READING])
    print(page)
    publish(page, {each.name for each in sets})


def publish(page: str, measured: Set[str]) -> None:
    """Write docs/QUALITY.md, or say which of its sets were not measured."""
    if missing := [name for name in PUBLISHED if name not in measured]:
        print(f"{PAGE.name} stays as it is: {', '.join(missing)} were not measured.", file=sys.stderr)
        return
    aside = PAGE.with_suffix(".new")
    aside.write_text(page, encoding="utf-8")
    aside.replace(PAGE)


def tables(sets: Sequence[Asked], max_wrong: float) -> Iterator[str]:
    """Yield the part of the page for each set."""
    for asked in sets:
        count, open_ = len(asked.questions), int((~asked.answerable).sum())
        yield f"## {asked.name}\n"
        yield f"{count:,} questions, {open_:,} of them without an answer; {asked.passages:,} passages.\n"
        if asked.wordless:
            yield f"{asked.wordless:,} more have no word in them and were not asked.\n"
        yield "| | hit@1 | hit@3 | mrr@10 |\n|---|---|---|---|"
        other = left_out(sets, asked, max_wrong)
        ways = WAYS | ({"all, left out": weighed(other.weights)} if other else {})
        for name, way in ways.items():
            if name != "all, one encoder" or asked.one_encoder:
                yield f"| {name} | {_ranked(asked.ranks(way)[asked.answerable])} |"
        if worst := worst_language(asked, asked.hits(WAYS["all"], 1)):
            language, share, questions = worst
            yield f"\nWorst language: {language}, hit@1 {_cell(share)} of {questions} questions."
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


def encoders(sets: Sequence[Asked]) -> Iterator[str]:
    """Yield what the second encoder gives on the English sets, each and pooled; nothing if there are none."""
    compared = english(sets)
    if not compared:
        return
    yield "## Both encoders, or the multilingual one alone\n"
    yield "The difference of hit@1 on English questions with an answer, paired: each draw compares both"
    yield "rankings on the same questions. A question that is in two sets is drawn with both.\n"
    yield "| | questions | both minus one |\n|---|---|---|"
    pools = [(each.name, [each]) for each in compared]
    for name, pool in [*pools, ("all of them", compared)]:
        questions = sum(int(each.answerable.sum()) for each in pool)
        yield f"| {name} | {questions:,} | {_signed(gain(pool))} |"
    yield ""


def _ranked(ranks: Floats) -> str:
    """Tell hit@1, hit@3 and mrr@10 of the ranks of right solutions."""
    shares = [proportion(ranks <= depth) for depth in (1, 3)]
    return " | ".join(_cell(each) for each in (*shares, mean_reciprocal(ranks)))


def mean_reciprocal(ranks: Floats) -> Interval | None:
    """Return the mean of 1 / rank; where all ranks are first or none is found it is a share."""
    values = 1 / ranks
    if np.isin(values, (0, 1)).all():
        return proportion(values == 1)
    return bootstrap(lambda rows: float(values[rows].mean()), len(values))


def _signed(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    return f"{interval.value:+.4f} ({interval.low:+.4f} to {interval.high:+.4f})"


def _cell(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    return f"{_short(interval.value)} ({_short(interval.low)}–{_short(interval.high)})"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


if __name__ == "__main__":
    main(sys.argv[1:])
