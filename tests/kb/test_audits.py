from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import audits, inquiries, solutions
from kb.audits import Audited, Judged, Tally
from kb.errors import Invalid, NotFound
from kb.inquiries import SearchRecord, Shown
from kb.solutions import NewText
from kb.tables import Audit

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LEAK = SearchRecord(
    text="it leaks",
    language="pt-BR",
    country="BR",
    products=(),
    shown=(Shown("seal", "en", 2.5, 0.8), Shown("pump", "en", 1.5, 0.1)),
    action="ask",
    probability=0.8124,
    threshold=0.9,
    certified=False,
    degraded=None,
    snapshot="s1",
    embedder="e1",
    decision="d1",
    audit_share=0.02,
)


def ask(session: Session, minute: int = 0, **changes: object) -> str:
    """Record a search that was drawn."""
    asked = replace(LEAK, **changes)  # type: ignore[arg-type]
    return inquiries.record_search(session, asked, at=MOMENT + timedelta(minutes=minute))


def test_only_searches_that_were_drawn_wait_with_the_solution_that_came_first(session: Session):
    solutions.put(
        session, [NewText("seal", "en", "A new seal", "Press it in.")], kind="ticket", actor="a", why="b"
    )
    later, drawn = ask(session, 5, text="again"), ask(session)
    not_drawn = ask(session, audit_share=None)
    first, second = audits.waiting(session)
    assert (first.search, second.search) == (drawn, later)
    assert (first.text, first.language, first.country, first.at) == ("it leaks", "pt-BR", "BR", MOMENT)
    assert (first.solution, first.solution_language) == ("seal", "en")
    assert (first.title, first.body) == ("A new seal", "Press it in.")
    assert [each.search for each in audits.waiting(session, limit=1)] == [drawn]
    assert [(each.share, each.decision) for each in session.scalars(select(Audit))] == [(0.02, "d1")] * 2
    with pytest.raises(NotFound, match="No such search was drawn"):
        audits.judge(session, not_drawn, "right", "ben")


def test_a_solution_that_is_gone_still_waits(session: Session):
    ask(session)
    (found,) = audits.waiting(session)
    assert (found.solution, found.title, found.body) == ("seal", None, None)


def test_what_was_judged_waits_no_more_and_keeps_its_history(session: Session):
    key = ask(session)
    audits.judge(session, key, "wrong", " ben ", at=MOMENT)
    audits.judge(session, key, "wrong", "ben")
    audits.judge(session, key, "right", "ben", at=MOMENT + timedelta(days=1))
    assert audits.waiting(session) == []
    assert audits.history(session, key) == (
        Judged("wrong", "ben", MOMENT),
        Judged("right", "ben", MOMENT + timedelta(days=1)),
    )
    assert audits.outcomes(session, "d1", "e1") == (
        Audited(0.8124, True, "pt", audits.last_judgement(session)),
    )


def test_where_people_disagree_it_counts_as_wrong_and_what_nobody_can_tell_is_left_out(session: Session):
    keys = [ask(session, minute) for minute in range(4)]
    said = [["right", "wrong"], ["right", "unclear"], ["unclear", "unclear"], ["wrong", "right"]]
    for key, verdicts in zip(keys, said, strict=True):
        for verdict, judge in zip(verdicts, ("ana", "ben"), strict=True):
            audits.judge(session, key, verdict, judge)  # type: ignore[arg-type]
    assert [each.right for each in audits.outcomes(session, "d1", "e1")] == [False, True, False]
    assert audits.tally(session, "d1", "e1") == Tally(drawn=4, waiting=0, unclear=1, judged_before=0)


def test_outcomes_of_another_decision_or_embedder_are_left_out_and_counted(session: Session):
    mine, older, other = ask(session), ask(session, decision="d0"), ask(session, embedder="e0")
    for key in (mine, older, other):
        audits.judge(session, key, "right", "ana")
    ask(session)
    assert len(audits.outcomes(session, "d1", "e1")) == 1
    assert audits.tally(session, "d1", "e1") == Tally(drawn=2, waiting=1, unclear=0, judged_before=2)


def test_what_cannot_be_judged_gets_a_sentence(session: Session):
    key = ask(session)
    with pytest.raises(Invalid, match="right, wrong or unclear"):
        audits.judge(session, key, "maybe", "ana")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="say who judges"):
        audits.judge(session, key, "right", " ")
    with pytest.raises(NotFound, match="No such search was drawn"):
        audits.history(session, "nothing")
    assert audits.last_judgement(session) == 0


def test_lots_are_drawn_with_the_share_that_is_set():
    assert not any(audits.drawn(0.0) for _ in range(1000))
    assert all(audits.drawn(1.0) for _ in range(1000))
    # 10,000 draws of .02: outside of 130 to 280 less than once in a million runs.
    assert 130 < sum(audits.drawn(0.02) for _ in range(10_000)) < 280


def test_many_searches_at_once_keep_their_own_lots(session: Session):
    new = [
        inquiries.NewSearch(
            f"key{n}", MOMENT, replace(LEAK, text=f"{n}", audit_share=0.5 if n % 3 == 0 else None)
        )
        for n in range(9)
    ]
    inquiries.record_searches(session, new)
    assert [each.text for each in audits.waiting(session)] == ["0", "3", "6"]
    assert session.scalar(select(func.count()).select_from(Audit)) == 3
