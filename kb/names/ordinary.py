"""Names that are ordinary words, such as Golf or Punto: what must speak for the name before it is believed.

A word counts as ordinary when the vocabulary of the default embedder, learned from text in a hundred
languages, knows it whole and does not know it far better with a capital: golf, punto and star are, Toyota and
Roma are not. `bench/words.py` writes the list anew. Scripts without capitals are not in it.

Measured on the 215 sentences of tests/kb/names/sentences.tsv, in 16 languages and full of such words: of 115
without a product 49 were given one before, 3 are now; of 100 with one 8 were misread before, none is now. Of
5,360 real questions about other things (clinc150, banking77, btcfaq, wixqa-open) 65 were given one, 1 is now.
"""

import gzip
import re
from collections.abc import Sequence
from enum import IntEnum
from functools import cached_property, lru_cache
from pathlib import Path

from kb.names.pieces import Piece
from kb.names.spelling import has_digit
from kb.text import fold

WORDS = Path(__file__).parent / "ordinary.txt.gz"

# Nouns have capitals there, so a capital says nothing.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;\n•])[\s\"'“”„«»‚‘’(\[¿¡–—-]*$")
# With more capitals than this among the words, a capital is a habit of the writer or of a headline.
_MOST_CAPITALS = 0.5
# Words in front of which people speak of a thing that they own; between them and the name one word may stand.
_POSSESSIVES = frozenset(
    fold(
        "my our mein meine meinen meinem meiner unser unsere unserem unseren mi nuestro nuestra mon ma notre"
        " mio mia nostro nostra meu minha nosso nossa mijn onze ons min mitt vår vårt vores mit minun mój"
        " moja mojego mojej moje můj мой моя моей моего моём наш наша мій моя benim"
        " bizim az"
    ).split()
)
_ARTICLES = frozenset(
    fold(
        "the a an der die das dem den des ein eine einen einem el la los las un una le les du au al del lo il"
        " della nella os uma de het een den det en ett"
    ).split()
)
_FEW_WORDS = 2  # in so few, capitals are no habit
_LITTLE = 2  # letters
_NEAR_WORDS = 2  # a word of the product's kind stands at most so far from the name: “the Star coffee maker”


class Reach(IntEnum):
    """Where a name is used, seen from the caller."""

    ELSEWHERE = 0
    EVERYWHERE = 1
    HOME = 2


@lru_cache(maxsize=1)
def _sorted_lines() -> bytes:
    return gzip.decompress(WORDS.read_bytes())


@lru_cache(maxsize=16_384)
def is_word(folded: str) -> bool:
    """Tell whether people use this word, folded, for other things than a product.

    The lines of the list are searched by halves where they lie, 0.8 MB; a set of them takes 8 MB.
    """
    lines, wanted = _sorted_lines(), folded.encode()
    low, high = 0, len(lines)
    while low < high:
        start = lines.rfind(b"\n", 0, (low + high) // 2) + 1
        end = lines.index(b"\n", start)
        if lines[start:end] == wanted:
            return True
        low, high = (end + 1, high) if lines[start:end] < wanted else (low, start)
    return False


class Support:
    """What a text says for a name at a place in it; made anew for each text."""

    def __init__(self, text: str, row: Sequence[Piece], language: str | None) -> None:
        self._text = text
        self._row = row
        self.capital_nouns = language in _CAPITAL_NOUNS

    def for_word(self, at: int, reach: Reach, beside: frozenset[str]) -> bool:
        """Tell whether the piece with number `at`, an ordinary word, is meant as a name.

        `beside`: words of the product's other names, among them what kind of thing it is.
        """
        if self._is_all(at, at) or beside & self._around(at):
            return True
        if not self.capital(at) or self.shouted:
            return self._owned(at) and reach is not Reach.ELSEWHERE
        return reach is Reach.HOME or not (self.begins_sentence(at) or self.capital_nouns)

    def for_neighbours(self, first: int, last: int) -> bool:
        """Tell whether ordinary words side by side (“lava bien”) are meant as one name (LavaBien)."""
        between = (self._text[self._row[at].end : self._row[at + 1].start] for at in range(first, last))
        if not any(map(str.isspace, between)) or self._is_all(first, last):
            return True
        if has_digit(self._row[last].text):
            return self.capital(first) and not self.begins_sentence(first)
        return self.capitals(first, last) or self._determined(first)

    def capitals(self, first: int, last: int) -> bool:
        """Tell whether each of these words is written with a capital, and not as a habit."""
        return all(map(self.capital, range(first, last + 1))) and not self.shouted

    def for_spelling(self, at: int) -> bool:
        """Tell whether an ordinary word is a misspelt name: a capital that nothing else explains."""
        return self.capital(at) and not (self.shouted or self.begins_sentence(at) or self.capital_nouns)

    @cached_property
    def shouted(self) -> bool:
        """Tell whether capitals are a habit of the writer, or of a headline."""
        if self.capital_nouns:
            return self._text.isupper()
        words = [at for at, piece in enumerate(self._row) if piece.text.isalpha()]
        return len(words) > _FEW_WORDS and sum(map(self.capital, words)) > _MOST_CAPITALS * len(words)

    def capital(self, at: int) -> bool:
        """Tell whether a word begins with a capital."""
        return self._text[self._row[at].start].isupper()

    def _is_all(self, first: int, last: int) -> bool:
        """Tell whether the name is the whole text, but for a letter or two written onto it (“Uno's”)."""
        others = (*self._row[:first], *self._row[last + 1 :])
        return sum(len(piece.text) for piece in others) <= _LITTLE

    def _around(self, at: int) -> set[str]:
        before, after = self._row[max(at - _NEAR_WORDS, 0) : at], self._row[at + 1 : at + 1 + _NEAR_WORDS]
        return {piece.text for piece in (*before, *after)}

    def begins_sentence(self, at: int) -> bool:
        """Tell whether a word is the first of its sentence, whose capital says nothing."""
        return bool(_SENTENCE_START.search(self._text[: self._row[at].start]))

    def _owned(self, at: int) -> bool:
        return any(piece.text in _POSSESSIVES for piece in self._row[max(at - _NEAR_WORDS, 0) : at])

    def _determined(self, at: int) -> bool:
        return at > 0 and self._row[at - 1].text in _POSSESSIVES | _ARTICLES
