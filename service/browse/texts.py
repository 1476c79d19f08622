"""Every word that the lists of solutions say, in one place."""

from typing import Any, Final

from service.wording import Wording

TEXTS: Final[dict[str, Any]] = {
    "title": "All solutions",
    "lead": "By product, or by what they are about.",
    "products": "Products",
    "topics": "Topics",
    "general": "Orders, accounts and everything else",
    "guides": "Guides",
    "cases": "Solved cases",
    "general_lead": "What belongs to no single product.",
    "guides_lead": "Written by us, for questions that many people ask.",
    "cases_lead": "What solved the problem of another customer.",
    "count": {"one": "{count} solution", "other": "{count} solutions"},
    "also_called": "Also known as",
    "all_kinds": "All",
    "kinds": "Show",
    "in_language": "in",
    "pages": "Pages",
    "page": "Page {page} of {pages}",
    "before": "Back",
    "after": "Next",
    "unlisted": "Not in the list?",
    "nothing": "Nothing is published yet. Write to us, and we will help you.",
    "gone": "There is no such list. It may have been emptied.",
}
WORDS: Final = Wording("browse", TEXTS)
