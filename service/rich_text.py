"""Markdown that people wrote, as HTML that is safe to show, and as a tree for those who may not use HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
EMPTY = {"br", "hr"}
# Line ends between their elements are not text.
HOLDING_ELEMENTS = {"root", "ul", "ol", "table", "thead", "tbody", "tr", "blockquote"}
SCHEMES = {"http", "https", "mailto", "tel"}


def markdown(text: str) -> Markup:
    """Return HTML of Markdown without HTML, cleaned; pictures become text, headings are put in order."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    _order_headings(tokens)
    for token in tokens:
        if token.children:
            token.children = [_picture_as_text(child) for child in token.children]
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES))  # noqa: S704 - clean


@dataclass(slots=True)
class Block:
    """One element of a text, with texts and elements inside it."""

    tag: str
    href: str | None = None
    start: int | None = None
    children: list["str | Block"] = field(default_factory=list)


def blocks(text: str) -> list[str | Block]:
    """Return what `markdown` makes, as a tree: under Trusted Types pages take no HTML."""
    reader = _Blocks()
    reader.feed(str(markdown(text)))
    reader.close()
    return [each for each in reader.root.children if not isinstance(each, str) or each.strip()]


class _Blocks(HTMLParser):
    """Reads clean HTML, in which every element is closed, into a tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Block("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        start = given.get("start") or ""
        new = Block(tag, href=given.get("href"), start=int(start) if start.isdecimal() else None)
        self._open[-1].children.append(new)
        if tag not in EMPTY:
            self._open.append(new)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() or self._open[-1].tag not in HOLDING_ELEMENTS:
            self._open[-1].children.append(data)


def _order_headings(tokens: list[Token]) -> None:
    """Let the headings begin below the title of the page, and go down by one level at a time."""
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    first = min((int(token.tag[1:]) for token in headings), default=2)
    above = 1
    for token in headings:
        level = min(int(token.tag[1:]) - first + 2, above + 1, 6)
        above = level if token.type == "heading_close" else above
        token.tag = f"h{level}"


def _picture_as_text(token: Token) -> Token:
    """Pages load nothing from elsewhere, so of a picture its description is shown."""
    if token.type != "image":
        return token
    return Token(type="text", tag="", nesting=0, content=token.content)
