"""What a browser sends as an origin, and nothing else."""

import pytest

from kb.errors import Invalid
from kb.origins import origin


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        (" HTTPS://Shop.Example.COM ", "https://shop.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("https://shop.example.com:8443", "https://shop.example.com:8443"),
        ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
        ("https://203.0.113.7", "https://203.0.113.7"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        ("http://shop.localhost", "http://shop.localhost"),
    ],
)
def test_an_origin_is_kept_as_a_browser_sends_it(given: str, kept: str):
    assert origin(given) == kept


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "“” is not an origin; write it as https://shop.example.com"),
        ("*", "“*” is not an origin; write it as https://shop.example.com"),
        ("null", "“null” is not an origin; write it as https://shop.example.com"),
        ("shop.example.com", "“shop.example.com” is not an origin; write it as https://shop.example.com"),
        ("ftp://a.example", "“ftp://a.example” is not an origin; write it as https://shop.example.com"),
        ("https://a.example:0x1", "“https://a.example:0x1” is not an origin; write it as https://shop.example.com"),
        ("https://[::1", "“https://[::1” is not an origin; write it as https://shop.example.com"),
        ("https://*.example.com", "“https://*.example.com” names no single host"),
        ("https://a..example", "“https://a..example” names no single host"),
        ("https://a.example/help?x", "“https://a.example/help?x” is more than an origin; write https://a.example."),
        ("https://a.example:443/", "“https://a.example:443/” is more than an origin; write https://a.example."),
        ("https://me:pw@a.example", "“https://me:pw@a.example” is more than an origin; write https://a.example."),
        ("https://a.example#", "“https://a.example#” is more than an origin; write https://a.example."),
        ("http://a.example", "“http://a.example” is not encrypted; write https://a.example."),
        ("http://127.0.0.1.example", "“http://127.0.0.1.example” is not encrypted; write https://127.0.0.1.example."),
        ("https://café.example", "“https://café.example” has a host in letters that browsers do not send"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_write(given: str, sentence: str):
    with pytest.raises(Invalid) as refused:
        origin(given)
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == "origins"
