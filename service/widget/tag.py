"""What a site copies into its pages: the tag in both its forms, its colours, and the line of its policy."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from kb.sites import Site
from service.widget import versions
from service.widget.build import FIRST, bundle, path_of, texts
from service.widget.colour import theme


@dataclass(frozen=True, slots=True)
class Choice:
    """What a page says to the widget; where it says nothing, the site's row and the page's language hold."""

    product: str = ""
    language: str = ""
    country: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Tags:
    """What is copied: `evergreen` brings every upgrade, `pinned` is one version, checked by its hash."""

    evergreen: str
    pinned: str
    policy: str
    style: str = ""
    theme: dict[str, str] = field(default_factory=dict)


def tags(site: Site, address: str, data_dir: Path, choice: Choice | None = None) -> Tags:
    """Return what to copy for a site; the version that is named is kept, so that no upgrade takes it away."""
    choice = choice or Choice()
    language = choice.language or (site.languages[0] if len(site.languages) == 1 else FIRST)
    built = bundle(language)
    versions.keep(built, data_dir)
    element = _element(site, address, language, choice)
    proof = {"integrity": built.sri, "crossorigin": "anonymous"}
    pinned = _script(address + built.path, site, proof)
    colours = theme(choice.colour) if choice.colour else {}
    return Tags(
        evergreen=f"{_script(address + path_of(language), site)}\n{element}",
        pinned=f"{pinned}\n{element}",
        policy=_policy(address),
        style=_rule(colours) if colours else "",
        theme=colours,
    )


def _script(source: str, site: Site, proof: dict[str, str] | None = None) -> str:
    said = {"src": source, **(proof or {}), "data-site": site.key}
    return f"<script {_attributes(said)}{' data-consent' if site.consent else ''} async></script>"


def _element(site: Site, address: str, language: str, choice: Choice) -> str:
    """Return the element; what is inside it is shown where scripts are off."""
    said = {
        "product": choice.product,
        "locale": choice.language,
        "country": choice.country,
        "mail": site.mail or "",
    }
    given = _attributes({name: value for name, value in said.items() if value})
    home = f"{address}/" if language == FIRST else f"{address}/{language}/"
    form = f'<form action="{escape(home)}"><button>{escape(str(texts()[language]["help"]))}</button></form>'
    return f"<precedent-search{' ' if given else ''}{given}>\n  {form}\n</precedent-search>"


def _attributes(given: dict[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in given.items())


def _policy(address: str) -> str:
    parts = urlsplit(address)
    ours = f"'self' {parts.scheme}://{parts.netloc}"
    return f"Content-Security-Policy: script-src {ours}; connect-src {ours}; form-action {ours}"


def _rule(properties: dict[str, str]) -> str:
    lines = "".join(f"  {name}: {value};\n" for name, value in properties.items())
    return f"precedent-search {{\n{lines}}}"
