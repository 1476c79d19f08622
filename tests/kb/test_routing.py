from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import catalogue, history, routing, tickets
from kb.errors import Invalid, NotFound
from kb.products import Product
from kb.routing import Rule
from kb.tables import Team, Ticket, TicketEvent
from kb.ticket_history import Step
from kb.tickets import NewTicket

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = MOMENT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _products(session: Session) -> None:
    products = [Product("washer-300", "Marlune 300"), Product("dryer-9", "Windrel 9")]
    catalogue.save(session, products, actor="a", why="b")


def put(session: Session, *rules: Rule) -> None:
    routing.replace_rules(session, rules, actor="ben", why="new list", at=MOMENT)


def opened(session: Session, **more: object) -> str:
    new = NewTicket("problem", "It leaks", "Water runs out at the front.")
    given = {name: getattr(new, name) for name in new.__slots__} | more
    return tickets.open_ticket(session, NewTicket(**given), at=MOMENT).number  # type: ignore[arg-type]


def team(session: Session, **more: object) -> str | None:
    return tickets.status_by_number(session, opened(session, **more)).team


def sent(session: Session) -> list[tuple[str | None, str, str, str]]:
    query = select(TicketEvent).where(TicketEvent.kind == "team").order_by(TicketEvent.id)
    return [(each.old, each.new, each.actor, each.why) for each in session.scalars(query)]


@pytest.mark.parametrize(
    ("rule", "ticket", "reason"),
    [
        (Rule("T", product="washer-300"), {"products": ("washer-300",)}, "product Marlune 300"),
        (Rule("T", product="dryer-9"), {"products": ("washer-300", "dryer-9")}, "product Windrel 9"),
        (Rule("T", product="dryer-9"), {"products": ("washer-300",)}, None),
        (Rule("T", product="dryer-9"), {}, None),
        (Rule("T", language="pt"), {"language": "pt-BR"}, "language pt"),
        (Rule("T", language="pt"), {"language": "pt"}, "language pt"),
        (Rule("T", language="pt-BR"), {"language": "pt"}, None),
        (Rule("T", language="pt_br"), {"language": "pt-BR"}, "language pt-BR"),
        (Rule("T", language="fi"), {"language": "fil"}, None),
        (Rule("T", country="de"), {"country": "DE"}, "country DE"),
        (Rule("T", country="DE"), {}, None),
        (Rule("T", kind="bug"), {"kind": "bug"}, "kind bug"),
        (Rule("T", kind="bug"), {}, None),
        (Rule("T"), {}, "any ticket"),
        (
            Rule("T", "washer-300", "de", "AT", "bug"),
            {"products": ("washer-300",), "language": "de-AT", "country": "AT", "kind": "bug"},
            "product Marlune 300, language de, country AT, kind bug",
        ),
        (
            Rule("T", "washer-300", "de", "AT", "bug"),
            {"products": ("washer-300",), "language": "de-AT", "country": "AT"},
            None,
        ),
    ],
)
def test_a_rule_fits_when_all_its_conditions_are_met(
    session: Session, rule: Rule, ticket: dict[str, object], reason: str | None
):
    put(session, rule)
    assert team(session, **ticket) == ("T" if reason else None)
    assert sent(session) == ([(None, "T", "routing", f"rule 1: {reason}")] if reason else [])


def test_the_first_rule_that_fits_wins_and_nothing_after_a_catch_all_is_asked(session: Session):
    put(
        session,
        Rule("Returns", kind="request"),
        Rule("Washing care", product="washer-300", language="de"),
        Rule("Everything else"),
        Rule("Never", product="dryer-9"),
    )
    washer = {"products": ("washer-300",), "language": "de"}
    assert team(session, **washer) == "Washing care"
    assert team(session, **washer, kind="request") == "Returns"
    assert team(session, products=("dryer-9",)) == "Everything else"
    assert [why for *_, why in sent(session)] == [
        "rule 2: product Marlune 300, language de",
        "rule 1: kind request",
        "rule 3: any ticket",
    ]


def test_without_rules_there_is_no_team(session: Session):
    assert team(session) is None
    assert sent(session) == []


