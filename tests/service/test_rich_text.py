"""Markdown becomes HTML that is safe to show."""

from html.parser import HTMLParser

import pytest

from service.rich_text import Block, blocks, markdown


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
        "<h2>Way</h2>",
        "<em>a</em>",
        "<strong>b</strong>",
        "<td>y</td>",
        "<code>code</code>",
        "<s>old</s>",
    ):
        assert mark in html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# One\n\n###### Six", ["h2", "h3"]),
        ("## A\n\n### B\n\n## C", ["h2", "h3", "h2"]),
        ("#### A\n\n## B\n\n# C", ["h2", "h3", "h2"]),
        ("### A\n\n### B", ["h2", "h2"]),
        ("# 1\n## 2\n### 3\n#### 4\n##### 5\n###### 6", ["h2", "h3", "h4", "h5", "h6", "h6"]),
    ],
)
def test_headings_go_down_by_one_level_below_the_title(written: str, shown: list[str]):
    elements = Elements()
    elements.feed(markdown(written))
    assert [tag for tag, _ in elements.found] == shown


def test_a_picture_is_shown_by_its_description():
    assert markdown("See ![the red lever](https://example.com/a.png).") == "<p>See the red lever.</p>\n"


def test_a_link_leads_out_without_telling_where_from():
    assert 'rel="noopener noreferrer"' in markdown("[manual](https://example.com/m)")


def test_a_tree_holds_the_same_as_the_html():
    tree = blocks("## Way\n\n3. *a* & <b>\n4. [b](https://example.com)\n\n| x |\n|---|\n| y |")
    heading, steps, table = tree
    assert heading == Block("h2", children=["Way"])
    assert steps == Block(
        "ol",
        start=3,
        children=[
            Block("li", children=[Block("em", children=["a"]), " & <b>"]),
            Block("li", children=[Block("a", href="https://example.com", children=["b"])]),
        ],
    )
    assert table.children[1] == Block("tbody", children=[Block("tr", children=[Block("td", children=["y"])])])


def test_a_tree_leads_nowhere_that_could_run():
    assert blocks("[a](javascript:alert(1))") == [Block("p", children=["[a](javascript:alert(1))"])]
