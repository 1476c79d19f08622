"""Tracking numbers: 11 random symbols and a check symbol, made to be read out over a telephone.

The symbols are Crockford's base32 (no I, L, O, U). The check symbol closes a Horner scheme over GF(32) with
the polynomial x^5 + x^2 + 1 and the multiplier 2: all twelve symbols together must give 0. As 2 generates the
whole group of 31 elements, every position has another weight, so that each single wrong symbol and each swap
of two different symbols is found, wherever they stand.
"""

import re
import secrets
import unicodedata

from kb.errors import Invalid, Mistyped

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_VALUES = {symbol: value for value, symbol in enumerate(SYMBOLS)}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = re.compile(r"[\s\-_.\u2010-\u2015\u2212]+")


def new() -> str:
    """Draw a number of 55 random bits; the caller keeps it unique."""
    bits = secrets.randbits(5 * (LENGTH - 1))
    eleven = "".join(SYMBOLS[bits >> shift & 31] for shift in range(0, 5 * (LENGTH - 1), 5))
    return eleven + check_symbol(eleven)


def display(number: str) -> str:
    """Write a number in groups of four, as people are shown it."""
    return "-".join(number[start : start + 4] for start in range(0, LENGTH, 4))


def parse(text: str) -> str:
    """Read a number as people type it, or say what is wrong with it."""
    symbols = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:200])).upper().translate(_LOOKALIKES)
    if not symbols:
        raise Invalid("Please type the tracking number; it looks like K7M2-9QXD-4HTT.", "number")
    strange = next((symbol for symbol in symbols if symbol not in _VALUES), None)
    if strange is not None:
        raise Mistyped(f"“{strange}” never stands in a tracking number; please check it.", "number")
    if len(symbols) != LENGTH:
        raise Mistyped(f"A tracking number has {LENGTH} symbols; this one has {len(symbols)}.", "number")
    if _remainder(symbols) != 0:
        raise Mistyped("This tracking number is mistyped; please compare it symbol by symbol.", "number")
    return symbols


def check_symbol(eleven: str) -> str:
    """Return the symbol that closes eleven others."""
    return SYMBOLS[_double(_remainder(eleven))]


def _remainder(symbols: str) -> int:
    remainder = 0
    for symbol in symbols:
        remainder = _double(remainder) ^ _VALUES[symbol]
    return remainder


def _double(value: int) -> int:
    """Multiply by x in GF(32): shift, and reduce by x^5 + x^2 + 1."""
    return (value << 1) ^ (0b100101 if value & 0b10000 else 0)
