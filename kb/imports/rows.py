"""Rows of a JSON Lines or CSV file, each with its line number; a row that cannot be read says why."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kb.errors import ImportFailed
from kb.imports import sheets
from kb.imports.report import Rejected

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
CSV_SUFFIXES = (".csv", ".tsv")

# A line beyond this is no row of ours (all texts of a row together have less); it is skipped, not read in.
LONGEST_LINE = 32 * 1024 * 1024

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_KNOWN_BINARIES = (
    (b"PK\x03\x04", "an Excel or zip file; save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "compressed; unpack it first"),
    (b"%PDF", "a PDF file"),
    (b"SQLite format 3", "a SQLite database"),
)
_RAW_BYTE = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of a byte that is not UTF-8


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `values` is what the file says, not yet checked."""

    line: int
    values: dict[str, Any]


def read_rows(path: Path) -> Iterator[Row | Rejected]:
    """Yield every row of a file, or the reason why it cannot be read."""
    suffix = path.suffix.lower()
    if suffix in JSON_SUFFIXES:
        return _json_rows(path)
    if suffix in CSV_SUFFIXES:
        return _csv_rows(path)
    raise ImportFailed(f"{path.name} is neither JSON Lines (.jsonl) nor CSV (.csv).")


def read_text(path: Path) -> str:
    """Return the text of a small file, or raise ImportFailed with the line that cannot be read."""
    lines = []
    for number, line in _lines(path):
        if reason := unreadable(line):
            raise ImportFailed(f"Line {number} {reason}.")
        lines.append(line)
    return "".join(lines)


def unreadable(text: str) -> str | None:
    """Say what is wrong with the encoding of a line, if anything is."""
    found = _RAW_BYTE.search(text)
    if found is None:
        return None
    byte = ord(found[0]) - 0xDC00
    return (
        f"is not UTF-8: byte 0x{byte:02X} at character {found.start() + 1};"
        " save the file as UTF-8 (it may be Windows-1252)"
    )


def _json_rows(path: Path) -> Iterator[Row | Rejected]:
    empty = True
    for number, line in _lines(path):
        text = line.strip()
        if not text:
            continue
        if empty and (text[0] == "[" or text == "{"):
            raise ImportFailed(
                f"{path.name} is one JSON document over several lines; write one object a line (JSON Lines)."
            )
        empty = False
        yield _json_row(number, text)
    if empty:
        raise ImportFailed(f"{path.name} holds no rows.")


def _json_row(number: int, text: str) -> Row | Rejected:
    if len(text) > LONGEST_LINE:
        return Rejected(number, f"is longer than {LONGEST_LINE // 1024**2} MB")
    if reason := unreadable(text):
        return Rejected(number, reason)
    try:
        values = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return Rejected(number, f"is not valid JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        return Rejected(number, f"is not valid JSON: {'nested too deeply' if nested else error}")
    if not isinstance(values, dict):
        return Rejected(number, "is not a JSON object")
    return Row(number, values)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON value")


def _csv_rows(path: Path) -> Iterator[Row | Rejected]:
    lines = _lines(path)
    header = next(((number, line) for number, line in lines if line.strip()), None)
    if header is None:
        raise ImportFailed(f"{path.name} holds no rows.")
    if reason := unreadable(header[1]):
        raise ImportFailed(f"The header of {path.name} {reason}.")
    empty = True
    for found in sheets.parse(header[1], lines, path.name):
        empty = False
        if isinstance(found, Rejected):
            yield found
        elif reason := next(filter(None, map(unreadable, found[1].values())), None):
            yield Rejected(found[0], reason)
        else:
            yield Row(found[0], _nested(found[1]))
    if empty:
        raise ImportFailed(f"{path.name} holds a header and no rows.")


def _nested(cells: dict[str, str]) -> dict[str, Any]:
    """Turn columns such as `customer.email` into one `customer`."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        outer, dot, inner = name.partition(".")
        if dot and isinstance(values.setdefault(outer, {}), dict):
            values[outer][inner] = cell
        else:
            values[name] = cell
    return values


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers; bytes that are not UTF-8 come as lone surrogates."""
    try:
        head = _head(path)
        encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
        _refuse_binary(path, head, encoding)
        with path.open("rb") as file:
            if encoding == "utf-16":
                with io.TextIOWrapper(file, encoding="utf-16", newline="") as text:
                    yield from enumerate(text, start=1)
                return
            file.seek(3 if encoding else 0)
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                yield number, line.decode("utf-8", "surrogateescape")
                while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                    line = file.readline(LONGEST_LINE + 1)
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{path.name} is not proper UTF-16; save the file as UTF-8.") from error
    except OSError as error:
        raise ImportFailed(f"{path} cannot be read: {error.strerror}.") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip():
        raise ImportFailed(f"{path.name} is empty.")
    return head


def _refuse_binary(path: Path, head: bytes, encoding: str | None) -> None:
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise ImportFailed(f"{path.name} is UTF-32; save the file as UTF-8.")
    known = next((what for mark, what in _KNOWN_BINARIES if head.startswith(mark)), None)
    if known:
        raise ImportFailed(f"{path.name} is {known}.")
    if encoding != "utf-16" and b"\x00" in head:
        raise ImportFailed(f"{path.name} is not a text file (or UTF-16 without a mark); save it as UTF-8.")
