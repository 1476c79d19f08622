"""One list of solutions, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb import contents
from kb.contents import Choice, Entry
from kb.solutions import Kind

# Lines of one page: about two screens of a desk, five of a phone.
PAGE = 40

TOPICS: Mapping[str, Choice] = {
    "general": Choice(general=True),
    "guides": Choice(kind="article"),
    "cases": Choice(kind="ticket"),
}
KINDS: Mapping[str, Kind] = {"guides": "article", "cases": "ticket"}


@dataclass(frozen=True, slots=True)
class Item:
    """A product or a topic with the number of its solutions."""

    name: str
    path: str
    count: int
    also: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of one list; `path` is its address without the language and the number of the page."""

    name: str
    path: str
    total: int
    entries: tuple[Entry, ...]
    number: int
    also: str = ""
    topic: str = ""
    kinds: Mapping[str, int] | None = None
    kind: str = ""

    @property
    def pages(self) -> int:
        """Return how many pages the list has."""
        return max(1, -(-self.total // PAGE))

    def at(self, number: int) -> str:
        """Return the address of a page of the list, which keeps the kind that was chosen."""
        asked = [f"kind={self.kind}"] if self.kind else []
        asked += [f"page={number}"] if number > 1 else []
        return self.path + ("?" + "&".join(asked) if asked else "")


def topics(counts: contents.Counts, names: Mapping[str, str]) -> list[Item]:
    """Return the topics that hold any solution."""
    found = {"general": counts.general, **{topic: counts.kinds.get(kind, 0) for topic, kind in KINDS.items()}}
    return [Item(names[topic], f"/topics/{topic}", count) for topic, count in found.items() if count]
