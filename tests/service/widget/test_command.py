"""`precedent site`, with a real database: sites come, change and go, and the tag is printed."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.settings import Settings
from service import cli
from service.widget.build import bundle

Run = Callable[..., tuple[int, str, str]]
ORIGIN = ("--origin", "https://shop.example.com")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give what runs `precedent site` on either database: exit status, output, errors."""
    for name in [name for name in os.environ if name.startswith("PRECEDENT_DATA")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRECEDENT_DATA_DIR", str(settings.data_dir))
    if settings.database_url:
        monkeypatch.setenv("PRECEDENT_DATABASE_URL", str(settings.database_url))

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["precedent", "site", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        said = capsys.readouterr()
        return int(exit_.value.code or 0), said.out, said.err

    return run


def shown(run: Run, key: str = "shop") -> dict[str, object]:
    return json.loads(run("show", key, "--json")[1])


def test_a_new_site_is_told_what_to_copy(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PRECEDENT_BASE_URL", "https://help.example.com")
    status, said, errors = run("add", "shop", *ORIGIN, "--name", "The shop", "--mail", "help@example.com")
    assert (status, errors) == (0, "")
    address = "https://help.example.com"
    element = [
        '<precedent-search mail="help@example.com">',
        f'  <form action="{address}/"><button>Help</button></form>',
        "</precedent-search>",
    ]
    assert said.splitlines() == [
        "The shop [shop]",
        "  origins    https://shop.example.com",
        "  languages  all that the widget speaks",
        "  countries  all",
        "  own texts  none",
        "  mail       help@example.com",
        "  consent    not asked for",
        "",
        "To be always up to date, copy:",
        f'<script src="{address}/widget/v1/precedent.js" data-site="shop" async></script>',
        *element,
        "",
        "To stay with this version, whose hash browsers check, copy:",
        f'<script src="{address}{bundle().path}" integrity="{bundle().sri}" crossorigin="anonymous"'
        ' data-site="shop" async></script>',
        *element,
        "",
        "Where the site has a policy, add to it:",
        f"Content-Security-Policy: script-src 'self' {address}; connect-src 'self' {address}; "
        f"form-action 'self' {address}",
        "",
        f"Try it, with product, language and colours: {address}/embed/shop",
    ]


def test_without_a_public_address_it_says_what_is_missing(run: Run):
    status, _, errors = run("add", "shop", *ORIGIN)
    assert (status, errors) == (
        0,
        "Set PRECEDENT_BASE_URL to your public address: other machines cannot reach http://127.0.0.1:8000.\n",
    )


def test_all_that_a_site_has_is_given_and_shown(run: Run, tmp_path: Path):
    texts = tmp_path / "texts.json"
    texts.write_text('{"en": {"label": "What may we fix?"}}', encoding="utf-8")
    given = ["--language", "en", "--language", "de", "--country", "gb", "--texts", str(texts), "--consent"]
    assert run("add", "shop", *ORIGIN, "--origin", "http://localhost:8001", *given)[0] == 0
    found = shown(run)
    copied = found.pop("copy")
    assert isinstance(copied, dict)
    assert sorted(copied) == ["evergreen", "pinned", "policy"]
    assert found == {
        "key": "shop",
        "name": "shop",
        "origins": ["https://shop.example.com", "http://localhost:8001"],
        "languages": ["en", "de"],
        "countries": ["GB"],
        "texts": {"en": {"label": "What may we fix?"}},
        "mail": None,
        "consent": True,
    }
    assert "own texts  1 in en" in run("show", "shop")[1]


def test_a_change_leaves_what_is_not_named_and_empties_what_is_empty(run: Run):
    run("add", "shop", *ORIGIN, "--language", "de", "--country", "DE", "--mail", "a@example.com", "--consent")
    run("change", "shop", "--language", "", "--mail", "", "--no-consent")
    found = shown(run)
    assert [found[name] for name in ("origins", "languages", "countries", "mail", "consent")] == [
        ["https://shop.example.com"], [], ["DE"], None, False,
    ]  # fmt: skip


def test_sites_are_listed_until_they_are_removed(run: Run):
    assert run("list")[1] == (
        "There is no site yet: precedent site add KEY --origin https://shop.example.com\n"
    )
    run("add", "zoo", "--name", "The zoo", *ORIGIN)
    run("add", "arena", *ORIGIN, "--origin", "https://b.example")
    assert run("list")[1].splitlines() == [
        "arena: arena, https://shop.example.com, https://b.example",
        "zoo: The zoo, https://shop.example.com",
    ]
    assert run("remove", "zoo")[1] == "The site “zoo” is removed; its pages are refused within a second.\n"
    assert [each["key"] for each in json.loads(run("list", "--json")[1])] == ["arena"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "shop"], "precedent: A site needs at least one origin, such as https://shop.example.com."),
        (["add", "shop", "--origin", "http://a.example"], "precedent: “http://a.example” is not encrypted"),
        (["add", "My shop", *ORIGIN], "precedent: The key of a site has small letters, digits and hyphens"),
        (["add", "shop", *ORIGIN, "--language", "xx"], "precedent: “xx” is not a language"),
        (["add", "shop", *ORIGIN, "--country", "Q9"], "precedent: “Q9” is not a country"),
        (["add", "shop", *ORIGIN, "--mail", "nobody"], "precedent: “nobody” is not an e-mail address."),
        (["add", "shop", *ORIGIN, "--texts", "/nowhere.json"], "precedent: /nowhere.json cannot be read: "),
        (["show", "shop"], "precedent: There is no such site."),
        (["change", "shop", *ORIGIN], "precedent: There is no such site."),
        (["remove", "shop"], "precedent: There is no such site."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(run: Run, arguments: list[str], sentence: str):
    status, said, errors = run(*arguments)
    assert (status, said, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(sentence)


def test_a_file_that_holds_no_json_is_named(run: Run, tmp_path: Path):
    texts = tmp_path / "texts.json"
    texts.write_text("label: x", encoding="utf-8")
    assert f"precedent: {texts} is not JSON in UTF-8" in run("add", "shop", *ORIGIN, "--texts", texts)[2]


def test_a_change_of_nothing_is_wrong_usage(run: Run):
    run("add", "shop", *ORIGIN)
    status, _, errors = run("change", "shop")
    assert status == 2
    assert "Say what is to be changed" in errors
