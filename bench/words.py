"""Write the list of ordinary words anew: `python -m bench.words`.

The vocabulary of the default embedder (multilingual-e5-small, MIT) was learned from text in a hundred
languages: its whole words, with how likely each is, tell which words people use, how often with a capital.
"""

import gzip

from sentencepiece import SentencePieceProcessor

from indexer.encoder import PIECES, prepared_folder
from kb import settings as kb_settings
from kb.names.ordinary import WORDS
from kb.text import fold

WORD_START = "▁"
SHORTEST, LONGEST = 2, 14  # letters; longer pieces are hardly ever words of one language
# A word is ordinary if it is written small at least a third as often as with a capital (logarithm). At 0.5
# `stella` is none, at 2 `roma` is one.
MOST_BELOW_CAPITAL = 1.0


def ordinary(pieces: dict[str, float]) -> list[str]:
    """Return the ordinary words, folded and sorted, of whole words with the logarithm of their likelihood."""
    found = set()
    for word, likely in pieces.items():
        if not (word.isalpha() and word.islower() and SHORTEST <= len(word) <= LONGEST):
            continue
        if likely >= pieces.get(word.capitalize(), likely) - MOST_BELOW_CAPITAL:
            found.add(fold(word))
    return sorted(found, key=str.encode)


def main() -> None:
    """Read the prepared embedder, preparing it where that is needed, and write the list."""
    folder = prepared_folder(kb_settings.load().cache_dir)
    vocabulary = SentencePieceProcessor(model_file=str(folder / PIECES))
    known = ((vocabulary.id_to_piece(id_), vocabulary.get_score(id_)) for id_ in range(len(vocabulary)))
    words = ordinary({piece[1:]: likely for piece, likely in known if piece.startswith(WORD_START)})
    text = "".join(f"{word}\n" for word in words)
    WORDS.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(words)} words in {WORDS}")


if __name__ == "__main__":
    main()
