"""Labelled sentences that remarks are learned from: JSON Lines, one file a language."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import Invalid


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence, and whether it is a remark about a person."""

    text: str
    language: str
    remark: bool


def read_examples(folder: Path) -> list[Example]:
    """Return all examples below a folder; raises Invalid with file and line of one that is none."""
    return [example for path in sorted(folder.rglob("*.jsonl")) for example in _read(path)]


def _read(path: Path) -> Iterator[Example]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            yield Example(str(row["text"]), str(row["language"]), bool(row["remark"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(f"{path.name}, line {number}: this is no labelled sentence.") from error
