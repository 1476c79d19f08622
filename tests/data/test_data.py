import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import data
from indexer import decide
from indexer.embed import Embedder
from indexer.evaluate import evaluate
from kb import customers, db, imports, sites, timeline
from kb import documents as kb_documents
from kb.customers import Person
from kb.documents import Document
from kb.imports import Beir, Query
from kb.imports.report import Report
from kb.settings import Settings
from kb.sites import Site
from service.widget.build import texts

Rows = list[dict[str, Any]]
# In the order in which `precedent demo` imports them.
IMPORTED = (
    "products",
    "customers",
    "articles",
    "tickets",
    "unreviewed",
    "contacts",
    "incidents",
    "routing",
)
TRANSLATED = ("de", "fr", "es", "ja", "ar")
HUMAN_CHANNELS = {"web", "widget", "email", "phone", "chat", "store"}
SENTENCE_END = re.compile(r"(?<=[.!?…؟])\s+|(?<=[。！？])|\n+")
LEAST_SENTENCE = 12  # characters; what is shorter ("Thank you.") belongs to nobody


def read(name: str) -> Rows:
    return [json.loads(line) for line in (data.FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


PRODUCTS, CUSTOMERS, ARTICLES, TICKETS, UNREVIEWED, CONTACTS, INCIDENTS, ROUTING = map(read, IMPORTED)
QUESTIONS = read("questions")


def bring(session: Session, name: str) -> Report:
    kind, trust = ("tickets", False) if name == "unreviewed" else (name, True)
    return imports.import_path(session, data.FOLDER / f"{name}.jsonl", kind, trust, actor="tests")


@pytest.fixture(scope="module")
def imported(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Give the database with everything imported."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "precedent.db")
    engine = db.open_engine(Settings(data_dir=folder))
    with db.sessions(engine)() as session:
        for name in IMPORTED:
            report = bring(session, name)
            assert [str(rejected) for rejected in report.rejected] == []
            assert report.added == len(read(name))
            assert report.drafts == (len(UNREVIEWED) if name == "unreviewed" else 0)
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def documents(imported: Session) -> list[Document]:
    return list(kb_documents.documents(imported))


def texts_of(ticket: dict[str, Any]) -> list[str]:
    messages = [message["text"] for message in ticket["messages"]]
    return [ticket["subject"], ticket["description"], ticket["resolution"], *messages]


def everything_written() -> Iterator[tuple[str, str]]:
    """Yield every text with what it belongs to."""
    for row in ARTICLES:
        yield f"article {row['id']} {row['language']}", f"{row['title']}\n{row['body']}"
    for row in (*TICKETS, *UNREVIEWED):
        yield f"ticket {row['id']}", "\n".join(texts_of(row))
    for row in CONTACTS:
        yield f"contact {row['id']}", row["summary"]
    for row in INCIDENTS:
        yield f"incident {row['id']}", f"{row['title']}\n{row['text']}"
    for row in QUESTIONS:
        yield f"question {row['id']}", row["text"]


def sentences(text: str) -> Iterator[str]:
    for sentence in SENTENCE_END.split(text):
        plain = re.sub(r"[\W_]+", " ", sentence.casefold()).strip()
        if len(plain) >= LEAST_SENTENCE:
            yield plain


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_products_have_names_in_many_countries():
    assert len(PRODUCTS) >= 8
    assert all(len({name["name"] for name in product["names"]}) >= 3 for product in PRODUCTS)
    countries = {name.get("country") for product in PRODUCTS for name in product["names"]} - {None}
    assert len(countries) >= 12


def test_one_name_is_shared_by_two_products_in_different_countries():
    owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for product in PRODUCTS:
        for name in product["names"]:
            owners[name["name"]].add((product["code"], name.get("country", "")))
    shared = {name: places for name, places in owners.items() if len({code for code, _ in places}) > 1}
    assert shared == {"Windrel": {("hd20", "GB"), ("ap12", "US")}}


def test_articles_are_written_and_translated():
    languages = Counter(row["language"] for row in ARTICLES)
    english = {row["id"] for row in ARTICLES if row["language"] == "en"}
    assert len(english) >= 60
    assert all(languages[language] >= 20 for language in TRANSLATED)
    assert {row["id"] for row in ARTICLES} == english
    assert len({(row["id"], row["language"]) for row in ARTICLES}) == len(ARTICLES)


def test_tickets_are_many_in_many_languages_and_channels():
    assert len(TICKETS) >= 300
    assert {row["status"] for row in TICKETS} <= {"solved", "closed"}
    assert sum(count >= 10 for count in Counter(row["language"] for row in TICKETS).values()) >= 8
    assert {row["channel"] for row in TICKETS} == HUMAN_CHANNELS
    public = Counter(message["public"] for row in TICKETS for message in row["messages"])
    assert public[True] >= 300
    assert public[False] >= 150
    days = [moment(row["created_at"]) for row in TICKETS]
    assert max(days) - min(days) >= timedelta(days=700)
    assert len({row["id"] for row in (*TICKETS, *UNREVIEWED)}) == len(TICKETS) + len(UNREVIEWED)


def raw_text(ticket: dict[str, Any]) -> str:
    return "\n".join((ticket["subject"], ticket["description"], ticket["resolution"]))


def test_unreviewed_tickets_are_raw():
    """What the cleaner is for: personal data and remarks in subjects, descriptions and resolutions."""
    assert len(UNREVIEWED) >= 40
    assert len({row["language"] for row in UNREVIEWED}) >= 8
    named = [
        row for row in UNREVIEWED if any(part in raw_text(row) for part in row["customer"]["name"].split())
    ]
    assert len(named) >= 35


def test_questions_are_answerable_or_not():
    assert sum(not row["solution"] for row in QUESTIONS) >= 60
    assert sum(bool(row["solution"]) for row in QUESTIONS) >= 100
    assert len({row["id"] for row in QUESTIONS}) == len(QUESTIONS)


def test_customers_have_many_identities():
    counts = [len(row["identities"]) for row in CUSTOMERS]
    assert len(counts) >= 45
    assert sum(count >= 3 for count in counts) >= 25
    kinds = Counter(each["kind"] for row in CUSTOMERS for each in row["identities"])
    assert kinds.keys() == {"email", "phone", "host", "channel"}
    assert kinds["host"] >= 4
    owners = Counter((each["kind"], each["value"]) for row in CUSTOMERS for each in row["identities"])
    assert set(owners.values()) == {1}
    writers = {row["customer"]["id"] for row in TICKETS}
    assert {row["id"] for row in CUSTOMERS} <= writers


def test_contacts_surround_the_tickets():
    assert len(CONTACTS) >= 220
    kinds = Counter(row["kind"] for row in CONTACTS)
    assert kinds["return"] >= 15
    assert kinds["repair"] >= 10
    assert {"call", "visit", "email", "chat"} <= kinds.keys()
    last = max_by_customer(TICKETS, "created_at")
    bought = [row for row in CONTACTS if row["kind"] == "purchase"]
    assert sum(row["at"] < last[row["customer"]["id"]] for row in bought) >= 110
    opened = {row["id"]: moment(row["created_at"]) for row in TICKETS}
    again = [row for row in CONTACTS if row.get("ticket") and row["kind"] in ("call", "visit")]
    assert sum(timedelta() < moment(row["at"]) - opened[row["ticket"]] < timedelta(7) for row in again) >= 20


def max_by_customer(rows: Rows, field: str) -> dict[str, str]:
    """Return the latest moment of each customer, under each of their ids."""
    found: dict[str, str] = {}
    for row in rows:
        owner = row["customer"]["id"]
        found[owner] = max(found.get(owner, ""), row[field])
    for row in CUSTOMERS:
        ids = [row["id"], *(each["value"] for each in row["identities"] if each["kind"] == "host")]
        found[row["id"]] = max(found[each] for each in ids)
    return found


def test_one_incident_is_open_and_one_was_solved():
    assert Counter(row["state"] for row in INCIDENTS) == {"open": 1, "resolved": 1}
    assert all(len(row["followers"]) >= 6 for row in INCIDENTS)


def test_the_last_rule_fits_every_ticket():
    assert len(ROUTING) >= 10
    assert all(row.keys() > {"team"} for row in ROUTING[:-1])
    assert ROUTING[-1].keys() == {"team"}


def test_every_code_and_every_solution_exists():
    codes = {product["code"] for product in PRODUCTS}
    assert len(codes) == len(PRODUCTS)
    rows = [*ARTICLES, *TICKETS, *UNREVIEWED, *INCIDENTS]
    assert {code for row in rows for code in row["products"]} <= codes
    articles = {row["id"] for row in ARTICLES}
    keys = {row["solution"] for row in TICKETS if row.get("solution")}
    alone = {f"ticket-{row['id']}" for row in TICKETS if not row.get("solution")}
    assert {row["solution"] for row in QUESTIONS if row["solution"]} <= articles | keys | alone
    shared = Counter(
        row["solution"] for row in TICKETS if row.get("solution") and row["solution"] not in articles
    )
    assert all(count >= 2 for count in shared.values())


def test_no_sentence_stands_in_two_texts():
    owners: dict[str, set[str]] = defaultdict(set)
    for owner, text in everything_written():
        for plain in sentences(text):
            owners[plain].add(owner)
    assert len(owners) > 4000
    assert {sentence: found for sentence, found in owners.items() if len(found) > 1} == {}


def test_mail_addresses_belong_to_nobody():
    names = (*IMPORTED, "questions")
    written = "".join((data.FOLDER / f"{name}.jsonl").read_text("utf-8") for name in names)
    domains = set(re.findall(r"[\w.+-]+@([\w.-]*\w)", written))
    assert domains == {"example.com", "example.net", "example.org"}


def test_the_sample_site_has_a_row_that_lets_it_in():
    (row,) = read("sites")
    checked = sites.checked(Site(**row), texts())
    assert json.loads(json.dumps(asdict(checked))) == row
    page = (data.FOLDER / "site" / "index.html").read_text("utf-8")
    assert f'data-site="{row["key"]}"' in page
    assert "http://127.0.0.1:8001" in row["origins"]


def test_importing_again_changes_nothing(imported: Session):
    for name in IMPORTED:
        report = bring(imported, name)
        assert (report.added, report.changed, report.unchanged) == (0, 0, len(read(name)))


def test_everything_that_answers_a_question_is_published(documents: list[Document]):
    published = {document.id for document in documents}
    assert {row["solution"] for row in QUESTIONS if row["solution"]} - published == set()


def test_nothing_of_a_conversation_is_published(documents: list[Document]):
    public = "\n".join("\n".join((each.title, each.text, *each.phrasings)) for each in documents)
    said = [message["text"] for row in TICKETS for message in row["messages"]]
    assert [text for text in said if text in public] == []
    known = {row["customer"].get(field) for row in TICKETS for field in ("email", "phone")} - {None}
    assert [address for address in known if address in public] == []


def test_nothing_of_unreviewed_tickets_is_published(documents: list[Document]):
    ids = {document.id for document in documents}
    assert ids & {f"ticket-{row['id']}" for row in UNREVIEWED} == set()
    public = {
        sentence
        for each in documents
        for sentence in sentences("\n".join((each.title, each.text, *each.phrasings)))
    }
    raw = {sentence for row in UNREVIEWED for sentence in sentences("\n".join(texts_of(row)))}
    assert len(raw) > 400
    assert raw & public == set()


def test_people_with_two_ids_are_one(imported: Session):
    for row in CUSTOMERS:
        known = customers.find_or_create(imported, Person(host_id=row["id"]))
        for each in row["identities"]:
            if each["kind"] == "host":
                assert customers.find_or_create(imported, Person(host_id=each["value"])) == known


def test_a_timeline_tells_all_of_a_person(imported: Session):
    maca = customers.find_or_create(imported, Person(host_id="C-5162"))
    told = [f"{each.at:%Y-%m-%d} {each.channel}: {each.kind}" for each in timeline.happenings(imported, maca)]
    assert told == [
        "2024-12-24 web: purchase",
        "2025-03-04 web: ticket open",
        "2025-03-06 web: ticket solved",
        "2025-03-16 web: return",
        "2025-11-04 chat: ticket open",
        "2025-11-04 chat: ticket closed",
        "2026-07-23 chat: ticket open",
        "2026-07-24 chat: ticket solved",
        "2026-07-26 chat: chat",
        "2026-10-30 phone: call",
        "2026-10-30 web: incident followed",
    ]


def test_search_answers_the_questions(imported: Session, documents: list[Document], embedder: Embedder):
    """Measured .60 and .78; a change that falls below these floors has broken something.

    Weakest are languages without translated articles: in Italian 2 of 6 are among the first three.
    """
    queries = [
        Query(row["id"], row["text"], row["language"], row["country"], None, {"language": row["language"]})
        for row in QUESTIONS
    ]
    qrels = {row["id"]: {row["solution"]: 1} for row in QUESTIONS if row["solution"]}
    catalogue = kb_documents.catalogue(imported)
    found = evaluate("demo", Beir("demo", documents, queries, qrels), catalogue, embedder, decide.load(0.1))
    assert (found["queries"], found["answerable"]) == (len(QUESTIONS), len(qrels))
    assert found["hit@1"] >= 0.54
    assert found["hit@3"] >= 0.72
    by_language = found["by"]["language"]
    assert all(figures["hit@3"] >= 0.3 for figures in by_language.values())
    assert all(by_language[language]["hit@3"] >= 0.6 for language in ("en", *TRANSLATED))
