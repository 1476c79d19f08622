"""What a site copies: two forms of one tag, its policy, and its colours."""

from dataclasses import replace
from pathlib import Path

from kb.sites import Site
from service.widget import versions
from service.widget.build import bundle
from service.widget.tag import Choice, tags

ADDRESS = "https://help.example.com"
SHOP = Site("shop", "The shop", ("https://shop.example.com",))


def test_the_plain_tag_names_the_site_and_leads_somewhere_without_scripts(tmp_path: Path):
    assert tags(SHOP, ADDRESS, tmp_path).evergreen == (
        '<script src="https://help.example.com/widget/v1/precedent.js" data-site="shop" async></script>\n'
        "<precedent-search>\n"
        '  <form action="https://help.example.com/"><button>Help</button></form>\n'
        "</precedent-search>"
    )


def test_the_pinned_tag_differs_in_its_address_and_hash_alone(tmp_path: Path):
    found = tags(SHOP, ADDRESS, tmp_path)
    built = bundle()
    proof = f'{ADDRESS}{built.path}" integrity="{built.sri}" crossorigin="anonymous"'
    assert found.pinned == found.evergreen.replace(f'{ADDRESS}/widget/v1/precedent.js"', proof)


def test_the_version_that_is_pinned_is_kept(tmp_path: Path):
    tags(SHOP, ADDRESS, tmp_path)
    assert versions.kept(bundle().digest, tmp_path) == bundle()


def test_a_site_of_one_language_gets_the_script_of_that_language(tmp_path: Path):
    found = tags(replace(SHOP, languages=("de",)), ADDRESS, tmp_path)
    assert 'src="https://help.example.com/widget/v1/de/precedent.js"' in found.evergreen
    assert bundle("de").path in found.pinned
    assert '<form action="https://help.example.com/de/"><button>Hilfe</button>' in found.evergreen
    assert "locale" not in found.evergreen


def test_what_was_chosen_and_what_the_row_says_stands_in_the_tag(tmp_path: Path):
    site = replace(SHOP, mail="help@example.com", consent=True)
    found = tags(site, ADDRESS, tmp_path, Choice("wm300", "ja", "JP", "#8a3b12"))
    assert 'v1/ja/precedent.js" data-site="shop" data-consent async>' in found.evergreen
    element = '<precedent-search product="wm300" locale="ja" country="JP" mail="help@example.com">'
    assert element in found.evergreen
    assert found.style.splitlines()[:2] == [
        "precedent-search {",
        "  --precedent-accent: light-dark(#8a3b12, #b27e63);",
    ]


def test_a_product_code_of_any_letters_stays_inside_its_quotes(tmp_path: Path):
    found = tags(SHOP, ADDRESS, tmp_path, Choice(product='"><script>alert(1)</script>'))
    assert 'product="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in found.evergreen


def test_the_policy_names_the_origin_of_the_service_and_nothing_wider(tmp_path: Path):
    assert tags(SHOP, f"{ADDRESS}/below", tmp_path).policy == (
        "Content-Security-Policy: script-src 'self' https://help.example.com; "
        "connect-src 'self' https://help.example.com; form-action 'self' https://help.example.com"
    )
