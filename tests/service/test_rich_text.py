"""Markdown becomes HTML that is safe to show."""

from html.parser import HTMLParser

import pytest

from service.rich_text import markdown


class Elements(HTMLParser):
    """Lists the elements of a text with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://example.com/x.png)",
        "<svg onload=alert(1)>",
        '<a href="https://example.com" style="position:fixed">x</a>',
    ],
)
def test_what_could_run_or_load_something_is_only_text(text: str):
    elements = Elements()
    elements.feed(markdown(text))
    assert elements.found == [("p", {})]


def test_the_usual_marks_are_kept():
    html = markdown("## Way\n\n1. *a*\n2. **b**\n\n| x |\n|---|\n| y |\n\n`code` ~~old~~")
    for mark in (
        "<h3>Way</h3>",
        "<em>a</em>",
        "<strong>b</strong>",
        "<td>y</td>",
        "<code>code</code>",
        "<s>old</s>",
    ):
        assert mark in html


def test_headings_stand_below_the_title_of_the_page():
    assert markdown("# One\n\n###### Six") == "<h2>One</h2>\n<h6>Six</h6>\n"


def test_a_picture_is_shown_by_its_description():
    assert markdown("See ![the red lever](https://example.com/a.png).") == "<p>See the red lever.</p>\n"


def test_a_link_leads_out_without_telling_where_from():
    assert 'rel="noopener noreferrer"' in markdown("[manual](https://example.com/m)")
