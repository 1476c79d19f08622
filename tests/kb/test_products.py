from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import data
from kb.imports import read_products
from kb.products import NameBook, Product, ProductMatch, ProductName, called, name_book

WASHER = Product(
    "wm300",
    "Marlune 300",
    (
        ProductName("Wellenrein 300", "DE"),
        ProductName("Dalgacık 300", "TR"),
        ProductName("マルーネ300", "JP"),
        ProductName("波しずか", "JP", kind="nickname"),
        ProductName("물결이", "KR"),
        ProductName("موجينا 300", "EG"),
        ProductName("OV-WM300", kind="model"),
    ),
)
BIG_WASHER = Product(
    "wm500", "Marlune 500", (ProductName("Wellenrein 500", "DE"), ProductName("マルーネ500", "JP"))
)
DRYER = Product("hd20", "Sorrelin dryer", (ProductName("Windrel", "GB"), ProductName("Brumela", "ES")))
PURIFIER = Product(
    "ap12",
    "Aerovelle purifier",
    (ProductName("Windrel", "US"), ProductName("كنّوس", "EG"), ProductName("Brumela", None, "tr")),
)
COFFEE = Product(
    "em40",
    "Crevanto E40",
    (ProductName("Uno", "IT"), ProductName("クレバントE40", "JP"), ProductName("קרבנטו", "IL")),
)
BOOK = NameBook([WASHER, BIG_WASHER, DRYER, PURIFIER, COFFEE])


def codes(text: str, country: str | None = None, language: str | None = None, among: tuple[str, ...] = ()):
    return [match.code for match in BOOK.find(text, country, language, among)]


def matched(text: str) -> list[tuple[str, str]]:
    return [(match.code, match.matched) for match in BOOK.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my Marlune 300 leaks", [("wm300", "Marlune 300")]),
        ("MARLUNE 500!", [("wm500", "MARLUNE 500")]),
        ("the wellenrein-300, again", [("wm300", "wellenrein-300")]),
        ("OV WM300 and OV-WM300", [("wm300", "OV WM300"), ("wm300", "OV-WM300")]),
        ("Crevanto E40 or Marlune 300?", [("em40", "Crevanto E40"), ("wm300", "Marlune 300")]),
        ("nothing of ours", []),
        ("", []),
    ],
)
def test_names_are_found_where_they_stand(text: str, found: list[tuple[str, str]]):
    assert matched(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my Marlne 300 leaks", [("wm300", "Marlne 300")]),
        ("my Marulne 300 leaks", [("wm300", "Marulne 300")]),
        ("my Marrlunne 500 leaks", [("wm500", "Marrlunne 500")]),
        ("die Welenrien 500", [("wm500", "Welenrien 500")]),
        ("the Wnidrel hums", [("hd20", "Wnidrel"), ("ap12", "Wnidrel")]),
        ("Krevanto E40", [("em40", "Krevanto E40")]),
    ],
)
def test_typing_errors_are_forgiven(text: str, found: list[tuple[str, str]]):
    assert matched(text) == found


@pytest.mark.parametrize(
    "text", ["Unu", "One", "Uni", "Mrlnue 300 extra", "Windmill", "the wheel ran", "a wandering rail"]
)
def test_other_words_are_not_taken_for_names(text: str):
    assert "em40" not in codes(text)
    assert codes(text) in ([], ["wm300"])


@pytest.mark.parametrize(
    "text",
    ["Marlune 3000", "Marlune 30", "Marlune 330", "Marlune 400", "Wellenrein 50", "Crevanto E41", "OV-WM301"],
)
def test_a_number_is_never_forgiven(text: str):
    assert codes(text) == []


def test_numbers_of_two_products_are_never_confused():
    assert codes("Marlune 300") == codes("Marlune300") == codes("Marlun 300") == ["wm300"]
    assert codes("Marlune 500") == codes("Marlune500") == codes("Marlun 500") == ["wm500"]
    assert codes("is the Marlune 300 better than the Marlune 500") == ["wm300", "wm500"]
    assert codes("Marlune 300/500") == ["wm300"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my Mar lune 300", [("wm300", "Mar lune 300")]),
        ("die Wellen rein 300", [("wm300", "Wellen rein 300")]),
        ("Marlune300", [("wm300", "Marlune300")]),
        ("ovwm300", [("wm300", "ovwm300")]),
        ("Wind rel", [("hd20", "Wind rel"), ("ap12", "Wind rel")]),
        ("マルーネ 300", [("wm300", "マルーネ 300")]),
    ],
)
def test_a_misplaced_space_does_not_matter(text: str, found: list[tuple[str, str]]):
    assert matched(text) == found


