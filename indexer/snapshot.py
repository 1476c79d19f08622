"""An index on disk: written aside, published by one rename, verified on load."""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from filelock import FileLock

from indexer.corpus import Corpus
from indexer.dense import DenseIndex
from indexer.lexical import LexicalIndex
from kb.documents import Document
from kb.errors import NoIndex, Unavailable
from kb.products import Product, ProductName

FORMAT = 1
KEPT = 2  # the live snapshot and the one before it
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
_ARRAYS = ("ids", "owners", "digests", "vectors")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded snapshot: its name, the embedder that made it, the watermark it holds, its contents."""

    id: str
    embedder: str
    watermark: int
    corpus: Corpus


def publish(root: Path, corpus: Corpus, embedder: str, watermark: int) -> str:
    """Write `corpus` under `root`, make it the current snapshot and return its id; all or nothing."""
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".lock"):  # of two that publish at once, one waits
        _sweep(root)
        id_ = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"
        work = root / f".{id_}.partial"
        work.mkdir()
        try:
            _write(work, corpus)
            _write_manifest(work, id_, corpus, embedder, watermark)
            _sync_tree(work)
            work.rename(root / id_)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        _point_to(root, id_)
        older = [name for name in _names(root) if name != id_]  # whatever the clock says: it may be set back
        for old in older[KEPT - 1 :]:
            shutil.rmtree(root / old, ignore_errors=True)
    return id_


def current(root: Path) -> str | None:
    """Return the id of the snapshot that is live now, or None."""
    try:
        return (root / CURRENT).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def load(root: Path) -> Snapshot:
    """Load the current snapshot, or the newest intact one when it is damaged; raises NoIndex."""
    live = current(root)
    candidates = [live, *_names(root)] if live else _names(root)
    for name in dict.fromkeys(candidates):
        try:
            return _read(root / name)
        except (OSError, ValueError, KeyError, TypeError, Unavailable) as error:
            log.warning("snapshot refused", snapshot=name, reason=str(error))
    raise NoIndex("There is no index to search in yet: run “precedent index” after an import.")


def _names(root: Path) -> list[str]:
    """Return the published snapshots, newest first."""
    return sorted((path.name for path in root.glob("[0-9]*-[0-9]*/")), reverse=True)


def _sweep(root: Path) -> None:
    """Remove what a killed process left behind."""
    for left_over in root.glob(".*.partial"):
        shutil.rmtree(left_over, ignore_errors=True)


def _write(folder: Path, corpus: Corpus) -> None:
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(corpus, name))
    corpus.dense.save(folder)
    (folder / "lexical").mkdir()
    corpus.lexical.save(folder / "lexical")
    _write_lines(folder / "documents.jsonl", (asdict(document) for document in corpus.documents))
    _write_lines(folder / "products.jsonl", (asdict(product) for product in corpus.catalogue))


def _write_lines(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_manifest(folder: Path, id_: str, corpus: Corpus, embedder: str, watermark: int) -> None:
    manifest = {
        "format": FORMAT,
        "id": id_,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "embedder": embedder,
        "dimension": int(corpus.vectors.shape[1]),
        "documents": len(corpus.documents),
        "passages": len(corpus.ids),
        "watermark": watermark,
        "files": {str(path.relative_to(folder)): _sha256(path) for path in _files(folder)},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _read(folder: Path) -> Snapshot:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise Unavailable(f"it has format {manifest['format']}, this version reads {FORMAT}")
    for name, digest in manifest["files"].items():
        if _sha256(folder / name) != digest:
            raise Unavailable(f"{name} is damaged")
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    corpus = Corpus(
        documents=tuple(_document(row) for row in _lines(folder / "documents.jsonl")),
        catalogue=tuple(_product(row) for row in _lines(folder / "products.jsonl")),
        dense=DenseIndex.load(folder),
        lexical=LexicalIndex.load(folder / "lexical", int(manifest["passages"])),
        **arrays,
    )
    return Snapshot(manifest["id"], manifest["embedder"], int(manifest["watermark"]), corpus)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _document(row: dict[str, Any]) -> Document:
    return Document(**{**row, "products": tuple(row["products"]), "phrasings": tuple(row["phrasings"])})


def _product(row: dict[str, Any]) -> Product:
    return Product(row["code"], row["name"], tuple(ProductName(**name) for name in row["names"]))


def _point_to(root: Path, id_: str) -> None:
    """Make `id_` the current snapshot: readers see the old name or the new one, never half of it."""
    aside = root / f".{CURRENT}.{os.getpid()}"
    aside.write_text(id_ + "\n", encoding="utf-8")
    _sync(aside)
    aside.replace(root / CURRENT)
    _sync(root)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sync_tree(folder: Path) -> None:
    for path in (*_files(folder), folder / "lexical", folder):
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
