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
    """Return HTML of Markdown without HTML, cleaned; pictures become text, headings go one level down."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    for token in tokens:
        _lower_heading(token)
        if token.children:
            token.children = [_picture_as_text(child) for child in token.children]
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES))  # noqa: S704 - clean


def _lower_heading(token: Token) -> None:
    """The title of the page is its only heading of the first level."""
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"


def _picture_as_text(token: Token) -> Token:
    """Pages load nothing from elsewhere, so of a picture its description is shown."""
    if token.type != "image":
        return token
    return Token(type="text", tag="", nesting=0, content=token.content)
