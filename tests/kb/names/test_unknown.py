import pytest

from kb.names.unknown import candidates


def sure(text: str, language: str | None = "en") -> list[str]:
    return [each.written for each in candidates(text, language) if each.sure]


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("my Brisolet leaks", "en", ["Brisolet"]),
        ("my Brisolet 200 leaks", "en", ["Brisolet 200"]),
        ("the Aqua Jet and the Brisolet leak", "en", ["Aqua Jet", "Brisolet"]),
        ("my brisolet leaks", "en", []),
        ("Brisolet leaks", "en", []),
        ("It leaks. Brisolet too", "en", []),
        ("the USB port of the WLAN box", "en", []),
        ("MY ORDER FROM ACME IS LATE", "en", []),
        ("My Order From Acme Is Late", "en", []),
        ("mi Brisolet gotea", "es", ["Brisolet"]),
        ("моя Бризолетта течёт", "ru", ["Бризолетта"]),
        ("meine Spülmaschine von Brisolet tropft", "de", []),
        ("meine BrisoLet tropft", "de", ["BrisoLet"]),
        ("うちのブリゾレットが動かない", "ja", ["ブリゾレット"]),
        ("うちのBrisoletが動かない", "ja", ["Brisolet"]),
        ("우리 brisolet 고장", "ko", ["brisolet"]),
        ("うちの wifi が動かない", "ja", []),
        ("يتسرب الماء من Brisolet", "ar", ["Brisolet"]),
        ("", None, []),
    ],
)
def test_what_looks_like_a_name(text: str, language: str | None, names: list[str]):
    assert sure(text, language) == names


def test_a_word_that_begins_a_sentence_may_be_a_name_if_it_is_no_ordinary_word():
    (found,) = candidates("Brisolet leaks", "en")
    assert (found.words, found.sure, found.noun) == (("brisolet",), False, False)
    assert list(candidates("Water leaks", "en")) == []


def test_a_german_noun_may_be_a_name():
    found = [(each.written, each.noun) for each in candidates("der Brisolet 200 mit Geschirrkorb", "de")]
    assert found == [("Brisolet 200", True), ("Geschirrkorb", True)]


def test_places_of_known_names_are_left_out():
    assert list(candidates("my Brisolet leaks", "en", [(3, 11)])) == []
