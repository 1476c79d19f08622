"""An index on disk: written aside, published by one rename, verified on load.

`base` holds the documents that were indexed together, `delta` what changed since; the next snapshot copies
the files of the base when only the delta is another one, so that both can be read without the other.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from filelock import FileLock

from indexer.corpus import Corpus, compose
from indexer.dense import DenseIndex
from indexer.learned import Learned
from indexer.lexical import LexicalIndex
from indexer.rows import DIGEST_BYTES, Entry, Row
from indexer.segment import Delta, Segment
from kb.documents import Document
from kb.errors import NoIndex, Unavailable, WrongEmbedder
from kb.products import Product, ProductName

FORMAT = 3
KEPT = 2  # the live snapshot and the one before it
CURRENT = "CURRENT"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
BASE, DELTA = "base", "delta"
_ARRAYS = ("ids", "owners", "digests", "vectors")
_NAME = re.compile(r"\d{8}-[0-9a-f]{4}")
_TRIES = 5  # while one snapshot is read, others may be published and the one that is read removed
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
        id_ = f"{_last_number(root) + 1:08d}-{secrets.token_hex(2)}"
        work = root / f".{id_}.partial"
        work.mkdir()
        try:
            known = _write(work, corpus)
            _write_manifest(work, id_, corpus, embedder, watermark, known)
            _sync_tree(work)
            work.rename(root / id_)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        _point_to(root, id_)
        older = [name for name in _names(root) if name != id_]
        for old in older[KEPT - 1 :]:
            shutil.rmtree(root / old, ignore_errors=True)
    return id_


def current(root: Path) -> str | None:
    """Return the id of the snapshot that is live now, or None."""
    try:
        name = (root / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return name if _NAME.fullmatch(name) else None


def load(root: Path, embedder: str | None = None) -> Snapshot:
    """Load the current snapshot, or the newest intact one when it is damaged or made by another embedder.

    Raises NoIndex, or WrongEmbedder when all that could be read were made by others than `embedder`.
    """
    foreign: WrongEmbedder | None = None
    broken: str | None = None
    for _ in range(_TRIES):
        live = current(root)
        if live is None and (root / CURRENT).exists():
            log.warning("snapshot refused", snapshot=None, reason=f"{CURRENT} names none")
        candidates = [live, *_names(root)] if live else _names(root)
        for name in dict.fromkeys(candidates):
            try:
                found = _read(root / name, embedder)
            except WrongEmbedder as error:
                foreign = foreign or error
                log.warning("snapshot refused", snapshot=name, reason=str(error))
            except (OSError, ValueError, KeyError, TypeError, Unavailable) as error:
                broken = broken or f"{name}: {error}"
                log.warning("snapshot refused", snapshot=name, reason=str(error))
            else:
                return found
        if current(root) == live:
            break
    if broken and not foreign:
        raise NoIndex(f"No index in {root} can be used ({broken}). Run “precedent index” to make it anew.")
    raise foreign or NoIndex("There is no index to search in yet: run “precedent index” after an import.")


def _last_number(root: Path) -> int:
    """Return the highest number of a snapshot: the order does not rest on a clock, which may be set back."""
    return max((int(name.split("-")[0]) for name in _names(root)), default=0)


def _names(root: Path) -> list[str]:
    """Return the published snapshots, newest first."""
    found = (path.name for path in root.iterdir() if _NAME.fullmatch(path.name)) if root.is_dir() else ()
    return sorted(found, reverse=True)


def _sweep(root: Path) -> None:
    """Remove what a killed process left behind."""
    for left_over in root.glob(".*.partial"):
        shutil.rmtree(left_over, ignore_errors=True)


def _write(folder: Path, corpus: Corpus) -> dict[str, str]:
    """Write everything, and return the digests of the files that are copies of verified ones."""
    segment, delta = corpus.segment, corpus.delta
    (folder / BASE).mkdir()
    known = _copy(segment, folder)
    if not known:
        _write_segment(folder / BASE, segment)
    (folder / DELTA).mkdir()
    _write_lines(folder / DELTA / "entries.jsonl", map(_entry_row, delta.entries))
    (folder / DELTA / "gone.json").write_text(json.dumps(sorted(delta.gone)), encoding="utf-8")
    vectors = delta.vectors
    np.save(
        folder / DELTA / "digests.npy", np.frombuffer(b"".join(vectors), np.uint8).reshape(-1, DIGEST_BYTES)
    )
    rows = np.array(list(vectors.values()), dtype=np.float32).reshape(-1, segment.vectors.shape[1])
    np.save(folder / DELTA / "vectors.npy", rows)
    _write_lines(folder / "products.jsonl", map(asdict, corpus.catalogue))
    return known


def _copy(segment: Segment, folder: Path) -> dict[str, str]:
    """Copy the files that a segment was read from; nothing when they are gone by now."""
    if segment.home is None:
        return {}
    home, digests = segment.home
    try:
        shutil.copytree(home / BASE, folder / BASE, copy_function=shutil.copyfile, dirs_exist_ok=True)
    except (FileNotFoundError, shutil.Error):
        shutil.rmtree(folder / BASE)
        (folder / BASE).mkdir()
        return {}
    return {name: digest for name, digest in digests.items() if name.startswith(f"{BASE}/")}


def _write_segment(folder: Path, segment: Segment) -> None:
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(segment, name))
    segment.dense.save(folder)
    segment.learned.save(folder)
    (folder / "lexical").mkdir()
    segment.lexical.save(folder / "lexical")
    documents = zip(segment.documents, segment.marks, strict=True)
    _write_lines(folder / "documents.jsonl", ({**asdict(d), "mark": m.hex()} for d, m in documents))


def _entry_row(entry: Entry) -> dict[str, Any]:
    rows = [(row.id, row.digest.hex(), row.text) for row in entry.rows]
    return {**asdict(entry.document), "mark": entry.mark.hex(), "rows": rows}


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_manifest(
    folder: Path, id_: str, corpus: Corpus, embedder: str, watermark: int, known: dict[str, str]
) -> None:
    names = [str(path.relative_to(folder)) for path in _files(folder)]
    manifest = {
        "format": FORMAT,
        "id": id_,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "embedder": embedder,
        "dimension": int(corpus.segment.vectors.shape[1]),
        "documents": len(corpus.documents),
        "passages": len(corpus.ids),
        "watermark": watermark,
        "files": {name: known.get(name) or _sha256(folder / name) for name in names},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    (folder / SEAL).write_text(_sha256(folder / MANIFEST), encoding="utf-8")


def _read(folder: Path, embedder: str | None) -> Snapshot:
    if _sha256(folder / MANIFEST) != (folder / SEAL).read_text(encoding="utf-8"):
        raise Unavailable(f"{MANIFEST} is damaged")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise Unavailable(f"it has format {manifest['format']}, this version reads {FORMAT}")
    if embedder is not None and manifest["embedder"] != embedder:
        raise WrongEmbedder(
            f"The index was made with the embedder “{manifest['embedder']}”, and “{embedder}” is set. "
            "Run “precedent index” to make it anew, or set PRECEDENT_EMBEDDER back."
        )
    for name, digest in manifest["files"].items():
        if _sha256(folder / name) != digest:
            raise Unavailable(f"{name} is damaged")
    segment = _read_segment(folder, manifest["files"])
    catalogue = tuple(_product(row) for row in _lines(folder / "products.jsonl"))
    corpus = compose(segment, catalogue, _read_delta(folder / DELTA))
    return Snapshot(manifest["id"], manifest["embedder"], int(manifest["watermark"]), corpus)


def _read_segment(folder: Path, digests: Mapping[str, str]) -> Segment:
    base = folder / BASE
    # Plain arrays over mapped files: a slice of a memmap takes ten times as long.
    arrays = {name: np.asarray(np.load(base / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS}
    rows = list(_lines(base / "documents.jsonl"))
    return Segment(
        documents=tuple(_document(row) for row in rows),
        marks=tuple(bytes.fromhex(row["mark"]) for row in rows),
        dense=DenseIndex.load(base, arrays["ids"], arrays["vectors"]),
        lexical=LexicalIndex.load(base / "lexical", len(arrays["ids"])),
        learned=Learned.load(base),
        home=(folder, digests),
        **arrays,
    )


def _read_delta(folder: Path) -> Delta:
    entries = []
    for row in _lines(folder / "entries.jsonl"):
        rows = tuple(Row(id_, bytes.fromhex(digest), text) for id_, digest, text in row["rows"])
        entries.append(Entry(_document(row), bytes.fromhex(row["mark"]), rows))
    gone = json.loads((folder / "gone.json").read_text(encoding="utf-8"))
    digests, vectors = np.load(folder / "digests.npy"), np.load(folder / "vectors.npy")
    by_digest = {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}
    return Delta(tuple(entries), frozenset((id_, language) for id_, language in gone), by_digest)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        id=row["id"],
        language=row["language"],
        products=tuple(row["products"]),
        title=row["title"],
        text=row["text"],
        phrasings=tuple(row["phrasings"]),
        visibility=row["visibility"],
    )


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
    for path in (*folder.rglob("*"), folder):
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
