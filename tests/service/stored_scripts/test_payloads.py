"""The texts are no empty threat: each of them runs where it is put as it stands."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from jinja2 import Environment
from markdown_it import MarkdownIt
from playwright.sync_api import Page, Route

from tests.service.stored_scripts.payloads import PAYLOADS, Payload, Where
from tests.service.stored_scripts.witness import Witness


def markdown_as_it_stands(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = lambda address: True
    return parser.render(text)


def written_twice(text: str) -> str:
    code = json.dumps(text).replace("<", "\\u003c")
    return f"<p id=twice></p><script>twice.innerHTML = {code}; twice.innerHTML = twice.innerHTML</script>"


def in_a_script(text: str) -> str:
    quoted = text.replace('"', '\\"')  # and the backslash forgotten
    codes = (f'x = "{text}"', f'x = "{quoted}"', f"x = `{text}`", f"// {text}\n")
    return "".join(f"<script>{code}</script>" for code in codes)


# What a page does that forgets to escape, to clean, or to tell texts from templates.
CARELESS: dict[Where, Callable[[str], str]] = {
    "text": lambda text: f"<p>{text}</p>",
    "mutation": written_twice,
    "attribute": lambda text: f"<p title=\"{text}\">x</p><p title='{text}'>x</p><p title={text}>x</p>",
    "address": lambda text: f'<a href="{text}">x</a>',
    "script": in_a_script,
    "markdown": markdown_as_it_stands,
    "template": lambda text: Environment().from_string(text).render(),
}
# Events of pictures, films and animations come some frames later.
LATER = 150


def test_there_are_enough_texts_of_every_kind():
    assert len(PAYLOADS) >= 60
    assert len({each.text for each in PAYLOADS}) == len(PAYLOADS)
    assert {each.where for each in PAYLOADS} == set(CARELESS)


def test_each_text_runs_on_a_page_that_takes_no_care(browse: Callable[..., Page], witness: Witness):
    page = browse()

    def careless(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if not asked.path[1:].isdecimal():
            return route.fulfill(status=404)
        each: Payload = PAYLOADS[int(asked.path[1:])]
        body = f"<!doctype html><title>x</title><body>{CARELESS[each.where](each.text)}"
        return route.fulfill(body=body, content_type="text/html; charset=utf-8")

    page.route("http://careless.invalid/**", careless)
    for each in PAYLOADS:
        page.goto(f"http://careless.invalid/{each.index}")
        witness.look(page, LATER)
    assert [each.text for each in PAYLOADS if each.index not in witness.ran] == []


def test_a_page_under_the_policy_of_ours_tells_of_an_attempt(browse: Callable[..., Page], witness: Witness):
    page = browse()
    headers = {"content-security-policy": "default-src 'none'", "content-type": "text/html"}
    page.route("http://careless.invalid/", lambda r: r.fulfill(body="<svg onload=ran(0)>", headers=headers))
    page.goto("http://careless.invalid/")
    witness.look(page)
    assert witness.ran == set()
    assert any("inline event handler" in each for each in witness.attempts)
