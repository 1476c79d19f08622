"""Sites: added, changed, taken away, and nothing in them that the widget could stumble over."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import inquiries, sites
from kb.errors import Conflict, Invalid, NotFound
from kb.inquiries import SearchRecord
from kb.sites import Site
from kb.tables import Inquiry
from kb.tables import Site as Row

HITS = {"one": "{number} hit", "other": "{number} hits"}
SPOKEN = {
    "en": {"label": "What is the problem?", "mail": "Or write to {mail}", "count": HITS},
    "de": {"label": "Was ist das Problem?", "mail": "Oder an {mail}", "count": {"other": "{number} Treffer"}},
}
SHOP = Site("shop", "The shop", ("https://shop.example.com",))


def test_a_site_is_read_back_in_its_normal_form(session: Session):
    given = replace(
        SHOP,
        name=" The shop ",
        origins=("https://Shop.example.com:443", "https://shop.example.com", "http://localhost:8001"),
        languages=("DE", "en"),
        countries=("de", "uk"),
        texts={"de_at": {"label": " Was ist los? ", "count": {"one": "ein Treffer", "other": "{number}"}}},
        mail="Help@Example.com",
        consent=True,
    )
    assert sites.add(session, given, SPOKEN) == sites.get(session, "shop")
    assert sites.get(session, "shop") == Site(
        key="shop",
        name="The shop",
        origins=("https://shop.example.com", "http://localhost:8001"),
        languages=("de", "en"),
        countries=("DE", "GB"),
        texts={"de-AT": {"label": "Was ist los?", "count": {"one": "ein Treffer", "other": "{number}"}}},
        mail="help@example.com",
        consent=True,
    )


def test_all_sites_are_listed_by_their_keys(session: Session):
    for key in ("zoo", "arena"):
        sites.add(session, replace(SHOP, key=key), SPOKEN)
    assert [each.key for each in sites.sites(session)] == ["arena", "zoo"]


def test_a_key_belongs_to_one_site(session: Session):
    sites.add(session, SHOP, SPOKEN)
    with pytest.raises(Conflict, match="There is a site “shop” already"):
        sites.add(session, SHOP, SPOKEN)


def test_a_change_replaces_all_that_a_site_was(session: Session):
    sites.add(session, replace(SHOP, mail="a@example.com", languages=("de",)), SPOKEN)
    sites.change(session, replace(SHOP, origins=("https://new.example",)), SPOKEN)
    assert sites.get(session, "shop") == replace(SHOP, origins=("https://new.example",))


def test_a_site_that_was_removed_is_gone_and_what_came_from_it_is_not(session: Session):
    sites.add(session, SHOP, SPOKEN)
    search = SearchRecord("it leaks", "en", None, (), (), "ask", 0.1, 0.6, False, None, "s", "e", site="shop")
    inquiries.record_search(session, search)
    sites.remove(session, "shop")
    assert sites.sites(session) == ()
    for act in (lambda: sites.get(session, "shop"), lambda: sites.change(session, SHOP, SPOKEN)):
        with pytest.raises(NotFound, match=r"There is no such site\."):
            act()
    with pytest.raises(NotFound):
        sites.remove(session, "shop")
    row = session.scalars(select(Row)).one()
    assert session.scalars(select(Inquiry.site_id)).all() == [row.id]


def test_a_removed_key_can_be_used_again(session: Session):
    sites.add(session, replace(SHOP, mail="a@example.com"), SPOKEN)
    sites.remove(session, "shop")
    sites.add(session, SHOP, SPOKEN)
    assert sites.get(session, "shop") == SHOP
    assert session.scalars(select(func.count()).select_from(Row)).one() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"key": "My shop"}, "key", "The key of a site has small letters, digits and hyphens"),
        ({"key": "-a"}, "key", "The key of a site has"),
        ({"key": "a" * 65}, "key", "The key of a site has"),
        ({"name": " "}, "name", "A site needs a name of at most 200 characters."),
        ({"origins": ()}, "origins", "A site needs at least one origin"),
        ({"origins": ("shop",)}, "origins", "“shop” is not an origin"),
        ({"languages": ("fr",)}, "languages", "The widget does not speak “fr”; it speaks en, de."),
        ({"languages": ("de-AT",)}, "languages", "The widget does not speak “de-AT”; it speaks en, de."),
        ({"languages": ("klingon",)}, "language", "“klingon” is not a language"),
        ({"countries": ("Q9",)}, "country", "“Q9” is not a country"),
        ({"mail": "nobody"}, "email", "“nobody” is not an e-mail address."),
        ({"texts": ["label"]}, "texts", 'Texts are written as {"en": {"label": "What may we fix?"}}.'),
        ({"texts": {"en": "label"}}, "texts", 'Texts are written as {"en": {"label": "What may we fix?"}}.'),
        ({"texts": {"fr": {}}}, "languages", "The widget does not speak “fr”"),
        ({"texts": {"en": {"lable": "x"}}}, "texts", "has no text “lable”; the nearest one is “label”."),
        ({"texts": {"en": {"label": 7}}}, "texts", "The text “label” must be a text of at most 500"),
        ({"texts": {"en": {"label": " "}}}, "texts", "The text “label” must be a text"),
        ({"texts": {"en": {"label": "x" * 501}}}, "texts", "The text “label” must be a text"),
        ({"texts": {"en": {"label": {"other": "x"}}}}, "texts", "The text “label” must be a text"),
        ({"texts": {"en": {"label": "{mail}?"}}}, "texts", "“label” nothing is filled in for {mail}."),
        ({"texts": {"en": {"count": {"one": "x"}}}}, "texts", "“count” has the forms zero, one, two"),
        ({"texts": {"en": {"count": {"lots": "x", "other": "x"}}}}, "texts", "“count” has the forms"),
    ],
)  # fmt: skip
def test_what_the_widget_could_stumble_over_is_refused(
    session: Session, wrong: dict[str, Any], field: str, sentence: str
):
    with pytest.raises(Invalid) as refused:
        sites.add(session, replace(SHOP, **wrong), SPOKEN)
    assert sentence in str(refused.value)
    assert refused.value.field == field
    assert sites.sites(session) == ()


def test_a_count_may_have_one_text_for_all_numbers(session: Session):
    added = sites.add(session, replace(SHOP, texts={"en": {"count": "{number} found"}}), SPOKEN)
    assert added.texts == {"en": {"count": {"other": "{number} found"}}}
