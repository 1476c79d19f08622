"""One family of errors: the class says what happened, the text is a plain sentence for the person."""

# ruff: noqa: N818  # `raise NotFound(...)` reads as it should; the suffix Error would say nothing more

from typing import ClassVar


class PrecedentError(Exception):
    """Anything that we can explain; `slug` and `title` make the problem type of RFC 9457."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    slug: ClassVar[str] = "error"


class NotFound(PrecedentError):
    """It does not exist, or the asker may not know that it does."""

    status = 404
    title = "Not found"
    slug = "not-found"


class Invalid(PrecedentError):
    """What was given cannot be used; `field` names the part where there is one."""

    status = 422
    title = "This cannot be used"
    slug = "invalid"

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Mistyped(Invalid):
    """A tracking number whose check symbol does not fit: a typing error, not an unknown number."""

    title = "Mistyped tracking number"
    slug = "mistyped-number"


class ImportFailed(Invalid):
    """A whole file or folder cannot be imported; nothing of it was."""

    title = "Nothing was imported"
    slug = "import-failed"


class BadSetting(PrecedentError):
    """A setting that makes no sense; we do not start with it."""

    title = "A setting is wrong"
    slug = "bad-setting"


class Conflict(PrecedentError):
    """It contradicts what is already there; `number` is the ticket that is, where there is one."""

    status = 409
    title = "This contradicts what is already there"
    slug = "conflict"

    def __init__(self, sentence: str, number: str | None = None) -> None:
        super().__init__(sentence)
        self.number = number


class TooLarge(PrecedentError):
    """More than we accept in one piece."""

    status = 413
    title = "Too large"
    slug = "too-large"


class TooMany(PrecedentError):
    """Too many tries; `retry_after` seconds from now it may be tried again."""

    status = 429
    title = "Too many tries"
    slug = "too-many"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(PrecedentError):
    """A part that is needed does not work now."""

    status = 503
    title = "Not available now"
    slug = "unavailable"


class NoIndex(Unavailable):
    """There is no index to search in."""

    title = "There is no index yet"
    slug = "no-index"


class WrongEmbedder(Unavailable):
    """The index was made with another embedder than the one that is set."""

    title = "The index belongs to another embedder"
    slug = "wrong-embedder"


class BadDatabase(Unavailable):
    """The database cannot be opened, or was made by another version."""

    title = "The database cannot be used"
    slug = "database"
