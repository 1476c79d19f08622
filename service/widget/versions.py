"""Versions of the widget that were published: sites that load one by its hash keep it after an upgrade."""

import os
import re
from pathlib import Path
from typing import Final

from service.widget.build import Bundle

# Inside the data folder.
FOLDER: Final = "widget"
_DIGEST: Final = re.compile(r"[0-9a-f]{16}")


def keep(built: Bundle, data_dir: Path) -> None:
    """Write a version beside the others, whole or not at all."""
    folder = data_dir / FOLDER
    path = folder / f"{built.digest}.js"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    # Two servers may do this at once: each writes a file of its own, and the bytes are the same.
    unfinished = folder / f"{built.digest}.{os.getpid()}"
    unfinished.write_bytes(built.body)
    unfinished.replace(path)


def kept(digest: str, data_dir: Path) -> Bundle | None:
    """Return a version by its digest, or None where it was never published here."""
    path = data_dir / FOLDER / f"{digest}.js"
    if not _DIGEST.fullmatch(digest) or not path.is_file():
        return None
    return Bundle.of(path.read_bytes())
