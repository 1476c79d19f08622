import pytest
from sqlalchemy.orm import Session

from kb import catalogue, documents, history
from kb.errors import Invalid
from kb.products import Product, ProductName

KETTLE = Product("k1", "Kettle One", (ProductName("Hervidor Uno", "ES"), ProductName("ケトル1", None, "ja")))
WASHER = Product("w2", "Washer Two", (ProductName("W-2", kind="model"),))


def save(session: Session, *products: Product) -> list[str]:
    return list(catalogue.save(session, products, actor="ana", why="new list"))


def test_products_come_back_by_code_with_all_their_names(session: Session):
    assert save(session, WASHER, KETTLE) == ["added", "added"]
    session.expire_all()
    assert catalogue.load(session) == documents.catalogue(session) == (KETTLE, WASHER)
    assert sorted(catalogue.ids(session)) == ["k1", "w2"]


def test_saving_again_changes_nothing(session: Session):
    save(session, KETTLE)
    mark = documents.watermark(session)
    assert save(session, KETTLE) == ["unchanged"]
    assert documents.watermark(session) == mark


def test_a_change_of_names_is_a_revision_and_search_hears_of_it(session: Session):
    save(session, KETTLE, WASHER)
    mark = documents.watermark(session)
    renamed = Product("k1", "Kettle 1", (ProductName("Hervidor Uno", "ES"), ProductName("Bouilloire", "FR")))
    assert save(session, renamed, WASHER) == ["changed", "unchanged"]
    session.expire_all()
    assert catalogue.load(session) == (renamed, WASHER)
    assert documents.watermark(session) > mark
    (change,) = history.changes(session, "product", catalogue.ids(session)["k1"])
    assert (change.actor, change.why) == ("ana", "new list")
    assert change.changes["name"] == ["Kettle One", "Kettle 1"]
    assert change.changes["names"][0][0] == ["Hervidor Uno", "ES", None, "brand"]


def test_two_products_may_share_one_name_and_one_name_may_be_given_twice(session: Session):
    shared = ProductName("Aurora", "MX")
    save(session, Product("a", "A", (shared, shared)), Product("b", "B", (shared,)))
    session.expire_all()
    assert [product.names for product in catalogue.load(session)] == [(shared,), (shared,)]


def test_an_unknown_code_gets_a_sentence(session: Session):
    save(session, KETTLE)
    assert [row.code for row in catalogue.rows(session, ["k1"])] == ["k1"]
    with pytest.raises(Invalid, match="There is no product with the code “k9”"):
        catalogue.rows(session, ["k1", "k9"])
