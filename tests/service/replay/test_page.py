"""The two pages in a real browser, opened from the disk as their reader does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from indexer.replay import Answers, Found, Replayed, draw, estimate, figures, judged_tickets
from kb.imports import PastTicket
from service.replay import page as pages
from service.replay.outcome import Outcome, Price
from tests.service.replay.conftest import START
from tests.service.test_accessibility import sideways, violations

EVIL = "</script><script>document.title = 'broken'</script><img src=x onerror=alert(1)>"


def outcome(*, labelled: bool, judged: int = 0) -> Outcome:
    """Return the outcome of 30 tickets, each of which found the same earlier solution; every other fits."""
    rows = []
    for number in range(30):
        text = f"{EVIL} {number}"
        solution = "seal" if labelled else None
        ticket = PastTicket(str(number), text, text, START, START, False, solution, None, "en", None, (EVIL,))
        hit = Found("seal", f"{EVIL} title", "Change the seal.")
        rows.append(Replayed(ticket, number > 0 if labelled else None, (hit,), 0.9))
    sample = draw(rows)
    answers = Answers({pair.id: number % 2 == 0 for number, pair in enumerate(sample.pairs[:judged])}, 0)
    counted, told = figures(rows, judged_tickets(sample, answers)), estimate(sample, answers)
    return Outcome(EVIL, counted, sample, answers, told, ("A note.",), Price(12.5, "EUR"))


@pytest.fixture
def open_file(browser: Browser, tmp_path: Path) -> Callable[..., Page]:
    """Give what opens a text as a file, with no way to any other address."""

    def open_file(text: str, **options: object) -> Page:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_context(bypass_csp=True, accept_downloads=True, **options).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(path.as_uri())
        assert [each for each in asked if not each.startswith(("file:", "blob:"))] == []
        return page

    asked: list[str] = []
    return open_file


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_is_accessible_on_a_phone_and_escapes_what_tickets_say(open_file, scheme: str):
    text = pages.report(outcome(labelled=True))
    page = open_file(text, color_scheme=scheme, viewport={"width": 390, "height": 800})
    assert page.locator("h1").inner_text().replace("\u00a0", " ") == (
        "Of 30 tickets, 97 % (83–99 %) had already been solved for somebody else before they came in."
    )
    assert "363 EUR" not in text
    assert page.locator("td", has_text="362 EUR").count() == 1
    assert page.title().startswith("Solved before: </script>")
    assert page.locator("img, script").count() == 0
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert sideways(page) == []


def test_the_report_needs_no_script_and_each_chart_has_its_table(open_file):
    page = open_file(pages.report(outcome(labelled=True)), java_script_enabled=False)
    assert page.locator("figure").count() == page.locator("figure svg").count() == 3
    page.locator("figure summary").first.click()
    assert page.locator("figure table").first.inner_text().replace("\u00a0", " ").split("\n")[-1] == (
        "2026-01\t30\t29 of 30, 97 % (83–99 %)"
    )


@pytest.mark.parametrize(
    ("judged", "cell"),
    [(24, "about 50 % (43–57 %) of 30; 24 judged"), (19, "19 judged, a share takes 20")],
)
def test_a_month_without_labels_tells_its_share_or_how_many_are_judged(open_file, judged: int, cell: str):
    page = open_file(
        pages.report(outcome(labelled=False, judged=judged)), viewport={"width": 320, "height": 640}
    )
    for summary in page.locator("figure summary").all():
        summary.click()
    table = page.locator("figure table").first.inner_text().replace("\u00a0", " ").split("\n")
    assert table == ["Month\tTickets\tAnswered by the first solution found", f"2026-01\t30\t{cell}"]
    assert sideways(page) == []


def test_the_report_says_how_far_search_lags(open_file):
    page = open_file(pages.report(outcome(labelled=True)))
    said = page.locator("main > p").last.inner_text().replace("\u00a0", " ")
    assert "the newest 1 % of them, at most, is not found yet" in said


def test_pairs_are_judged_by_keyboard_undone_resumed_and_saved(open_file):
    told = outcome(labelled=False)
    page = open_file(pages.judging(told))
    first, second = (pair.replayed.ticket.text for pair in told.sample.pairs[:2])
    assert page.locator("#asked").inner_text() == first
    for key in ("y", "n", "u", " ", "Y"):
        page.keyboard.press(key)
    assert page.locator("#count").inner_text() == "2 of 30 judged, 27 pairs left."
    page.reload()
    assert page.locator("#count").inner_text() == "2 of 30 judged, 27 pairs left."
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert page.locator("#asked").inner_text() == second
    page.get_by_role("button", name="No n").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save answers").click()
    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert download.value.suggested_filename == "answers.json"
    ids = [pair.id for pair in told.sample.pairs[:2]]
    assert saved == {
        "format": "precedent replay answers",
        "sample": told.sample.digest,
        "answers": {ids[0]: "yes", ids[1]: "no"},
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_judging_page_is_accessible_and_ends_when_all_is_done(open_file, scheme: str):
    page = open_file(
        pages.judging(outcome(labelled=False)), color_scheme=scheme, viewport={"width": 390, "height": 800}
    )
    assert violations(page) == []
    for _ in range(31):
        page.keyboard.press("y")
    assert page.locator("#end").is_visible()
    assert page.get_by_role("button", name="Yes").is_disabled()
    assert page.title() != "broken"
    assert sideways(page) == []
    assert violations(page) == []
