"""One colour of a site becomes the colours of the widget, which can be read by day and by night."""

import re
from dataclasses import dataclass
from typing import Final

from kb.errors import Invalid

# What the widget stands on, as style.css has it; where a site changes that, it knows what it does.
LIGHT_GROUND: Final = "#ffffff"
DARK_GROUND: Final = "#1c2226"
# The least contrast of text (WCAG 2.2, 1.4.3).
LEAST_CONTRAST: Final = 4.5
_WASH: Final = 0.12  # of the colour in the ground of what is marked
_STEP: Final = 0.02  # towards black or white, until it can be read; finer steps are not seen
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shades:
    """What one ground makes of a colour: of buttons and links, of what stands on them, of what is marked."""

    accent: str
    on_accent: str
    wash: str


def colour(text: str) -> str:
    """Return a colour as #rrggbb in small letters, or raise Invalid."""
    found = text.strip().lower()
    if not _COLOUR.fullmatch(found):
        raise Invalid(f"“{text[:20]}” is not a colour; write it as #8a3b12.", "colour")
    return found


def theme(chosen: str) -> dict[str, str]:
    """Return the properties of the widget for a colour, each for a light and for a dark page."""
    day, night = shades(chosen, LIGHT_GROUND), shades(chosen, DARK_GROUND)
    return {
        "--precedent-accent": f"light-dark({day.accent}, {night.accent})",
        "--precedent-on-accent": f"light-dark({day.on_accent}, {night.on_accent})",
        "--precedent-wash": f"light-dark({day.wash}, {night.wash})",
    }


def shades(chosen: str, ground: str) -> Shades:
    """Return the shades of a colour on a ground; the colour itself, where it can be read there."""
    below = _read(ground)
    away = _read("#000000") if _light(below) > 0.5 else _read("#ffffff")
    found, share = _read(chosen), 0.0
    while contrast(_written(found), ground) < LEAST_CONTRAST:
        share += _STEP
        found = _mixed(_read(chosen), away, share)
    accent = _written(found)
    on_accent = max(("#ffffff", "#14181b"), key=lambda each: contrast(each, accent))
    return Shades(accent, on_accent, _written(_mixed(below, found, _WASH)))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_light(_read(one)), _light(_read(other))))
    return (lighter + 0.05) / (darker + 0.05)


def _light(rgb: Rgb) -> float:
    """Return the relative luminance (WCAG 2.2), from 0 to 1."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(one, other, strict=True))
    return red, green, blue


def _read(text: str) -> Rgb:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(min(1.0, part) * 255):02x}" for part in rgb)
