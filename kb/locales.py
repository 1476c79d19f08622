"""Languages and countries as people write them: checked, and in one spelling."""

import re
from functools import lru_cache

from babel.languages import get_official_languages

from kb.errors import Invalid

# ISO 3166-1 alpha-2 (249 codes) and XK, which the European Union and most post offices use for Kosovo.
# A plain list changes about once in five years; a dependency for it was turned down.
_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
"""
COUNTRIES = frozenset(_COUNTRIES.split())

# ISO 639-1; languages without a code of two letters are written with three, which are only checked for form.
_LANGUAGES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it
iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt
my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk
sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
yo za zh zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())

# Codes that ISO has replaced, and that Java and old systems still write.
_OLD_CODES = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr"}

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?", re.IGNORECASE
)


def country(text: str) -> str:
    """Return the two-letter country code, or say what is wrong with `text`."""
    code = text.strip().upper()
    code = "GB" if code == "UK" else code
    if code not in COUNTRIES:
        raise Invalid(f"“{text[:40]}” is not a country; give two letters of ISO 3166, such as ES.", "country")
    return code


@lru_cache(maxsize=256)
def main_language(country: str) -> str | None:
    """Return the language that a country is run in; None where it has several, such as CH or CA."""
    official = get_official_languages(country, de_facto=True)
    return language(official[0]) if len(official) == 1 else None


def language(text: str) -> str:
    """Return the language tag in its usual spelling (`pt_br` -> `pt-BR`), or say what is wrong with it."""
    found = _TAG.fullmatch(text.strip().replace("_", "-"))
    primary = found["language"].lower() if found else ""
    primary = _OLD_CODES.get(primary, primary)
    if found is None or (len(primary) == 2 and primary not in LANGUAGES):
        raise Invalid(f"“{text[:40]}” is not a language; give a code such as es or pt-BR.", "language")
    script = found["script"].title() if found["script"] else None
    region = found["region"].upper() if found["region"] else None
    return "-".join(part for part in (primary, script, region) if part)


def primary(tag: str) -> str:
    """Return the language of a tag without script and region."""
    return tag.split("-", 1)[0]


def closest(wanted: str | None, available: list[str]) -> str | None:
    """Choose the translation for a reader: their tag, their language, English, else the first one."""
    for tag in (wanted, primary(wanted) if wanted else None):
        if tag in available:
            return tag
    same = [tag for tag in available if wanted and primary(tag) == primary(wanted)]
    english = [tag for tag in available if primary(tag) == "en"]
    return next(iter([*same, *english, *available]), None)
