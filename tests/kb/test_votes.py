"""What readers say of a solution without having searched."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import solutions, votes
from kb.errors import Invalid, NotFound
from kb.tables import Vote

PUBLIC = frozenset({"public"})


@pytest.fixture
def lamp(session: Session) -> None:
    texts = [solutions.NewText("lamp", tag, f"The lamp ({tag})", "Tighten it.") for tag in ("en", "de")]
    solutions.put(session, texts, kind="article", actor="tests", why="x")


@pytest.mark.usefixtures("lamp")
def test_votes_of_all_languages_are_counted_and_those_of_others_are_not(session: Session):
    for language, kind in (("en", "solved"), ("de", "solved"), ("de", "rejected")):
        votes.cast(session, "lamp", language, kind, PUBLIC)  # type: ignore[arg-type]
    assert votes.tally(session, "lamp") == votes.Tally(solved=2, rejected=1)
    assert votes.tally(session, "other") == votes.Tally(0, 0)


@pytest.mark.usefixtures("lamp")
def test_a_vote_names_the_text_that_was_read_and_keeps_the_reason(session: Session):
    votes.cast(session, "lamp", "fr", "rejected", PUBLIC, " unclear ")
    vote = session.scalars(select(Vote)).one()
    assert (vote.language, vote.reason) == ("en", "unclear")


@pytest.mark.usefixtures("lamp")
def test_what_cannot_be_read_gets_no_vote(session: Session):
    with pytest.raises(NotFound):
        votes.cast(session, "other", "en", "solved", PUBLIC)
    solutions.withdraw(session, "lamp", None, actor="ana", why="wrong")
    with pytest.raises(NotFound):
        votes.cast(session, "lamp", "en", "solved", PUBLIC)
    with pytest.raises(Invalid):
        votes.cast(session, "lamp", "en", "opened", PUBLIC)  # type: ignore[arg-type]
