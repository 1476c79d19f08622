"""The words of the frame around every page, and of the page that says what went wrong."""

from typing import Final

from service.wording import Wording

FRAME: Final = Wording(
    "frame",
    {
        "name": "Precedent",
        "skip": "Skip to the content",
        "menu": "Main",
        "search": "Search",
        "browse": "All solutions",
        "status": "Track a request",
        "language": "Read these pages in",
        "footer": (
            "What you type is used to find a solution and, if you send it to us, to answer you. "
            "It never stands in an address of these pages."
        ),
        "find": "Search for a solution",
        "write": "Write to us",
    },
)

# English errors say their own sentences; other languages have one for each kind of error.
ERRORS: Final = Wording("errors", {})
