"""Searches are recorded behind the answers, and none is lost while the process lives."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kb import inquiries
from kb.db import reading
from kb.errors import NotFound, Unavailable
from kb.inquiries import SearchRecord, Shown
from kb.settings import Settings
from kb.tables import Inquiry, Search
from service import recorder as recorder_module
from service.recorder import Recorder

LEAK = SearchRecord(
    text="it leaks",
    language="en",
    country="ES",
    products=(),
    shown=(Shown("seal", "en", 2.5, 0.8),),
    action="answer",
    probability=0.8,
    threshold=0.6,
    certified=False,
    degraded=None,
    snapshot="s1",
    embedder="e1",
)


@pytest.fixture
def recorder(sessions: sessionmaker[Session]) -> Iterator[Recorder]:
    """Give a recorder that writes, on either database."""
    recorder = Recorder(sessions)
    recorder.start()
    yield recorder
    recorder.close()


def texts(sessions: sessionmaker[Session]) -> list[str]:
    with reading(sessions) as session:
        return list(session.scalars(select(Search.text).order_by(Search.id)))


def test_a_search_is_written_within_a_second(recorder: Recorder, sessions: sessionmaker[Session]):
    key = recorder.record(LEAK)
    assert recorder.recall(key) == inquiries.unrecorded(recorder._waiting[key])
    ends = time.monotonic() + 1
    while recorder.recall(key) and time.monotonic() < ends:
        time.sleep(0.01)
    with reading(sessions) as session:
        found = inquiries.recall(session, key)
    assert (found.text, found.shown, recorder.recall(key)) == ("it leaks", LEAK.shown, None)


def test_what_waits_reads_like_what_is_written(recorder: Recorder, sessions: sessionmaker[Session]):
    key = recorder.record(LEAK)
    waiting = recorder.recall(key)
    recorder.settle(key)
    with reading(sessions) as session:
        assert inquiries.recall(session, key) == waiting


def test_who_refers_to_a_search_finds_it_written(recorder: Recorder, sessions: sessionmaker[Session]):
    for _ in range(20):
        key = recorder.record(LEAK)
        recorder.settle(key)
        with reading(sessions) as session:
            assert inquiries.recall(session, key).key == key
    recorder.settle("unknown")
    recorder.settle(None)


def test_all_that_waits_is_written_at_the_end(sessions: sessionmaker[Session]):
    recorder = Recorder(sessions)
    recorder.start()
    for number in range(450):
        recorder.record(replace(LEAK, text=f"search {number}"))
    recorder.close()
    assert texts(sessions) == [f"search {number}" for number in range(450)]


def test_what_follows_on_one_matter_stays_one_inquiry(recorder: Recorder, sessions: sessionmaker[Session]):
    first = recorder.record(LEAK)
    second = recorder.record(replace(LEAK, text="it still leaks", previous=first))
    recorder.record(replace(LEAK, text="and it smells", previous=second))
    recorder.record(replace(LEAK, text="something else"))
    last = recorder.record(replace(LEAK, visitor="v1"))
    recorder.record(replace(LEAK, visitor="v1", text="again"))
    recorder.settle(last)
    with reading(sessions) as session:
        counts = (
            select(func.count()).select_from(Search).group_by(Search.inquiry_id).order_by(Search.inquiry_id)
        )
        assert sorted(session.scalars(counts)) == [1, 2, 3]
        assert session.scalar(select(func.count()).select_from(Inquiry)) == 3


def test_one_that_cannot_be_written_keeps_no_other_from_it(
    recorder: Recorder, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    real = inquiries.record_searches

    def refuse(session: Session, new: list[inquiries.NewSearch]) -> None:
        if any(each.record.text == "poison" for each in new):
            raise ValueError("cannot be written")
        real(session, new)

    monkeypatch.setattr(recorder_module.inquiries, "record_searches", refuse)
    keys = [recorder.record(replace(LEAK, text=text)) for text in ("one", "poison", "two")]
    for key in keys:
        recorder.settle(key)
    assert texts(sessions) == ["one", "two"]
    with reading(sessions) as session, pytest.raises(NotFound):
        inquiries.recall(session, keys[1])


def test_memory_is_bounded(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recorder_module, "MOST_WAITING", 3)
    recorder = Recorder(sessions)
    for number in range(5):
        recorder.record(replace(LEAK, text=f"search {number}"))
    recorder.start()
    recorder.close()
    assert texts(sessions) == ["search 2", "search 3", "search 4"]


def test_while_the_database_is_locked_searches_are_answered_and_written_afterwards(
    client: TestClient, company_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recorder_module, "SETTLE_SECONDS", 0.3)
    services = client.app.state.services  # type: ignore[attr-defined]
    file: Path = company_settings.data_dir / "precedent.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        begun = time.monotonic()
        answer = client.post("/api/v1/search", json={"query": "my car will not turn over on frosty mornings"})
        key = answer.json()["search"]
        page = client.get(f"/searches/{key}")
        assert (answer.status_code, page.status_code) == (200, 200)
        assert time.monotonic() - begun < 10
        assert services.recorder.recall(key).text == "my car will not turn over on frosty mornings"
        with pytest.raises(Unavailable, match="The database is busy"):
            services.recorder.settle(key)
    finally:
        other.execute("COMMIT")
        other.close()
    monkeypatch.setattr(recorder_module, "SETTLE_SECONDS", 30)
    services.recorder.settle(key)
    said = client.post(f"/api/v1/searches/{key}/outcome", json={"kind": "solved", "solution": "cold-start"})
    assert said.status_code == 204
