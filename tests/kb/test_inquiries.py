from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import inquiries, solutions
from kb.errors import Invalid, NotFound
from kb.inquiries import Said, SearchRecord, Shown
from kb.solutions import NewText
from kb.tables import Inquiry, Outcome, Search

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHOWN = (Shown("seal", "en", 2.5, 0.8), Shown("pump", "es", 1.5, 0.1))
LEAK = SearchRecord(
    text="it leaks",
    language="en",
    country="ES",
    products=("k1",),
    shown=SHOWN,
    action="answer",
    probability=0.8,
    threshold=0.6,
    certified=False,
    degraded=None,
    snapshot="s1",
    embedder="e1",
)


def minutes(number: int) -> datetime:
    return MOMENT + timedelta(minutes=number)


def inquiry_of(session: Session, key: str) -> int:
    return session.scalars(select(Search.inquiry_id).where(Search.key == key)).one()


def publish(session: Session, *ids: str) -> None:
    texts = [NewText(each, "en", each, each) for each in ids]
    solutions.put(session, texts, kind="ticket", actor="a", why="b")


def test_a_search_is_recalled_as_it_was_shown(session: Session):
    key = inquiries.record_search(session, LEAK, at=MOMENT)
    found = inquiries.recall(session, key)
    assert (found.key, found.at, found.text, found.language, found.country) == (
        key,
        MOMENT,
        "it leaks",
        "en",
        "ES",
    )
    assert (found.products, found.shown, found.outcomes) == (("k1",), SHOWN, ())
    assert (found.action, found.probability) == ("answer", 0.8)
    row = session.scalars(select(Search)).one()
    assert (row.threshold, row.certified, row.snapshot, row.embedder) == (0.6, False, "s1", "e1")
    assert len(key) >= 22


def test_a_search_that_found_nothing_is_recorded_too(session: Session):
    key = inquiries.record_search(session, replace(LEAK, shown=(), action="escalate", text="🦆\x00"))
    assert inquiries.recall(session, key).shown == ()
    assert inquiries.recall(session, key).text == "🦆\ufffd"


def test_one_visitor_within_thirty_minutes_is_one_inquiry(session: Session):
    asked = replace(LEAK, visitor="v1")
    keys = [inquiries.record_search(session, asked, at=minutes(at)) for at in (0, 29, 58, 89)]
    others = [
        inquiries.record_search(session, replace(LEAK, visitor="v2"), at=minutes(1)),
        inquiries.record_search(session, LEAK, at=minutes(1)),
        inquiries.record_search(session, LEAK, at=minutes(1)),
    ]
    found = [inquiry_of(session, key) for key in (*keys, *others)]
    assert found[0] == found[1] == found[2]
    assert len(set(found)) == 5
    first = session.get_one(Inquiry, found[0])
    assert (first.started_at, first.last_at) == (MOMENT, minutes(58))


def test_a_page_that_goes_on_continues_its_inquiry_without_a_visitor(session: Session):
    first = inquiries.record_search(session, LEAK, at=MOMENT)
    second = inquiries.record_search(session, replace(LEAK, previous=first), at=minutes(20))
    third = inquiries.record_search(session, replace(LEAK, previous=second), at=minutes(60))
    fourth = inquiries.record_search(session, replace(LEAK, previous="unknown"), at=minutes(61))
    found = [inquiry_of(session, key) for key in (first, second, third, fourth)]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_what_was_said_is_kept_in_its_order_and_once(session: Session):
    publish(session, "seal", "pump")
    key = inquiries.record_search(session, LEAK, at=MOMENT)
    for at, (solution, kind, reason) in enumerate(
        [
            ("seal", "opened", None),
            ("seal", "opened", None),
            ("seal", "rejected", " not my model "),
            ("pump", "opened", None),
            ("pump", "solved", None),
            ("pump", "solved", None),
            (None, "rejected", "none-of-these"),
        ],
        start=1,
    ):
        inquiries.record_outcome(session, key, solution, kind, reason, at=minutes(at))
    assert inquiries.recall(session, key).outcomes == (
        Said("seal", "opened", None, minutes(1)),
        Said("seal", "rejected", "not my model", minutes(3)),
        Said("pump", "opened", None, minutes(4)),
        Said("pump", "solved", None, minutes(5)),
        Said(None, "rejected", "none-of-these", minutes(7)),
    )
    assert session.scalars(select(Inquiry.last_at)).one() == minutes(7)


def test_what_cannot_be_recorded_gets_a_sentence(session: Session):
    publish(session, "seal")
    key = inquiries.record_search(session, LEAK)
    with pytest.raises(NotFound, match="no such search"):
        inquiries.record_outcome(session, "nothing", "seal", "solved")
    with pytest.raises(NotFound, match="no such search"):
        inquiries.recall(session, "nothing\x00")
    with pytest.raises(NotFound, match="no such solution"):
        inquiries.record_outcome(session, key, "nothing", "solved")
    with pytest.raises(Invalid, match="say which solution was solved"):
        inquiries.record_outcome(session, key, None, "solved")
    with pytest.raises(Invalid, match="opened, solved or rejected"):
        inquiries.record_outcome(session, key, "seal", "liked")
    inquiries.record_outcome(session, key, "seal", "rejected", "x" * 5000)
    assert len(session.scalars(select(Outcome.reason)).one()) == inquiries.LONGEST_REASON
