import pytest

from kb.products import NameBook, Product, ProductName

N = ProductName


def told(book: NameBook, text: str, country: str | None = None, language: str | None = None):
    return [(match.code, match.matched) for match in book.find(text, country, language)]


MODELS = NameBook(
    [
        Product("m300", "Marlune 300"),
        Product("m500", "Marlune 500"),
        Product("x", "Quorva X200"),
        Product("xi", "Quorva X200i"),
        Product("a12", "A-12"),
        Product("a21", "A-21"),
        Product("v", "Ventor"),
        Product("v2", "Ventor II"),
        Product("v4", "Ventor 4"),
        Product("s5", "Serie 5 Touring"),
        Product("jp", "マルナミ300", (N("マルナミ300i", "JP"),)),
        Product("eg", "موجينا 300"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Quorva X200", [("x", "Quorva X200")]),
        ("Quorva X200i", [("xi", "Quorva X200i")]),
        ("quorva x 200 i", [("xi", "quorva x 200 i")]),
        ("Qourva X200i", [("xi", "Qourva X200i")]),
        ("Quorva X200s", []),
        ("Quorva Y200", []),
        ("Quorva X201", []),
        ("Quorva X20", []),
        ("A-12", [("a12", "A-12")]),
        ("A21 or a-12", [("a21", "A21"), ("a12", "a-12")]),
        ("my A 12 hums", [("a12", "A 12")]),
        ("a 12 year old", []),
        ("A 12 year old", []),
        ("A-13", []),
        ("Marlune 400", []),
        ("Marlune 3OO", []),
        ("Marlune 300W", []),
        ("Marlune 300 W", [("m300", "Marlune 300")]),
        ("Marlune 300i", []),
        ("Marlune 030", [("m300", "Marlune 030")]),
        ("Marlune 12", []),
        ("Marlune III", []),
        ("Marlune E18", [("m300", "Marlune"), ("m500", "Marlune")]),
        ("Marlune, 400 ml", [("m300", "Marlune"), ("m500", "Marlune")]),
        ("Marlunes 400", []),
        ("Serie 5 Tourng", [("s5", "Serie 5 Tourng")]),
        ("Serie 3 Touring", []),
        ("うちのマルナミ３００が", [("jp", "マルナミ３００")]),
        ("うちのマルナミ300Wが", []),
        ("うちのマルナミ300iが", [("jp", "マルナミ300i")]),
        ("موجينا ٣٠٠", [("eg", "موجينا ٣٠٠")]),
        ("موجينا ۳۰۰", [("eg", "موجينا ۳۰۰")]),
        ("موجينا ٥٠٠", []),
        ("Marlune ३००", [("m300", "Marlune ३००")]),
    ],
)
def test_a_number_is_right_in_every_sign_or_it_is_another_one(text: str, found: list[tuple[str, str]]):
    assert told(MODELS, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ventor II", [("v2", "Ventor II")]),
        ("Ventor 2", [("v2", "Ventor 2")]),
        ("ventor ii", [("v2", "ventor ii")]),
        ("VentorII", [("v2", "VentorII")]),
        ("Ventor Ⅱ", [("v2", "Ventor Ⅱ")]),
        ("Ventor IV", [("v4", "Ventor IV")]),
        ("Ventor", [("v", "Ventor"), ("v2", "Ventor"), ("v4", "Ventor")]),
        ("Ventor III", []),
        ("Ventor 3", []),
        ("Ventor VI", []),
    ],
)
def test_roman_numerals_are_numbers(text: str, found: list[tuple[str, str]]):
    assert told(MODELS, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ma 3008 ne démarre pas", [("car", "3008")]),
        ("3008", [("car", "3008")]),
        ("la Leone 3008 ne démarre pas", [("car", "Leone"), ("car", "3008")]),
        ("elle a coûté 3008 euros", []),
        ("entre 300 8 et 30 08", []),
        ("la 3009 ne démarre pas", []),
    ],
)
def test_a_name_that_is_a_number_needs_support(text: str, found: list[tuple[str, str]]):
    book = NameBook([Product("car", "Leone", (N("3008", "FR"),))])
    assert told(book, text, "FR", "fr") == found


