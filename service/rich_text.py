"""Markdown that people wrote, as HTML that is safe to show."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
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
