"""From searches that are drawn to a certificate that a running server takes over."""

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from indexer import certificate, decide
from indexer.bound import Proof
from indexer.certificate import OTHERS, Certificate, Terms
from indexer.embed import Embedder
from indexer.snapshot import current
from kb import audits, db, inquiries
from kb.inquiries import SearchRecord, Shown
from kb.settings import Settings
from service import cli, recalibration
from service.app import create_app
from service.recalibration import Schedule, recalibrate
from service.reindex import Reindex

SHIPPED = decide.load(0.10).version
COLD = "my car will not turn over on frosty mornings"
NOTHING = "All languages: cannot be certified: 29 more outcomes needed, if all of them are right."
Judge = Callable[..., None]


class Begun:
    """Remembers what was begun beside the service, and begins nothing."""

    def __init__(self) -> None:
        self.options: list[tuple[str, ...]] = []

    def start(self, *options: str) -> None:
        self.options.append(options)


@pytest.fixture
def judge(sessions: sessionmaker[Session]) -> Judge:
    """Give what records searches that were drawn, and judges them."""

    def judge(*verdicts: str, probability: float = 0.9, decision: str = SHIPPED) -> None:
        with db.transaction(sessions) as session:
            for verdict in verdicts:
                asked = SearchRecord(
                    text="it leaks", language="en", country=None, products=(), action="ask",
                    shown=(Shown("seal", "en", 2.5, 0.8),), probability=probability, threshold=0.9,
                    certified=False, degraded=None, snapshot="s1", embedder="e1", decision=decision,
                    audit_share=0.02,
                )  # fmt: skip
                key = inquiries.record_search(session, asked)
                audits.judge(session, key, verdict, "ana")  # type: ignore[arg-type]

    return judge


@pytest.fixture
def watched(company_settings: Settings, embedder: Embedder) -> Iterator[TestClient]:
    """Give a client of an application that draws every search."""
    with TestClient(
        create_app(company_settings.changed(audit_share=1), embedder), follow_redirects=False
    ) as client:
        yield client


def ask(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.post("/api/v1/search", json={"query": COLD, "language": "en"}).json()
    return found


def test_nothing_judged_certifies_nothing(settings: Settings, sessions: sessionmaker[Session]):
    assert list(recalibrate(settings, sessions, "e1").sentences()) == [NOTHING]
    found = certificate.read(settings.data_dir)
    assert found is not None
    assert (found.threshold("en"), found.looked_up_to) == (None, 0)


def test_enough_right_outcomes_are_certified_and_it_is_said(
    settings: Settings, sessions: sessionmaker[Session], judge: Judge
):
    judge(*["right"] * 28, "unclear")
    first, second = recalibrate(settings, sessions, "e1").sentences()
    assert first == "All languages: cannot be certified: 1 more outcome needed, if all of them are right."
    assert second == "Where nobody could tell, nothing was counted: 1."
    judge("right", decision="of last year")
    assert list(recalibrate(settings, sessions, "e1").sentences())[2:] == [
        "Judged under an earlier decision or another embedder, and not counted: 1."
    ]
    judge("right")
    report = recalibrate(settings, sessions, "e1")
    assert next(report.sentences()) == (
        "All languages: certified: at most 10% of the answers are wrong. Of 29 outcomes 29 have "
        "a probability of 0.90 or more and are answered, 0 of them wrong."
    )
    payload = json.loads(json.dumps(report.payload()))
    assert (payload["certified"], payload["languages"]["*"]["threshold"]) == (True, 0.9)
    assert payload["audit"] == {"drawn": 30, "waiting": 0, "unclear": 1, "judged_before": 1}


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (
            ["right"] * 10,
            "All languages: cannot be certified: 19 more outcomes needed, if all of them are right.",
        ),
        (["wrong"] * 40, NOTHING),
        (["right", "wrong"] * 30, NOTHING),
    ],
)
def test_too_few_outcomes_or_only_wrong_ones_get_a_plain_number(
    settings: Settings, sessions: sessionmaker[Session], judge: Judge, verdicts: list[str], sentence: str
):
    judge(*verdicts)
    assert list(recalibrate(settings, sessions, "e1").sentences()) == [sentence]


