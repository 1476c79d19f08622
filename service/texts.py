"""The words of the frame around every page, and of the page that says what went wrong."""

from typing import Final

FRAME: Final[dict[str, str]] = {
    "name": "Precedent",
    "skip": "Skip to the content",
    "menu": "Main",
    "search": "Search",
    "status": "Track a request",
    "footer": (
        "What you type is used to find a solution and, if you send it to us, to answer you. "
        "It never stands in an address of these pages."
    ),
    "find": "Search for a solution",
    "write": "Write to us",
}
