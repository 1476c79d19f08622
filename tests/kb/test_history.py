from datetime import UTC, datetime

from sqlalchemy.orm import Session

from kb import history
from kb.history import Change

FIRST, SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def test_changes_come_back_in_their_order_with_who_when_what_and_why(session: Session):
    for at, actor in ((SECOND, "ben"), (FIRST, "ana")):
        history.record(session, "article", 7, {"title": ["Old", "New"]}, actor=actor, why="typo", at=at)
    history.record(session, "article", 8, {"title": ["Other", "Row"]}, actor="ana", why="typo", at=FIRST)
    assert history.changes(session, "article", 7) == (
        Change(FIRST, "ana", "typo", {"title": ["Old", "New"]}),
        Change(SECOND, "ben", "typo", {"title": ["Old", "New"]}),
    )


def test_differences_name_what_changed_came_and_went():
    old = {"title": "A", "url": "u", "body": "same"}
    assert history.differences(old, {"title": "B", "body": "same", "note": "n"}) == {
        "title": ["A", "B"],
        "url": ["u", None],
        "note": [None, "n"],
    }
