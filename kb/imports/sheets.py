"""CSV: records are found first, so that each has its line number, and then read by pandas in batches."""

import io
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from kb.errors import ImportFailed
from kb.imports.report import Rejected

if TYPE_CHECKING:
    import pandas

# What other tools write for "nothing". NA is missing here on purpose: it is Namibia.
NOTHING = frozenset({"", "nan", "NaN", "NaT", "<NA>", "None", "null", "NULL"})

# One call of pandas costs as much as the parsing of some hundred rows.
_BATCH = 1000
# A quoted text over more lines than this is a quote that somebody forgot to close.
_LONGEST_RECORD = 5000

Cells = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    lines: tuple[str, ...]


def parse(header: str, lines: Iterator[tuple[int, str]], file: str) -> Iterator[Cells | Rejected]:
    """Yield (line number, cells by column) of every record below a header line."""
    separator = max(",;\t", key=header.count)
    columns = _columns(header, separator, file)
    records = _records(lines)
    while batch := list(islice(records, _BATCH)):
        good = [each for each in batch if isinstance(each, _Record)]
        yield from (each for each in batch if isinstance(each, Rejected))
        yield from _read(good, columns, separator)


def _columns(header: str, separator: str, file: str) -> list[str]:
    frame = _frame([header], None, separator)
    columns = [] if frame is None else [str(cell).strip() for cell in frame.iloc[0]]
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice:
        raise ImportFailed(f"{file} has two columns with the name “{twice}”.")
    return columns


def _records(lines: Iterator[tuple[int, str]]) -> Iterator[_Record | Rejected]:
    """Join the lines of quoted texts: a record is complete when its quotes are even in number."""
    waiting: deque[tuple[int, str]] = deque()
    while True:
        first = waiting.popleft() if waiting else next(lines, None)
        if first is None:
            return
        if not first[1].strip():
            continue
        taken = [first]
        quotes = first[1].count('"')
        while quotes % 2 and len(taken) < _LONGEST_RECORD:
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None:
                break
            taken.append(following)
            quotes += following[1].count('"')
        if quotes % 2:
            yield Rejected(first[0], "opens a quote that is never closed")
            waiting.extendleft(reversed(taken[1:]))
        else:
            yield _Record(first[0], tuple(text for _, text in taken))


def _read(records: list[_Record], columns: list[str], separator: str) -> Iterator[Cells | Rejected]:
    """Read records at once; where that fails, in halves, until the one that is wrong stands alone."""
    if not records:
        return
    frame = _frame(["".join(record.lines) for record in records], len(columns) + 1, separator)
    if frame is not None and len(frame) == len(records):
        for record, cells in zip(records, frame.itertuples(index=False, name=None), strict=True):
            yield from _cells(record.line, cells, columns)
    elif len(records) > 1:
        middle = len(records) // 2
        yield from _read(records[:middle], columns, separator)
        yield from _read(records[middle:], columns, separator)
    elif len(records[0].lines) > 1:  # quotes that only looked like a pair: the lines are records
        only = records[0]
        apart = [_Record(only.line + n, (line,)) for n, line in enumerate(only.lines) if line.strip()]
        for record in apart:
            yield from _read([record], columns, separator)
    else:
        yield Rejected(records[0].line, f"has more cells than the {len(columns)} columns of the header")


def _frame(texts: list[str], columns: int | None, separator: str) -> "pandas.DataFrame | None":
    """Return the cells of records, or None when they are not what pandas takes for records."""
    import pandas  # a quarter of a second, for those who import CSV

    ended = "".join(text if text.endswith("\n") else text + "\n" for text in texts)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)  # it would cut long rows, and warn
        try:
            return pandas.read_csv(
                io.StringIO(ended, newline=""),
                sep=separator,
                header=None,
                names=None if columns is None else list(range(columns)),
                index_col=False,
                dtype=object,
                na_filter=False,
                skip_blank_lines=False,
            )
        except (pandas.errors.ParserError, pandas.errors.ParserWarning):
            return None


def _cells(line: int, cells: tuple[str, ...], columns: list[str]) -> Iterator[Cells | Rejected]:
    texts = [str(cell).strip() for cell in cells]
    if texts[len(columns)]:
        yield Rejected(line, f"has more cells than the {len(columns)} columns of the header")
        return
    named = zip(columns, texts, strict=False)
    values = {name: text for name, text in named if name and text not in NOTHING}
    if values:
        yield line, values
