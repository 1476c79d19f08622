"""The widget as it is served: one file, made of its modules, its style and its texts.

The modules are plain scripts that are read as they stand: they share one scope, in the order below, so that
nothing but Python is needed to build the file, and the same sources always give the same bytes.

One file holds the texts of one language: all thirteen would weigh more than the rest. A page in another
language fetches its texts when it needs them.
"""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rjsmin import jsmin

from kb.errors import PrecedentError

FOLDER: Final = Path(__file__).parent
# Each one after those whose names it needs while it is read.
MODULES: Final = (
    "dom", "words", "number", "draft", "api", "live", "box", "results", "ticket", "track", "site", "frame",
    "inquiry", "element", "start",
)  # fmt: skip
# The language whose texts name all the others'; what speaks no other language is answered in it.
FIRST: Final = "en"
_NAMED = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class UnbuildableError(PrecedentError):
    """The sources of the widget contradict each other."""

    title = "The widget cannot be built"
    slug = "unbuildable-widget"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The built file; `digest` stands in its immutable address, `sri` in the tag that loads it."""

    body: bytes
    gzipped: bytes
    digest: str
    sri: str

    @classmethod
    def of(cls, body: bytes) -> "Bundle":
        """Pack a script, and name it by its content."""
        sri = base64.b64encode(hashlib.sha384(body).digest()).decode()
        return cls(
            body=body,
            gzipped=gzip.compress(body, compresslevel=9, mtime=0),
            digest=hashlib.sha256(body).hexdigest()[:16],
            sri=f"sha384-{sri}",
        )

    @property
    def path(self) -> str:
        """Return the path that always leads to exactly this script."""
        return f"/widget/{self.digest}/precedent.js"

    @property
    def gzip_size(self) -> int:
        """Return how many bytes a browser loads."""
        return len(self.gzipped)


@cache
def bundle(language: str = FIRST) -> Bundle:
    """Build the widget with the texts of one language; takes about 20 ms, once."""
    return Bundle.of(script(language).encode())


def path_of(language: str) -> str:
    """Return the path that always leads to the present script in a language."""
    return "/widget/v1/precedent.js" if language == FIRST else f"/widget/v1/{language}/precedent.js"


def script(language: str) -> str:
    """Return the script with everything in it; raises UnbuildableError."""
    constants = {
        "STYLE": style(),
        "LANGUAGE": language,
        "LANGUAGES": list(texts()),
        "TEXTS": {language: texts()[language]},
    }
    given = "".join(f"const {name}={compact_json(value)};" for name, value in constants.items())
    sources = "\n".join((FOLDER / "script" / f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    refuse_twins(sources)
    small = str(jsmin(re.sub(r"^export ", "", sources, flags=re.MULTILINE)))
    return f'(()=>{{"use strict";{_PLACE}{given}\n{small}\n}})();\n'


# Where the script came from is known only while it is read for the first time.
_PLACE: Final = (
    'const SCRIPT=document.currentScript,BASE=SCRIPT.src.split("/widget/")[0],SITE=SCRIPT.dataset.site||"";'
)


@cache
def texts() -> dict[str, dict[str, str | dict[str, str]]]:
    """Return the texts by language; English first, as its ids are those of all."""
    files = sorted((FOLDER / "texts").glob("*.json"), key=lambda path: (path.stem != FIRST, path.stem))
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    for language, written in found.items():
        if set(written) != set(found[FIRST]):
            wrong = ", ".join(sorted(set(written) ^ set(found[FIRST])))
            raise UnbuildableError(f"The texts in “{language}” and in English differ in: {wrong}.")
    return found


def style() -> str:
    """Return the style without comments and line ends."""
    css = _COMMENT.sub("", (FOLDER / "style.css").read_text(encoding="utf-8"))
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").strip()


def compact_json(value: object) -> str:
    """Write JSON without a space, and letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def refuse_twins(sources: str) -> None:
    """Raise UnbuildableError where two modules use one name: in the one scope, one would hide the other."""
    names = _NAMED.findall(sources)
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise UnbuildableError(f"Two modules of the widget use one name: {', '.join(twins)}.")
