"""The one door for the indexer: published solutions as documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """What the indexer sees of a solution in one language.

    `id` is the public id of the solution and is shared by all translations of one article, so that
    (`id`, `language`) is unique. `phrasings` are indexed and never shown.
    """

    id: str
    language: str
    products: tuple[str, ...]
    title: str
    text: str
    phrasings: tuple[str, ...] = ()
    visibility: str = "public"
