"""Routing: the first rule that fits sends a ticket to a team; a person may send it to another one.

A rule without a condition fits every ticket. Rules are asked when a ticket is opened, and by `reroute`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import catalogue, history, locales
from kb.errors import Invalid
from kb.tables import TICKET_KINDS, Product, RoutingRule, Team, Ticket, now
from kb.text import clean, detect_language
from kb.ticket_history import by_number, note

ACTOR = "routing"
LONGEST_NAME = 200

# All changes of the rules are kept under one number, for the list changes as a whole.
RULES = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Sends what fits all given conditions to a team; `product` is a code, `pt` stands for `pt-BR` too."""

    team: str
    product: str | None = None
    language: str | None = None
    country: str | None = None
    kind: str | None = None

    def conditions(self) -> str:
        """Say in words what a ticket must be like."""
        parts = ("product", "language", "country", "kind")
        said = [f"{part} {value}" for part in parts if (value := getattr(self, part))]
        return ", ".join(said) or "any ticket"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What rules ask of a ticket; `guessed` when its language was told from its text."""

    products: dict[str, str]
    language: str | None
    guessed: bool
    country: str | None
    kind: str


def rules(session: Session) -> tuple[Rule, ...]:
    """Return all rules, the one that is asked first at the head."""
    query = (
        select(RoutingRule, Team.name, Product.code)
        .join(Team, Team.id == RoutingRule.team_id)
        .outerjoin(Product, Product.id == RoutingRule.product_id)
        .order_by(RoutingRule.position, RoutingRule.id)
    )
    return tuple(
        Rule(team, product, row.language, row.country, row.kind)
        for row, team, product in session.execute(query)
    )


def replace_rules(
    session: Session, new: Sequence[Rule], *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Put a list of rules in the place of all that were there; its order is the order of asking."""
    wanted, old = [checked(rule) for rule in new], rules(session)
    codes = {row.code: row.id for row in catalogue.rows(session, {r.product for r in wanted if r.product})}
    session.execute(delete(RoutingRule))
    for position, rule in enumerate(wanted, start=1):
        conditions = {"language": rule.language, "country": rule.country, "kind": rule.kind}
        product = codes[rule.product] if rule.product else None
        team = _team(session, rule.team).id
        session.add(RoutingRule(position=position, team_id=team, product_id=product, **conditions))
    change = {"rules": [[asdict(rule) for rule in old], [asdict(rule) for rule in wanted]]}
    history.record(session, "routing", RULES, change, actor=actor, why=why, at=at)
    session.flush()


def checked(rule: Rule) -> Rule:
    """Return a rule in normal form, or say what is wrong with it; products are checked when it is stored."""
    if rule.kind and rule.kind not in TICKET_KINDS:
        raise Invalid(f"A ticket is one of {', '.join(TICKET_KINDS)}.", "kind")
    return replace(
        rule,
        team=_name(rule.team),
        language=locales.language(rule.language) if rule.language else None,
        country=locales.country(rule.country) if rule.country else None,
    )


def teams(session: Session) -> tuple[str, ...]:
    """Return the names of all teams."""
    return tuple(session.scalars(select(Team.name).order_by(Team.name)))


def route(session: Session, ticket: Ticket, *, at: datetime | None = None) -> str | None:
    """Send a ticket to the team of the first rule that fits, if one does, and return the team it is with."""
    team, reason = _choose(session, ticket)
    if team:
        _send(session, ticket, team, ACTOR, reason, at or now())
    return team_of(session, ticket)


def reroute(session: Session, number: str, *, actor: str, why: str, at: datetime | None = None) -> str | None:
    """Ask the rules again and return the team; where no rule fits, the ticket stays where it is."""
    ticket = by_number(session, number)
    team, reason = _choose(session, ticket)
    if team:
        _send(session, ticket, team, actor, f"{why} ({reason})", at or now())
    return team_of(session, ticket)


def assign_team(
    session: Session, number: str, team: str, *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Send a ticket to a team by hand; a team that there is not yet is made."""
    _send(session, by_number(session, number), _name(team), actor, why, at or now())


def team_of(session: Session, ticket: Ticket) -> str | None:
    """Return the name of the team that a ticket is with."""
    return session.get_one(Team, ticket.team_id).name if ticket.team_id else None


def _choose(session: Session, ticket: Ticket) -> tuple[str | None, str]:
    """Return the team of the first rule that fits, and the reason in words."""
    asked = rules(session)
    facts = _facts(ticket, any(rule.language for rule in asked))
    for position, rule in enumerate(asked, start=1):
        if _fits(rule, facts):
            return rule.team, f"rule {position}: {_named(rule, facts)}"
    return None, ""


def _facts(ticket: Ticket, languages_matter: bool) -> _Facts:
    """Collect what rules ask. Telling a language takes 0.3 ms: its identifier is loaded with the index."""
    products = {product.code: product.name for product in ticket.products}
    language, guessed = ticket.language, False
    if languages_matter and language is None:
        language = detect_language(f"{ticket.subject}\n{ticket.description}")
        guessed = language is not None
    return _Facts(products, language, guessed, ticket.country, ticket.kind)


def _fits(rule: Rule, facts: _Facts) -> bool:
    spoken = facts.language or ""
    return (
        (not rule.product or rule.product in facts.products)
        and (not rule.language or f"{spoken}-".startswith(f"{rule.language}-"))
        and (not rule.country or rule.country == facts.country)
        and (not rule.kind or rule.kind == facts.kind)
    )


def _named(rule: Rule, facts: _Facts) -> str:
    """Say which conditions were met, with the name of the product instead of its code."""
    product = facts.products.get(rule.product or "")
    language = f"{rule.language} (told from the text)" if rule.language and facts.guessed else rule.language
    return replace(rule, product=product, language=language).conditions()


def _send(session: Session, ticket: Ticket, team: str, actor: str, why: str, at: datetime) -> None:
    row, old = _team(session, team), team_of(session, ticket)
    if ticket.team_id == row.id:
        return
    ticket.team_id, ticket.updated_at = row.id, at
    note(ticket, "team", old, row.name, actor=actor, why=why, at=at)
    session.flush()


def _team(session: Session, name: str) -> Team:
    row = session.scalars(select(Team).where(Team.name == name)).first()
    if row is None:
        row = Team(name=name)
        session.add(row)
        session.flush()
    return row


def _name(text: str) -> str:
    name = clean(text)
    if not name:
        raise Invalid("Please name the team.", "team")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"The name of a team has at most {LONGEST_NAME} characters.", "team")
    return name
