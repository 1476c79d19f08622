"""A note in sentences, in any language, each with its place: what a remark is judged and dropped by."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Nobody writes longer ones; without an end a note is cut here, at a space where one is near.
LONGEST = 1000
_NEAR = 100

_ENDS = ".!?…。！？｡．؟۔।॥"
_CLOSING = "\"'”’»«“)）］」』】›"
_END = re.compile(rf"(?:[{_ENDS}]{{1,20}}[{_CLOSING}]{{0,4}})|\n")
# These end a sentence without a space behind them.
_FULL = re.compile(r"[。！？｡．؟۔।॥]")
_BULLET = re.compile(r"[ \t]{0,20}(?:[-*•·‣▪–—>+]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]")
_LAST_WORD = re.compile(r"[^\W_]+$")
_WORD_REACH = 24
_WRAPPED = 55  # characters: lines of mails are broken at 60 to 80, and the next one goes on in lower case

# Of German, English, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Russian, Turkish.
_SHORT = """
abs acct addr admón afmo aka al all allg anl ann ap app approx appt aprox apt apto arch arq art assn asst
atte attn aub av avda ave aven avv bd bes best betr bez bijv bkz bl bldg blvd blz bud bzgl bzw bşk ca cad
cap capt cav cd cell cert cf chap cie circ cj co col corp cta ctra cust cx cía dak dcha dep dept depto dgl
dhr dipl dist ditt dk dot dott dr dra drs dto dvs dépt dña ecc ed edif eg egr eigtl einschl ej eks el eng
entlo env esp esq est etc ev evtl ex exc excl excmo exkl exma exmo exp ext f fa fam fatt fdo fig fls fr ft
fx geb gem gen gent geom ggf ggü gl gn godz gov govt gr gral hab hon hr hrn hrs hz ie iht ilmo inc incl
ing inkl int inż ir itd itp izda izq jfr jh jl jr jw kat kd kfm kl kom kr lcda lcdo lfd lic lok lt ltd m
mad mah matr max md mej mevr mfl mgr min mind mio misc mlle mm mme mmes mod mr mrd mrs ms mt mths mtl mvh
mvr mw máx mín müh nast nl no nos np nr ntra núm obs off ong ord os osv pag pers pkt pl pls pn pos pp ppal
ppoż prof prot prov pt ptasie pza pág párr qd qtd qte qty qté rag rcvd rd rdv re red ref rep resp rev rif
rua rys réf rückr s secs sek seriennr sgt sig sigg sk sn sog sok spett sr sra sres srs srta st std ste stk
str sté succ svp sz szt t tav tb tbm tech tel temp tfn tfno tgl tj tl tlf tnv tot trav tys tzn tzw tél ud
uds uff ugs ul ulic ult univ urb urspr usw vard vb vc vd vda verm vgl vmtl vol vorm vs vto wg wk wks woj
wyd yr yrd yrs zgn zob zsm zz zzgl éd örn şti акк гг гос гр д др ед им кв корп млн млрд напр нач обл ок п
пер пл пом пр прим руб см стр тел тыс ул эл
"""
_ABBREVIATIONS = frozenset(_SHORT.split())
# After a number and a stop: “am 17. April”, “im 3. Stock”.
_COUNTED = re.compile(
    r"\s+(?:jan|feb|mär|mar|apr|mai|maj|jun|jul|aug|sep|okt|oct|nov|dez|dec|des|ocak|şub|nis|may|haz|tem|ağu|eyl"
    r"|eki|kas|ara|stock|etage|obergeschoss|og|klasse|mal|versuch|anlauf|kat|gang|patro|izq|dcha|andar|piso|piano)",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """The place of a sentence, without white space around it."""

    start: int
    end: int


def split(text: str) -> Iterator[Sentence]:
    """Yield the sentences in order; none overlap, and together they hold all that is no white space."""
    start = 0
    for end in _END.finditer(text):
        if _ends_here(text, start, end):
            yield from _trimmed(text, start, end.end())
            start = end.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    while end - start > LONGEST:
        cut = _cut(text, start)
        yield from _stripped(text, start, cut)
        start = cut
    yield from _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> Iterator[Sentence]:
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    inner = part.strip()
    if inner:
        yield Sentence(start + left, start + left + len(inner))


def _cut(text: str, start: int) -> int:
    space = text.rfind(" ", start + LONGEST - _NEAR, start + LONGEST)
    return space if space > start else start + LONGEST


def _ends_here(text: str, start: int, end: re.Match[str]) -> bool:
    if end.group() == "\n":
        return _line_ends(text, start, end.start())
    if _FULL.search(end.group()):
        return True
    behind = text[end.end() : end.end() + 1]
    if behind and not behind.isspace():
        # “Done.Next one”: a stop between words that somebody typed in a hurry.
        return end.group() in "!?" and behind.isalpha()
    return end.group()[0] != "." or _stops(text, start, end)


def _stops(text: str, start: int, end: re.Match[str]) -> bool:
    """Tell whether a stop before white space is more than the end of an abbreviation or of a number."""
    found = _LAST_WORD.search(text, max(start, end.start() - _WORD_REACH), end.start())
    if found is None or len(end.group()) > 1 or end.end() == len(text):
        return True
    word = found.group()
    if word.isdigit():
        return not (len(word) <= 2 and (_lower_follows(text, end.end()) or _COUNTED.match(text, end.end())))
    if len(word) == 1:
        return not word.isalpha() or word.isdigit()
    return word.lower() not in _ABBREVIATIONS


def _lower_follows(text: str, at: int) -> bool:
    return text[at : at + 8].lstrip()[:1].islower()


def _line_ends(text: str, start: int, at: int) -> bool:
    """Tell whether a line break ends a sentence; a long line that goes on in lower case was wrapped."""
    if at - max(text.rfind("\n", start, at), start - 1) < _WRAPPED or _BULLET.match(text, at + 1):
        return True
    return not text[at + 1 : at + 2].islower()
