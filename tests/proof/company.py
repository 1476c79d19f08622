"""Solutions that are told apart by an invented word, so that each can be asked for by name."""

from collections.abc import Sequence

from sqlalchemy.orm import Session, sessionmaker

from indexer import decide
from indexer.embed import Embedder
from indexer.query import Index
from indexer.snapshot import Snapshot
from kb import db, solutions

_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za")
_PARTS = ("hinge", "pump", "lamp", "filter", "belt", "valve", "handle", "display", "fan", "door", "switch")


def word(number: int) -> str:
    """Return an invented word of four syllables; neighbouring numbers have quite different ones."""
    scattered = number * 40_503 % 65_536  # odd, so that no two numbers below 65,536 share a word
    return "".join(_SYLLABLES[scattered >> shift & 15] for shift in (12, 8, 4, 0))


def id_of(number: int) -> str:
    """Return the id of a solution."""
    return f"s-{number}"


def text(number: int) -> solutions.NewText:
    """Return a solution; it has two passages, its title and its body."""
    part = _PARTS[number % len(_PARTS)]
    title = f"The {part} of the {word(number).capitalize()} is stuck"
    return solutions.NewText(id_of(number), "en", title, f"Loosen the screw of the {part} by {number} turns.")


def question(number: int) -> str:
    """Return a question that only this solution answers."""
    return f"my {word(number)} has a {_PARTS[number % len(_PARTS)]} that got stuck"


def put(sessions: sessionmaker[Session], numbers: Sequence[int]) -> None:
    """Publish solutions."""
    with db.transaction(sessions) as session:
        solutions.put(session, list(map(text, numbers)), kind="article", actor="tests", why="proof")


def withdraw(sessions: sessionmaker[Session], number: int) -> None:
    """Withdraw a solution."""
    with db.transaction(sessions) as session:
        solutions.withdraw(session, id_of(number), None, actor="tests", why="proof")


def first(loaded: Snapshot, embedder: Embedder, numbers: Sequence[int]) -> list[str]:
    """Return the id that is found first for the question of each of the solutions."""
    index = Index(loaded.corpus, embedder, decide.load(0.10), loaded.id, loaded.watermark)
    return [index.search(question(number)).hits[0].id for number in numbers]
