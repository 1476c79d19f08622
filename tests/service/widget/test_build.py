"""The built file: small, always the same, and served so that other sites may load it."""

import base64
import gzip
import hashlib

import pytest
from fastapi.testclient import TestClient

from service.widget import versions
from service.widget.build import Bundle, UnbuildableError, bundle, refuse_twins, texts

# What the whole widget may weigh; measured elsewhere: 19.0 for a bare autocomplete, 90 and more for a dialog.
MOST = 20 * 1024


@pytest.mark.parametrize("language", sorted(texts()))
def test_the_file_is_small_in_every_language(language: str):
    assert bundle(language).gzip_size <= MOST


def test_the_same_sources_give_the_same_bytes():
    first = bundle()
    bundle.cache_clear()
    assert bundle() == first


def test_the_newest_is_asked_for_again_and_the_pinned_one_never(blank: TestClient):
    newest = blank.get("/widget/v1/precedent.js")
    entry = blank.get("/widget/v1/manifest.json").json()["en"]
    pinned = blank.get(entry["path"])
    assert newest.content == pinned.content == bundle().body
    assert newest.headers["cache-control"] == "public, max-age=300"
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = blank.get("/widget/v1/precedent.js", headers={"if-none-match": newest.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_published_hash_is_that_of_what_is_served(blank: TestClient):
    for entry in blank.get("/widget/v1/manifest.json").json().values():
        body = blank.get(entry["evergreen"]).content
        assert entry["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()
        assert entry["gzip_bytes"] == len(gzip.compress(body, 9, mtime=0))


def test_other_sites_may_load_it_packed_or_not(blank: TestClient):
    packed = blank.get("/widget/v1/precedent.js", headers={"accept-encoding": "gzip"})
    plain = blank.get("/widget/v1/precedent.js", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    for each in (packed, plain):
        assert each.headers["access-control-allow-origin"] == "*"
        assert each.headers["cross-origin-resource-policy"] == "cross-origin"
        assert each.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    ["/widget/v1/xx/precedent.js", "/widget/0123456789abcdef/precedent.js", "/widget/v1/texts/xx.json"],
)
def test_what_does_not_exist_is_not_replaced_by_something_else(blank: TestClient, path: str):
    assert blank.get(path).status_code == 404


def test_an_upgrade_takes_a_published_version_away_from_nobody(blank: TestClient):
    settings = blank.app.state.services.settings  # type: ignore[attr-defined]
    older = Bundle.of(b"// the widget of last year")
    assert blank.get(f"/widget/{older.digest}/precedent.js").status_code == 404
    versions.keep(older, settings.data_dir)
    answer = blank.get(f"/widget/{older.digest}/precedent.js")
    assert answer.content == older.body
    assert answer.headers["etag"] == f'"{older.digest}"'


def test_what_the_manifest_names_is_kept(blank: TestClient):
    settings = blank.app.state.services.settings  # type: ignore[attr-defined]
    blank.get("/widget/v1/manifest.json")
    kept = {path.name for path in (settings.data_dir / "widget").iterdir()}
    assert kept == {f"{bundle(language).digest}.js" for language in texts()}


def test_two_modules_with_one_name_are_refused():
    with pytest.raises(UnbuildableError, match="use one name: make"):
        refuse_twins("export function make() {}\nconst other = 1;\nconst make = 2;")