def test_a_name_without_its_number_may_mean_each_of_them():
    assert codes("my Marlune leaks") == ["wm300", "wm500"]
    assert codes("die Wellenrein tropft") == ["wm300", "wm500"]
    assert codes("my Marlune leaks", among=("wm500",)) == ["wm500"]
    assert codes("Marlune leaks 300 ml a day") == ["wm300", "wm500"]
    assert codes("Crevanto roars") == ["em40"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Marlunes", ["wm300", "wm500"]),
        ("der Wellenreinfilter", ["wm300", "wm500"]),
        ("Windrelin", ["hd20", "ap12"]),
        ("Windrel's", ["hd20", "ap12"]),
        ("Brumelanın lambası", ["hd20", "ap12"]),
        ("Uno's", ["em40"]),
        ("Unos", []),
    ],
)
def test_an_ending_may_follow(text: str, found: list[str]):
    assert codes(text) == found


@pytest.mark.parametrize(
    "text", ["Dalgacık 300", "DALGACIK 300", "dalgacik 300", "Dalgacık 300'ün", "Dalgacık 300 de"]
)
def test_the_dotless_i_is_an_i(text: str):
    assert codes(text) == ["wm300"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("うちのマルーネ300が動かない", [("wm300", "マルーネ300")]),
        ("マルーネ５００の水漏れ", [("wm500", "マルーネ５００")]),
        ("波しずかのふたが開かない", [("wm300", "波しずか")]),
        ("マルーネ3000が動かない", []),
        ("ﾏﾙｰﾈ300", [("wm300", "ﾏﾙｰﾈ300")]),
        ("クレバトE40、水が残る", [("em40", "クレバトE40")]),
    ],
)
def test_names_are_found_inside_text_without_spaces(text: str, found: list[tuple[str, str]]):
    assert matched(text) == found


@pytest.mark.parametrize("text", ["물결이가 안 돼요", "물결이를", "우리 물결이 고장", "물결이에서 물이 새요"])
def test_korean_particles_may_follow(text: str):
    assert matched(text) == [("wm300", "물결이")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("كنوس لا يعمل", [("ap12", "كنوس")]),
        ("كنّوس لا يعمل", [("ap12", "كنّوس")]),
        ("الكنوس لا يعمل", [("ap12", "كنوس")]),
        ("والكنّوس لا يعمل", [("ap12", "كنّوس")]),
        ("موجينا ٣٠٠ تهتز", [("wm300", "موجينا ٣٠٠")]),
        ("בקרבנטו", [("em40", "קרבנטו")]),
    ],
)
def test_an_article_or_a_particle_may_precede(text: str, found: list[tuple[str, str]]):
    assert matched(text) == found


@pytest.mark.parametrize(
    ("country", "language", "among", "found"),
    [
        ("GB", None, (), ["hd20"]),
        ("US", None, (), ["ap12"]),
        (None, None, (), ["hd20", "ap12"]),
        ("DE", None, (), ["hd20", "ap12"]),
        (None, "en", (), ["hd20", "ap12"]),
        ("GB", None, ("ap12",), ["ap12"]),
        ("GB", None, ("wm300",), ["hd20"]),
    ],
)
def test_a_shared_name_is_resolved(
    country: str | None, language: str | None, among: tuple[str, ...], found: list[str]
):
    assert codes("the Windrel hums", country, language, among) == found


def test_a_shared_name_is_resolved_by_language_where_no_country_tells():
    assert codes("Brumela", None, "tr") == ["ap12"]
    assert codes("Brumela", None, "tr-TR") == ["ap12"]
    assert codes("Brumela", None, "es") == codes("Brumela", None, "es-MX") == ["hd20"]
    assert codes("Brumela", "ES", "tr") == ["hd20"]
    assert codes("Brumela") == ["hd20", "ap12"]


