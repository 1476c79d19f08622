"""Before a second report: the known problem that it may be, and the request that was sent in this tab."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kb.tables import Incident, IncidentFollower

Embed = Callable[..., Page]
Ask = Callable[[Page, str], None]
HAS_IT = "since the map update my navigation shows the car in the middle of the sea"


def test_a_known_problem_is_joined_with_one_tap(
    embed: Embed, ask: Ask, known_problem: tuple[sessionmaker[Session], Incident]
):
    sessions, incident = known_problem
    page = embed()
    ask(page, HAS_IT)
    expect(page.locator(".known h3")).to_have_text(incident.title)
    page.get_by_role("button", name="I have this too").click()
    expect(page.get_by_text("we write to you when it is solved")).to_be_visible()
    expect(page.locator("#description")).to_have_value(HAS_IT)
    page.locator("#email").fill("joiner@example.com")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="We have received it")).to_be_focused()
    with sessions() as session:
        assert session.scalars(select(IncidentFollower.incident_id)).all() == [incident.id]


def test_a_request_of_this_tab_is_offered_before_a_second_one(embed: Embed, ask: Ask):
    page = embed()
    page.locator("button.write").click()
    expect(page.locator(".earlier")).to_have_count(0)
    page.locator("#subject").fill("It squeaks")
    page.locator("#description").fill("At night.")
    page.get_by_role("button", name="Send", exact=True).click()
    number = page.locator(".number").inner_text()
    page.get_by_role("button", name="Search again").click()
    ask(page, "vacuum cleaner whistles")
    page.locator(".hit").first.wait_for()
    page.locator("button.write").click()
    expect(page.locator(".earlier")).to_contain_text(number)
    page.locator(".earlier button").click()
    expect(page.locator(".state")).to_have_text("Received")
