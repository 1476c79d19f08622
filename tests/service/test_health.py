"""Alive, and ready."""

from fastapi.testclient import TestClient


def test_it_is_ready_when_index_and_database_work(client: TestClient):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["ready"], body["solutions"], body["missing"]) == (True, 12, [])
    assert body["snapshot"]


def test_without_an_index_it_lives_but_is_not_ready_and_says_why(bare: TestClient):
    assert bare.get("/livez").json() == {"status": "alive"}
    answer = bare.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert len(answer.json()["missing"]) == 1
    assert "precedent index" in answer.json()["missing"][0]


def test_a_database_that_is_gone_is_named(client: TestClient):
    services = client.app.state.services  # type: ignore[attr-defined]
    services.engine.dispose()
    for file in services.settings.data_dir.glob("precedent.db*"):
        file.unlink()
    services.settings.data_dir.joinpath("precedent.db").mkdir()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == [
        "The database cannot be reached; see PRECEDENT_DATABASE_URL and PRECEDENT_DATA_DIR."
    ]