def test_a_void_certificate_and_one_that_stays_are_told(
    settings: Settings, sessions: sessionmaker[Session], judge: Judge
):
    judge(*["right"] * 29)
    recalibrate(settings, sessions, "e1")
    said = list(recalibrate(settings, sessions, "e2").sentences())
    assert said[0] == "What was certified does not hold any more: the embedder is another one now."
    terms = Terms(SHIPPED, "e1", 0.10)
    certificate.write(settings.data_dir, Certificate(terms, {OTHERS: Proof(0.5, 90, 60, 1)}, 29, 29))
    judge(*["right"] * 10, probability=0.6)
    judge("wrong", probability=0.99)
    report = recalibrate(settings, sessions, "e1")
    assert report.done.stayed
    assert next(report.sentences()).startswith("The certificate of before stays: it kept its promise")
    found = certificate.read(settings.data_dir)
    assert found is not None
    assert (found.threshold("en"), found.proven_up_to, found.looked_up_to) == (0.5, 29, 40)


def test_the_command_certifies_what_was_judged_and_makes_no_index(
    company_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    for name, value in company_settings.environment().items():
        monkeypatch.setenv(name, value)
    before = current(company_settings.index_dir)
    told = CliRunner().invoke(cli.app, ["index", "--recalibrate"])
    assert (told.exit_code, told.stdout) == (0, f"{NOTHING}\n")
    written = json.loads(CliRunner().invoke(cli.app, ["index", "--recalibrate", "--json"]).stdout)
    assert (written["certified"], written["languages"]["*"]["needed"]) == (False, 29)
    assert certificate.read(company_settings.data_dir) is not None
    assert current(company_settings.index_dir) == before


def test_a_process_beside_the_service_certifies(company_settings: Settings):
    child = Reindex(company_settings)
    child.start("--recalibrate")
    ends = time.monotonic() + 120
    while certificate.stamp(company_settings.data_dir) is None and time.monotonic() < ends:
        time.sleep(0.1)
    found = certificate.read(company_settings.data_dir)
    child.close()
    assert found is not None
    assert (found.terms.decision, found.terms.max_wrong) == (SHIPPED, 0.10)


def test_the_schedule_begins_once_a_day_when_something_was_judged(
    settings: Settings, sessions: sessionmaker[Session], judge: Judge, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recalibration, "LOOK_SECONDS", 0.0)
    begun = Begun()
    schedule = Schedule(settings, sessions, begun)  # type: ignore[arg-type]
    schedule.look()
    assert begun.options == []
    judge("right")
    schedule.look()
    schedule.look()
    assert begun.options == [("--recalibrate",)]
    recalibrate(settings, sessions, "e1")
    judge("right")
    yesterday = (settings.data_dir / certificate.FILE).stat().st_mtime - recalibration.DAY_SECONDS
    for moment, expected in ((None, 1), (yesterday, 2)):
        if moment:
            os.utime(settings.data_dir / certificate.FILE, (moment, moment))
        Schedule(settings, sessions, begun).look()  # type: ignore[arg-type]
        assert len(begun.options) == expected
    recalibrate(settings, sessions, "e1")
    os.utime(settings.data_dir / certificate.FILE, (yesterday, yesterday))
    Schedule(settings, sessions, begun).look()  # type: ignore[arg-type]
    assert len(begun.options) == 2


def test_searches_are_drawn_with_what_decided_them(watched: TestClient):
    services = watched.app.state.services  # type: ignore[attr-defined]
    first = ask(watched)
    services.recorder.settle(first["search"])
    degraded = watched.post("/api/v1/search", json={"query": "zzz", "language": "en"}).json()
    services.recorder.settle(degraded["search"])
    with db.reading(services.sessions) as session:
        drawn = audits.waiting(session)[0]
        tally = audits.tally(session, SHIPPED, services.index.embedder.id)
    assert (drawn.search, drawn.text, drawn.solution) == (first["search"], COLD, "cold-start")
    assert tally.drawn == len([each for each in (first, degraded) if each["solutions"]])


def test_a_running_server_takes_over_a_certificate_and_its_end(watched: TestClient):
    services = watched.app.state.services  # type: ignore[attr-defined]
    folder = services.settings.data_dir
    before = ask(watched)["decision"]
    assert not before["certified"]
    terms = Terms(SHIPPED, services.index.embedder.id, 0.10)
    certificate.write(folder, Certificate(terms, {OTHERS: Proof(0.02, 90, 60, 1)}, 1, 1))
    services.index.look()
    found = ask(watched)
    decision = found["decision"]
    assert (decision["action"], decision["threshold"], decision["certified"]) == ("answer", 0.02, True)
    assert "; checked on this help desk’s own questions." in decision["explanation"]
    assert "; checked on this help desk" in watched.get(f"/searches/{found['search']}").text
    (folder / certificate.FILE).write_text("{", encoding="utf-8")
    services.index.look()
    assert ask(watched)["decision"] == before
