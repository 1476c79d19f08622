import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import tracking
from kb.errors import Invalid, Mistyped

elevens = st.text(alphabet=tracking.SYMBOLS, min_size=11, max_size=11)


def valid(symbols: str) -> bool:
    try:
        return tracking.parse(symbols) == symbols
    except Mistyped:
        return False


def test_numbers_of_known_check_symbols():
    assert tracking.check_symbol("00000000000") == "0"
    assert tracking.check_symbol("00000000001") == "2"
    assert tracking.check_symbol("0000000000G") == "5"  # 16 doubled is 32, and x^5 = x^2 + 1 = 5
    assert tracking.check_symbol("10000000000") == "7"  # 2 to the power 11 is 7 in this field


@given(elevens)
def test_every_single_wrong_symbol_is_caught(eleven: str):
    number = eleven + tracking.check_symbol(eleven)
    assert valid(number)
    for place in range(12):
        for symbol in tracking.SYMBOLS:
            if symbol != number[place]:
                assert not valid(number[:place] + symbol + number[place + 1 :])


@given(elevens)
def test_every_swap_of_two_different_symbols_is_caught(eleven: str):
    number = eleven + tracking.check_symbol(eleven)
    for first in range(12):
        for second in range(first + 1, 12):
            swapped = list(number)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert ("".join(swapped) == number) or not valid("".join(swapped))


def test_a_hundred_thousand_numbers_are_all_different_and_valid():
    numbers = [tracking.new() for _ in range(100_000)]
    assert len(set(numbers)) == 100_000
    assert all(len(number) == 12 and set(number) <= set(tracking.SYMBOLS) for number in numbers)
    assert all(valid(number) for number in numbers[:5_000])


@given(elevens)
def test_a_shown_number_is_read_back_however_it_is_typed(eleven: str):
    number = eleven + tracking.check_symbol(eleven)
    shown = tracking.display(number)
    assert [len(part) for part in shown.split("-")] == [4, 4, 4]
    careless = shown.lower().replace("0", "o").replace("1", "l")
    wide = "".join(chr(ord(symbol) + 0xFEE0) for symbol in number)
    for typed in (shown, careless, f"  {number}\n", shown.replace("-", " – "), wide):
        assert tracking.parse(typed) == number


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Please type the tracking number; it looks like K7M2-9QXD-4HTT."),
        (" - ", "Please type the tracking number; it looks like K7M2-9QXD-4HTT."),
        ("0000-0000-000", "A tracking number has 12 symbols; this one has 11."),
        ("0000-0000-0001", "This tracking number is mistyped; please compare it symbol by symbol."),
        ("0000-0000-000U", "“U” never stands in a tracking number; please check it."),
        ("日本語", "“日” never stands in a tracking number; please check it."),
    ],
)
def test_a_mistyped_number_gets_a_sentence(typed: str, sentence: str):
    with pytest.raises(Invalid) as caught:
        tracking.parse(typed)
    assert str(caught.value) == sentence
    assert isinstance(caught.value, Mistyped) == ("Please" not in sentence or "mistyped" in sentence)
