import pytest

from kb.names.pieces import fold_word, parts, pieces, places, touching, windows


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Étoile", "etoile"),
        ("DALGACIK", "dalgacik"),
        ("マルーネ", "マルネ"),
        ("ﾏﾙｰﾈ", "マルネ"),
        ("ー", "ー"),
        ("II", "2"),
        ("ii", "2"),
        ("Ⅳ", "4"),
        ("VI", "6"),
        ("vi", "vi"),
        ("X", "x"),
        ("VentoIII", "vento3"),
        ("٣٠٠", "300"),
    ],
)
def test_words_are_folded(written: str, folded: str):
    assert fold_word(written) == folded


@pytest.mark.parametrize(
    ("name", "count"),
    [("Brumela", 1), ("LavaBien 300", 3), ("OV-WM300", 3), ("AQUAFLOW", 1), ("マルーネ300", 2), ("", 0)],
)
def test_words_and_humps_are_counted(name: str, count: int):
    assert parts(name) == count


def test_katakana_is_a_word_of_its_own():
    assert [piece.text for piece in pieces("うちのマルーネ300が")] == ["うちの", "マルネ", "300", "が"]


@pytest.mark.parametrize("text", ["Straßenfix", "ﾏﾙｰﾈ", "Brumela\u0301t", "plain"])
def test_each_folded_letter_knows_its_place(text: str):
    (piece,) = pieces(text)
    found = places(piece, text)
    assert (found[0], found[-1], len(found)) == (0, len(text), len(piece.text) + 1)
    assert list(found) == sorted(found)


def test_neighbours_are_joined_up_to_a_length():
    joined = [window.text for window in windows(pieces("my Aqua Flow leaks"), 2, 8)]
    assert joined == ["my", "myaqua", "aqua", "aquaflow", "flow", "leaks"]


def test_what_touches_is_told_from_what_does_not():
    assert list(touching(pieces("マルーネ300が 動く A-1"))) == [(0, 2), (3, 3), (4, 4), (5, 5)]
