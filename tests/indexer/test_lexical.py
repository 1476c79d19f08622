from pathlib import Path

import numpy as np
import pytest

from indexer.lexical import LexicalIndex, grams

TEXTS = {
    "filter": "Clean the lint filter of the tumble dryer",
    "pump": "The washing machine does not pump the water out",
    "coffee": "The coffee is too weak and hardly warm",
    "waschmaschine": "Die Waschmaschinentür lässt sich nach dem Programm nicht öffnen",
    "kaffee": "Der Kaffeevollautomat verlangt eine Entkalkung",
    "cafetiere": "La cafetière s'arrête après l'été, le réservoir est plein",
    "mizu": "洗濯機の水が抜けずエラーになります",
    "renraku": "アプリが掃除機に接続できません",
    "zhongwen": "扫地机器人找不到充电座",
    "lengqi": "空调不制冷，一直吹热风",
    "hindi": "मशीन का दरवाज़ा नहीं खुलता",
    "hindi-pani": "पानी नीचे टपकता है",
    "bangla": "রিমোটের বোতাম কাজ করে না",
    "arabic": "الغسّالة لا تصرف الماء",
    "thai": "เครื่องซักผ้าไม่ระบายน้ำ",
    "thai-app": "แอปเชื่อมต่อกับหุ่นยนต์ดูดฝุ่นไม่ได้",
}


@pytest.fixture(scope="module")
def lexical() -> LexicalIndex:
    return LexicalIndex.build(list(TEXTS.values()))


def ranked(index: LexicalIndex, query: str) -> list[str]:
    """Return the names of the texts that share anything with the query, best first."""
    scores = index.search(query).scores
    names = list(TEXTS)
    return [names[i] for i in np.argsort(-scores, kind="stable") if scores[i] > 0]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("水が抜けない", "mizu"),
        ("掃除機が接続できない", "renraku"),
        ("空调吹出来的是热风", "lengqi"),
        ("充电座在哪里", "zhongwen"),
        ("น้ำไม่ระบาย", "thai"),
        ("หุ่นยนต์เชื่อมต่อไม่ได้", "thai-app"),
        ("दरवाज़े बंद", "hindi"),
        ("पान से दाग", "hindi-pani"),
        ("বোতামে সাড়া নেই", "bangla"),
        ("غسالة ٥٠٠", "arabic"),
        ("Tür der Maschine öffnen", "waschmaschine"),
        ("Vollautomat entkalken", "kaffee"),
        ("CAFETIERE ARRETE", "cafetiere"),
        ("washin machne pumpp watre", "pump"),
        ("ｃｏｆｆｅｅ ｗｅａｋ", "coffee"),
        ("drier lint filters", "filter"),
    ],
)
def test_the_text_that_shares_most_is_first(lexical: LexicalIndex, query: str, first: str):
    assert ranked(lexical, query)[0] == first


def test_texts_are_ranked_by_how_much_they_share(lexical: LexicalIndex):
    assert ranked(lexical, "pump the water out of the coffee")[:2] == ["pump", "coffee"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pumps", [" pum", "pump", "umps", "mps "]),
        ("a", [" a "]),
        ("水が", ["水が"]),
        ("मशीन", [" मशी", "मशीन", "शीन "]),
        ("水", ["水"]),
        ("E18です", [" e18", "e18 ", "です"]),
        ("Étoile", [" eto", "etoi", "toil", "oile", "ile "]),
        ("!? …", []),
    ],
)
def test_a_text_is_split_into_grams(text: str, expected: list[str]):
    assert grams(text) == expected


def test_coverage_says_how_much_of_the_query_is_there(lexical: LexicalIndex):
    queries = TEXTS["coffee"], "the coffee is purple beyond recognition", "zzzzzz"
    whole, half, nothing = (lexical.search(query).coverage for query in queries)
    assert whole > 0.4 > half > nothing == 0


def test_scores_are_those_of_the_formula():
    """BM25 as Lucene has it, written down once more: idf * tf / (tf + k1 * (1 - b + b * length / mean))."""
    texts = ["pump pump filter", "filter dryer door seal", "coffee"]
    index = LexicalIndex.build(texts)
    split = [grams(text) for text in texts]
    mean = sum(map(len, split)) / len(split)
    expected = []
    for document in split:
        score = 0.0
        for gram in grams("pump filter"):
            frequency, found = document.count(gram), sum(gram in other for other in split)
            idf = np.log(1 + (len(split) - found + 0.5) / (found + 0.5))
            score += idf * frequency / (frequency + 1.2 * (0.25 + 0.75 * len(document) / mean))
        expected.append(score)
    assert index.search("pump filter").scores.tolist() == pytest.approx(expected, abs=1e-4)


def test_a_query_without_words_scores_nothing(lexical: LexicalIndex):
    for query in ("", "?!", "😀"):
        assert not lexical.search(query).scores.any()
        assert lexical.search(query).scores.shape == (len(TEXTS),)


def test_an_empty_index_finds_nothing(tmp_path: Path):
    empty = LexicalIndex.build([])
    assert empty.search("pump").scores.shape == (0,)
    empty.save(tmp_path)
    assert LexicalIndex.load(tmp_path, 0).search("pump").scores.shape == (0,)


def test_texts_without_words_keep_their_places():
    index = LexicalIndex.build(["…", "pump", ""])
    assert np.argmax(index.search("pump").scores) == 1
    assert np.count_nonzero(index.search("pump").scores) == 1


def test_what_is_loaded_scores_as_what_was_saved(lexical: LexicalIndex, tmp_path: Path):
    lexical.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path, len(TEXTS))
    for query in ("pump the water", "水が抜けない", "nothing of this"):
        before, after = lexical.search(query), loaded.search(query)
        assert np.array_equal(before.scores, after.scores)
        assert before.coverage == after.coverage