def test_one_roman_letter_is_a_letter():
    book = NameBook([Product("x", "Modula X"), Product("ten", "Modula 10"), Product("v", "Modula V")])
    assert told(book, "Modula X") == [("x", "Modula X")]
    assert told(book, "Modula 10") == [("ten", "Modula 10")]
    assert told(book, "Modula V") == [("v", "Modula V")]


ENDINGS = NameBook(
    [
        Product(
            "pump",
            "Brumela",
            (
                N("Windrel", "DE"),
                N("Dalgacık", "TR"),
                N("Köpükçe 300", "TR"),
                N("Брумела", "RU"),
                N("Виндрел", "RU"),
                N("물결이", "KR"),
                N("다나", "KR"),
                N("كنوسة", "EG"),
                N("קרבנטו", "IL"),
                N("Wellenrein 300", "DE"),
            ),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "language", "matched"),
    [
        ("die Teile des Brumelas", "de", "Brumela"),
        ("der Brumelas-Filter", "de", "Brumela"),
        ("ein Windrelersatzfilter", "de", "Windrel"),
        ("mein Zweitwindrel", "de", "windrel"),
        ("ein Ersatz-Windrel", "de", "Windrel"),
        ("die 300er Wellenrein", "de", "Wellenrein"),
        ("eine Wellenrein 300er", "de", "Wellenrein 300"),
        ("two Brumelas", "en", "Brumela"),
        ("the Brumela's lid", "en", "Brumela"),
        ("Dalgacık'ın kapağı", "tr", "Dalgacık"),
        ("Dalgacıkın kapağı", "tr", "Dalgacık"),
        ("Dalgacığımı kurdum", "tr", "Dalgacığ"),
        ("Windrelden su akıyor", "tr", "Windrel"),
        ("Köpükçe 300'den su akıyor", "tr", "Köpükçe 300"),
        ("Köpükçe 300den su akıyor", "tr", "Köpükçe 300"),
        ("Brumelassa on vika", "fi", "Brumela"),
        ("Windrelin kansi", "fi", "Windrel"),
        ("a Brumelával baj van", "hu", "Brumelá"),
        ("a Windrelnek nincs fedele", "hu", "Windrel"),
        ("нет Брумелы", "ru", "Брумел"),
        ("с Брумелой беда", "ru", "Брумел"),
        ("с Виндрелом беда", "ru", "Виндрел"),
        ("problem z Brumelą", "pl", "Brumelą"),
        ("nie mam Brumeli", "pl", "Brumel"),
        ("kupiłem Windrela", "pl", "Windrel"),
        ("물결이가 안 돼요", "ko", "물결이"),
        ("물결이에서는 소리가", "ko", "물결이"),
        ("다나를 샀어요", "ko", "다나"),
        ("الكنوسة لا تعمل", "ar", "كنوسة"),
        ("وبالكنوسة مشكلة", "ar", "كنوسة"),
        ("ולקרבנטו יש בעיה", "he", "קרבנטו"),
        ("שבקרבנטו", "he", "קרבנטו"),
    ],
)
def test_a_name_is_found_in_its_cases_and_compounds(text: str, language: str, matched: str):
    assert told(ENDINGS, text, None, language) == [("pump", matched)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("다나와에서 샀어요", "ko"),
        ("a windrelesque noise", "en"),
        ("Zweitwindrel", "en"),
        ("Köpükçe 300W", "tr"),
        ("Köpükçe 300i", "tr"),
        ("Wellenrein 300s", "de"),
        ("Брумелист", "ru"),
    ],
)
def test_other_words_that_hold_a_name_are_left_alone(text: str, language: str):
    assert told(ENDINGS, text, None, language) == []


FLOW = NameBook(
    [
        Product("flow", "AquaFlow"),
        Product("plus", "AquaFlow Plus"),
        Product("star", "Morning Star", (N("Star Classic", "GB"),)),
        Product("wash", "LavaBien 300"),
    ]
)


@pytest.mark.parametrize(
    "text",
    ["the AquaFlow", "the aquaflow", "the AQUAFLOW", "the Aqua Flow", "the aqua-flow", "the aqua flow"],
)
def test_a_name_of_two_humps_may_be_written_in_any_way(text: str):
    assert told(FLOW, f"{text} leaks") == [("flow", text.removeprefix("the "))]


