"""Vectors that were embedded since the last snapshot: after a kill nothing is embedded twice."""

import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import structlog

from indexer.embed import Vectors

NAME = "embedded.db"
# Another process of this installation may be writing; a step of the journal takes milliseconds.
WAIT_SECONDS = 10.0
log = structlog.get_logger(__name__)


class Journal:
    """A small SQLite file beside the snapshots, by embedder and digest of the text.

    A row whose checksum does not fit is as good as missing; a file that cannot be read is made anew.
    """

    def __init__(self, root: Path, embedder: str) -> None:
        self._path = root / NAME
        self._embedder = embedder

    def known(self, digests: Sequence[bytes] | None = None) -> dict[bytes, Vectors]:
        """Return the vectors by digest, all of this embedder's or only those of `digests`."""
        if not self._path.exists():
            return {}
        query = "SELECT digest, vector, checksum FROM vectors WHERE embedder = ?"
        try:
            with closing(self._open()) as file:
                if digests is None:
                    rows = file.execute(query, (self._embedder,)).fetchall()
                else:
                    one = f"{query} AND digest = ?"
                    found = (file.execute(one, (self._embedder, each)).fetchone() for each in digests)
                    rows = [row for row in found if row]
        except sqlite3.DatabaseError as error:
            log.warning("embedded texts cannot be read", reason=str(error))
            return {}
        intact = [(digest, vector) for digest, vector, checksum in rows if zlib.crc32(vector) == checksum]
        if len(intact) < len(rows):
            log.warning("embedded texts are damaged", texts=len(rows) - len(intact))
        return {digest: np.frombuffer(vector, dtype=np.float32) for digest, vector in intact}

    def add(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors of shape (n, dimension); raises OSError when they cannot be written."""
        rows = [
            (self._embedder, digest, vector.tobytes(), zlib.crc32(vector.tobytes()))
            for digest, vector in zip(digests, vectors, strict=True)
        ]
        try:
            self._write(rows)
        except sqlite3.OperationalError as error:  # a full disk, no permission, a lock that does not go away
            raise OSError(None, str(error), str(self._path)) from error
        except sqlite3.DatabaseError:  # no database at all: what was in it can be embedded again
            self.clear()
            self._write(rows)

    def clear(self) -> None:
        """Forget everything: it stands in a snapshot now."""
        for name in (NAME, f"{NAME}-journal"):
            self._path.with_name(name).unlink(missing_ok=True)

    def _write(self, rows: Sequence[tuple[str, bytes, bytes, int]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as file, file:
            file.execute(
                "CREATE TABLE IF NOT EXISTS vectors (embedder TEXT, digest BLOB, vector BLOB,"
                " checksum INTEGER, PRIMARY KEY (embedder, digest)) WITHOUT ROWID"
            )
            file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=WAIT_SECONDS)