def test_two_products_of_one_name_in_one_country_are_both_told():
    book = NameBook(
        [
            Product("old", "Pump One", (ProductName("Torvano", "ES"), ProductName("Torvano", "MX"))),
            Product("new", "Pump Two", (ProductName("Torvano", "ES"),)),
            Product("far", "Pump Three", (ProductName("Torvano", "US"),)),
        ]
    )
    found = {
        place: [
            (match.code, match.via, match.country) for match in book.find("el Torvano gotea", place, "es")
        ]
        for place in ("ES", "MX", "US", "CL")
    }
    assert found["ES"] == [("old", "Torvano", "ES"), ("new", "Torvano", "ES")]
    assert found["MX"] == [("old", "Torvano", "MX")]
    assert found["US"] == [("far", "Torvano", "US")]
    # A caller from elsewhere who writes Spanish means one of the Spanish names.
    assert found["CL"] == [("old", "Torvano", "ES"), ("new", "Torvano", "ES")]
    text = "el Torvano gotea"
    assert book.canonical(text, book.find(text, "ES")) == "el Pump One / Pump Two gotea"


def test_a_name_that_is_spelled_right_beats_a_slightly_longer_one_that_is_not():
    book = NameBook([Product("a", "Torre"), Product("b", "Torreno"), Product("c", "Torre Classic")])
    for text, code in (("Torre", "a"), ("Torren", "a"), ("Torreno", "b"), ("Torre Clasic", "c")):
        assert [match.code for match in book.find(text)] == [code]


def test_a_match_says_where_and_why():
    (match,) = BOOK.find("Hilfe, die Welenrein 300 tropft", "DE", "de")
    assert match == ProductMatch("wm300", "Marlune 300", "Welenrein 300", "Wellenrein 300", 11, 24, "DE")


@pytest.mark.parametrize(
    ("text", "country", "canonical"),
    [
        ("die Wellenrein 300 tropft", None, "die Marlune 300 tropft"),
        ("the Windrel hums", "US", "the Aerovelle purifier hums"),
        ("the Windrel hums", None, "the Sorrelin dryer / Aerovelle purifier hums"),
        ("うちのマルーネ300が動かない", None, "うちの Marlune 300 が動かない"),
        ("マルーネ300", None, "Marlune 300"),
        ("Windrels and マルーネ500", "GB", "Sorrelin dryer s and Marlune 500"),
        ("nothing of ours", None, "nothing of ours"),
    ],
)
def test_names_become_canonical(text: str, country: str | None, canonical: str):
    assert BOOK.canonical(text, BOOK.find(text, country)) == canonical


@given(text=st.text(max_size=80), country=st.sampled_from([None, "GB", "JP"]))
def test_any_text_gives_matches_in_order_that_do_not_overlap(text: str, country: str | None):
    found = BOOK.find(text, country)
    places = sorted({(match.start, match.end) for match in found})
    assert [(match.start, match.end) for match in found] == sorted((m.start, m.end) for m in found)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    assert all(text[match.start : match.end] == match.matched for match in found)
    assert found or BOOK.canonical(text, found) == text


def test_the_names_of_a_catalogue_are_read_once():
    first = name_book((WASHER, DRYER))
    assert name_book((WASHER, DRYER)) is first
    assert [match.code for match in first.find("my Windrel is dark", "GB")] == ["hd20"]
    assert name_book((WASHER,)).find("my Windrel is dark", "GB") == ()


def test_without_products_nothing_is_found():
    empty = NameBook([])
    assert empty.find("Marlune 300") == ()
    assert empty.canonical("Marlune 300", ()) == "Marlune 300"


def test_every_name_of_the_demo_company_is_found_in_its_country():
    products = read_products(data.FOLDER / "products.jsonl")
    book = NameBook(products)
    for product in products:
        for name in product.names:
            found = book.find(f"« {name.name} » 😀", name.country, name.language)
            assert [(match.code, match.matched) for match in found] == [(product.code, name.name)]


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("DE", "de", "Wellenrein 300"),
        ("AT", "de", "Wellenrein 300"),
        ("JP", "en", "マルーネ300"),
        (None, "de-CH", "Wellenrein 300"),
        (None, "es", "Marlune 300"),
        ("MX", "es", "Espumaral 300"),
        ("SE", "sv", "Marlune 300"),
        (None, "xx", "Marlune 300"),
    ],
)
def test_readers_are_told_the_name_that_they_know(country: str | None, language: str, name: str):
    names = (
        ProductName("Wellenklassik", "DE", "de", kind="former"),
        ProductName("Wellenrein 300", "DE", "de"),
        ProductName("Olaclara 300", "ES", "es"),
        ProductName("Espumaral 300", "MX", "es"),
        ProductName("マルーネ300", "JP", "ja"),
        ProductName("OV-WM300", kind="model"),
    )
    assert called(Product("wm300", "Marlune 300", names), country, language) == name