def test_a_typing_error_does_not_join_words_that_the_name_does_not_have():
    book = NameBook([Product("wash", "Espumaral 300")])
    assert told(book, "ya no me espuma la leche") == []
    assert told(book, "la espumarla 300 gotea") == [("wash", "espumarla 300")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AquaFlow Plus or AquaFlow?", [("plus", "AquaFlow Plus"), ("flow", "AquaFlow")]),
        ("the Aqua Flow plus a filter", [("plus", "Aqua Flow plus")]),
        ("Morning Star Classic", [("star", "Morning Star")]),
        (
            "LavaBien 300, AquaFlow and Morning Star",
            [("wash", "LavaBien 300"), ("flow", "AquaFlow"), ("star", "Morning Star")],
        ),
        ("AquaFlow, AquaFlow", [("flow", "AquaFlow"), ("flow", "AquaFlow")]),
    ],
)
def test_several_names_stand_in_order_and_the_longest_wins(text: str, found: list[tuple[str, str]]):
    assert told(FLOW, text) == found


CJK = NameBook(
    [
        Product("air", "エア", (N("さく", "JP"), N("月", "JP"))),
        Product("flow", "アクアフロー", (N("アクアFlow2", "JP"), N("净水宝", "CN"))),
        Product("cat", "ほしあかり", (N("星あかり", "JP"),)),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("うちのアクアフローが動かない", [("flow", "アクアフロー")]),
        ("うちのアクアフロが動かない", [("flow", "アクアフロ")]),
        ("うちのアクワフローが動かない", [("flow", "アクワフロー")]),
        ("うちのｱｸｱﾌﾛｰが動かない", [("flow", "ｱｸｱﾌﾛｰ")]),
        ("アクアフローフィルター交換", [("flow", "アクアフロー")]),
        ("うちのアクアFlow2が動かない", [("flow", "アクアFlow2")]),
        ("うちのアクアFlow3が動かない", []),
        ("新しいほしあかりを買った", [("cat", "ほしあかり")]),
        ("この星あかりは", [("cat", "星あかり")]),
        ("我的净水宝漏水了", [("flow", "净水宝")]),
        ("うちのエアが動かない", [("air", "エア")]),
        ("エアコンが動かない", []),
        ("さくらが咲いた", []),
        ("月曜日に届いた", []),
        ("月 が動かない", [("air", "月")]),
    ],
)
def test_names_stand_inside_text_without_spaces(text: str, found: list[tuple[str, str]]):
    assert told(CJK, text, "JP", "ja") == found


@pytest.mark.parametrize(
    ("text", "country", "found"),
    [
        ("the Clio hums", "FR", [("a", "Clio")]),
        ("the Cloi hums", "FR", [("a", "Cloi")]),
        ("the Cloi hums", "US", []),
        ("the Clix hums", "FR", []),
        ("the Coil hums", "FR", []),  # an ordinary word, though two letters of it were swapped
        ("the Zeno hums", "US", [("b", "Zeno")]),
        ("the Zeon hums", "US", [("b", "Zeon")]),
    ],
)
def test_in_four_letters_only_neighbours_may_be_swapped(
    text: str, country: str, found: list[tuple[str, str]]
):
    book = NameBook([Product("a", "Kettle One", (N("Clio", "FR"),)), Product("b", "Zeno")])
    assert told(book, text, country, "en") == found


@pytest.mark.parametrize(
    ("text", "country", "found"),
    [
        ("chase it away", "IT", ["a"]),
        ("chase it away", "GB", []),
        ("my Chase hums", "GB", ["a"]),
        ("my brumla hums", "GB", ["b"]),
    ],
)
def test_a_short_name_of_another_country_is_not_misspelt_in_small_letters(
    text: str, country: str, found: list[str]
):
    book = NameBook(
        [Product("a", "Kettle One", (N("Chaso", "IT"),)), Product("b", "X", (N("Brumela", "IT"),))]
    )
    assert [match.code for match in book.find(text, country, "en")] == found


def test_a_misspelt_name_of_the_callers_country_comes_before_one_of_another():
    book = NameBook(
        [Product("de", "Pump One", (N("Torvano", "DE"),)), Product("es", "Pump Two", (N("Torvino", "ES"),))]
    )
    assert told(book, "Torveno", "DE") == [("de", "Torveno")]
    assert told(book, "Torveno", "ES") == [("es", "Torveno")]
    assert told(book, "Torveno") == [("de", "Torveno"), ("es", "Torveno")]
