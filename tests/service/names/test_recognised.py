"""Which name of a product was recognised: the API and the page say it, in whatever form it was typed."""

import re

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("query", "country", "matched", "via"),
    [
        ("El Ostrveo no arranca con el frío", "ES", "Ostrveo", "Ostrevo"),
        ("los Ostrevos no arrancan con el frío", "ES", "Ostrevo", "Ostrevo"),
        ("der Highmoor-Motor startet bei Kälte nicht", "GB", "Highmoor", "Highmoor"),
        ("the high moor does not start in the cold", "GB", "high moor", "Highmoor"),
    ],
)
def test_the_answer_says_which_name_was_recognised(
    client: TestClient, query: str, country: str, matched: str, via: str
):
    found = client.post("/api/v1/search", json={"query": query, "country": country}).json()
    assert found["products"] == [{"code": "SUV", "name": "Tarnwald", "matched": matched, "via": via}]


def test_two_names_in_one_query_are_both_told_in_order(client: TestClient):
    query = "does the Caffora run from the socket of the Highmoor"
    found = client.post("/api/v1/search", json={"query": query, "country": "GB"}).json()
    assert [(each["code"], each["via"]) for each in found["products"]] == [
        ("COF", "Caffora"),
        ("SUV", "Highmoor"),
    ]


@pytest.mark.parametrize(
    ("query", "country", "told"),
    [
        ("El Ostrveo no arranca con el frío", "ES", "“Ostrevo” (ES) = Tarnwald"),
        ("los Ostrevos no arrancan con el frío", "MX", "“Ostrevo” (ES) = Tarnwald"),
        ("the high moor does not start in the cold", "GB", "“Highmoor” (GB) = Tarnwald"),
    ],
)
def test_the_page_says_which_name_was_recognised(client: TestClient, query: str, country: str, told: str):
    answer = client.post("/searches", data={"q": query, "country": country})
    html = client.get(answer.headers["location"]).text
    assert told in " ".join(re.sub("<[^>]+>", "", html).split())