def test_a_language_that_nobody_gave_is_told_from_the_text_and_is_not_kept(session: Session):
    put(session, Rule("Deutsch", language="de"))
    text = {"subject": "Wasser läuft aus", "description": "Vorne läuft seit gestern Wasser aus der Maschine."}
    assert team(session, **text) == "Deutsch"
    assert team(session) is None
    assert team(session, **text, language="fr") is None
    assert sent(session) == [(None, "Deutsch", "routing", "rule 1: language de (told from the text)")]
    assert session.scalars(select(Ticket.language).order_by(Ticket.id)).all() == [None, None, "fr"]


def test_the_history_says_when_a_ticket_went_to_which_team(session: Session):
    put(session, Rule("Washing care"))
    number = opened(session)
    tickets.change_status(session, number, "answered", actor="ben", why="asked", at=LATER)
    last = LATER + timedelta(hours=1)
    routing.assign_team(session, number, " Spare  parts ", actor="ben", why="needs a seal", at=last)
    session.expire_all()
    status = tickets.status_by_number(session, number)
    assert (status.team, status.last_change) == ("Spare parts", last)
    assert status.history == (
        Step(MOMENT, state="open"),
        Step(MOMENT, team="Washing care"),
        Step(LATER, state="answered"),
        Step(last, team="Spare parts"),
    )
    assert sent(session)[1] == ("Washing care", "Spare parts", "ben", "needs a seal")
    assert routing.teams(session) == ("Spare parts", "Washing care")


def test_the_team_that_a_ticket_is_with_is_no_news(session: Session):
    number = opened(session)
    for _ in range(2):
        routing.assign_team(session, number, "Parts", actor="ben", why="seal", at=LATER)
    assert len(sent(session)) == 1
    assert session.scalars(select(Team.name)).all() == ["Parts"]


def test_rules_are_asked_again_and_where_none_fits_the_ticket_stays(session: Session):
    number = opened(session, country="ES")
    assert routing.reroute(session, number, actor="ben", why="new rules") is None
    put(session, Rule("Spain", country="ES"))
    assert routing.reroute(session, number, actor="ben", why="new rules") == "Spain"
    put(session, Rule("Italy", country="IT"))
    assert routing.reroute(session, number, actor="ben", why="new rules") == "Spain"
    assert sent(session) == [(None, "Spain", "ben", "new rules (rule 1: country ES)")]


def test_a_list_of_rules_takes_the_place_of_the_one_before_and_both_are_kept(session: Session):
    first = (Rule("A", "washer-300", "pt-BR", "BR", "bug"), Rule("B"))
    put(session, *first)
    put(session, Rule("B", country="uk"), Rule("C", language="iw"))
    assert routing.rules(session) == (Rule("B", country="GB"), Rule("C", language="he"))
    assert routing.teams(session) == ("A", "B", "C")
    put(session)
    assert routing.rules(session) == ()
    kept = history.changes(session, "routing", routing.RULES)
    listed = [[[rule["team"] for rule in rules] for rules in each.changes["rules"]] for each in kept]
    assert listed == [[[], ["A", "B"]], [["A", "B"], ["B", "C"]], [["B", "C"], []]]
    assert kept[0].changes["rules"][1][0] == {
        "team": "A",
        "product": "washer-300",
        "language": "pt-BR",
        "country": "BR",
        "kind": "bug",
    }


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (Rule(" \n"), "Please name the team."),
        (Rule("x" * 201), "The name of a team has at most 200 characters."),
        (Rule("A", product="k9"), "There is no product with the code “k9”."),
        (Rule("A", language="German"), "“German” is not a language; give a code such as es or pt-BR."),
        (Rule("A", country="Spain"), "“Spain” is not a country; give two letters of ISO 3166, such as ES."),
        (Rule("A", kind="wish"), "A ticket is one of problem, bug, request."),
    ],
)
def test_a_list_with_a_rule_that_cannot_be_changes_nothing(session: Session, rule: Rule, sentence: str):
    put(session, Rule("Kept"))
    with pytest.raises(Invalid) as caught:
        put(session, Rule("New"), rule)
    assert str(caught.value) == sentence
    assert routing.rules(session) == (Rule("Kept"),)


def test_only_tickets_that_there_are_can_be_sent(session: Session):
    number = opened(session)
    tickets.delete(session, number, actor="ben", why="twice")
    with pytest.raises(NotFound, match=r"^There is no ticket with this number\.$"):
        routing.assign_team(session, number, "Parts", actor="ben", why="seal")
    with pytest.raises(NotFound):
        routing.reroute(session, number, actor="ben", why="seal")
