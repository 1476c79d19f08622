"""Whatever colour a site has, the widget can be read in it, by day and by night."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import Invalid
from service.widget.build import FOLDER
from service.widget.colour import DARK_GROUND, LEAST_CONTRAST, LIGHT_GROUND, colour, contrast, shades, theme


def test_a_colour_that_can_be_read_is_left_as_it_is():
    assert shades("#8a3b12", LIGHT_GROUND).accent == "#8a3b12"
    assert theme("#8a3b12") == {
        "--precedent-accent": "light-dark(#8a3b12, #b27e63)",
        "--precedent-on-accent": "light-dark(#ffffff, #14181b)",
        "--precedent-wash": "light-dark(#f1e7e3, #2e2d2d)",
    }


@given(st.integers(0, 0xFFFFFF), st.sampled_from([LIGHT_GROUND, DARK_GROUND]))
def test_every_colour_becomes_one_that_can_be_read(number: int, ground: str):
    made = shades(f"#{number:06x}", ground)
    assert contrast(made.accent, ground) >= LEAST_CONTRAST
    assert contrast(made.on_accent, made.accent) >= LEAST_CONTRAST


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_the_grounds_are_those_of_the_widget():
    assert (
        f"--precedent-surface, light-dark({LIGHT_GROUND}, {DARK_GROUND})"
        in (FOLDER / "style.css").read_text()
    )


def test_a_colour_is_written_in_one_way_only():
    assert colour(" #8A3B12 ") == "#8a3b12"
    for wrong in ("red", "#abc", "8a3b12", "#8a3b12;}", ""):
        with pytest.raises(Invalid, match="is not a colour; write it as #8a3b12"):
            colour(wrong)
