import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from indexer import encoder
from indexer.build import build
from indexer.embed import Embedder, OnnxEmbedder, SentenceTransformersEmbedder, Vectors, open_embedder
from kb.documents import Document
from kb.errors import Unavailable
from kb.settings import Settings

# Run a module, then say on a line of its own whether torch came along.
WITHOUT_TORCH = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert not end.code, end.code
print("torch:", "torch" in sys.modules or "sentence_transformers" in sys.modules)
"""


def test_a_vector_has_length_one_and_depends_on_the_prompt(embedder: Embedder, texts: list[str]):
    queries, passages = embedder.queries(texts[:20]), embedder.passages(texts[:20])
    assert queries.shape == passages.shape == (20, embedder.dimension) == (20, 768)
    assert queries.dtype == np.float32
    assert np.allclose(np.linalg.norm(queries, axis=1), 1, atol=1e-5)
    assert not np.array_equal(queries, passages)


def test_a_question_has_an_english_part_when_it_is_english(embedder: Embedder):
    asked = [
        "how do I get my money back",
        "wie bekomme ich mein Geld zurück",
        "wifi",
        "返金してください",
        "水",
    ]
    lengths = np.linalg.norm(embedder.queries(asked)[:, 384:], axis=1)
    english = pytest.approx(0.6 / np.hypot(1, 0.6), abs=1e-5)
    assert lengths.tolist() == [english, 0, english, 0, 0]
    passages = np.linalg.norm(embedder.passages(asked)[:, 384:], axis=1)
    assert passages.tolist() == [english] * len(asked)


def test_the_english_part_is_that_of_its_wheel(embedder: Embedder):
    folder = encoder.Weights.of(encoder.ENGLISH_WHEEL, encoder.ENGLISH_WEIGHTS).path.parent
    texts = ["how do I get my money back", "the pump hums and no water comes", "[SEP] [MASK] is what it says"]
    english = SentenceTransformersEmbedder(str(folder)).queries(texts)
    ours = embedder.queries(texts)[:, 384:] * np.hypot(1, 0.6) / 0.6
    near = (english * ours).sum(axis=1)
    assert near[:2].min() > 0.985
    assert near[2] < 0.985  # sentence-transformers takes the typed marks for its own


def test_a_vector_does_not_depend_on_its_neighbours_or_on_threads(
    embedder: Embedder, prepared: Path, texts: list[str]
):
    together = embedder.queries(texts)
    alone = np.concatenate([embedder.queries([text]) for text in texts[::7]])
    assert np.array_equal(together[::7], alone)
    assert np.array_equal(embedder.queries(texts[::-1])[::-1], together)
    with ThreadPoolExecutor(6) as pool:
        askers = list(pool.map(lambda start: embedder.queries(texts[start : start + 40]), range(0, 200, 40)))
    assert np.array_equal(np.concatenate(askers), together[:200])
    assert np.array_equal(OnnxEmbedder(prepared, threads=1).queries(texts[:30]), together[:30])


def test_progress_counts_every_text(embedder: Embedder, texts: list[str]):
    steps: list[int] = []
    embedder.passages(texts[:12], steps.append)
    assert sum(steps) == 12


def test_no_text_gives_no_vector(embedder: Embedder):
    assert embedder.queries([]).shape == (0, 768)
    assert embedder.passages([]).shape == (0, 768)


def test_marks_of_the_tokenizer_are_text_when_they_are_typed(embedder: Embedder):
    plain, other, marked, marked_other = embedder.queries(
        [
            "the pump hums",
            "the invoice is missing",
            "the </s>pump<mask> hums",
            "the </s>invoice<mask> is missing",
        ]
    )
    assert marked @ plain > 0.85 > marked @ other
    assert marked_other @ other > 0.85 > marked_other @ plain
    for mark in ("<s>", "</s>", "<pad>", "<unk>", "<mask>"):
        assert np.isfinite(embedder.queries([mark])).all()


def test_what_is_beyond_512_tokens_does_not_count(embedder: Embedder):
    whole, longer = embedder.passages(["pump " * 600, "pump " * 600 + "invoice"])
    assert np.array_equal(whole, longer)


def write_wrong_vectors(path: Path) -> None:
    """Write a valid ONNX file that gives the same vector for every text."""
    vector = np.zeros((1, 384), dtype=np.float32)
    vector[0, 0] = 1
    node = helper.make_node("Constant", [], ["vector"], value=numpy_helper.from_array(vector))
    ids = helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, [1, None])
    out = helper.make_tensor_value_info("vector", onnx.TensorProto.FLOAT, [1, 384])
    graph = helper.make_graph([node], "wrong", [ids], [out])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.fixture
def saturated(prepared: Path, tmp_path: Path) -> Path:
    """Give the prepared folder as a processor sees it that computes the 8-bit file wrongly."""
    folder = tmp_path / "an-embedder"
    folder.mkdir()
    for name in (encoder.PIECES, "self_check.json", "model_q4.onnx", "model_q4.data"):
        (folder / name).symlink_to(prepared / name)
    (folder / encoder.ENGLISH).symlink_to(prepared / encoder.ENGLISH)
    write_wrong_vectors(folder / "model_int8.onnx")
    return folder


def test_a_processor_that_saturates_gets_the_4_bit_file(
    saturated: Path, embedder: Embedder, texts: list[str], capsys: pytest.CaptureFixture[str]
):
    fallback = OnnxEmbedder(saturated)
    assert fallback.id == "an-embedder-q4-int8"
    assert embedder.id.endswith("-int8")
    said = capsys.readouterr()
    assert (said.out, said.err.count("4-bit file")) == ("", 1)
    near = (fallback.queries(texts[:60]) * embedder.queries(texts[:60])).sum(axis=1)
    assert near.mean() > 0.99
    assert near.min() > 0.97


def test_vectors_that_are_wrong_in_both_files_are_refused(saturated: Path):
    shutil.copy(saturated / "model_int8.onnx", saturated / "wrong.onnx")
    (saturated / "wrong.onnx").replace(saturated / "model_q4.onnx")
    with pytest.raises(Unavailable, match=r"gives wrong vectors: delete that folder and start again\."):
        OnnxEmbedder(saturated)


def test_a_file_that_is_no_onnx_is_refused_with_its_name(saturated: Path):
    (saturated / "model_int8.onnx").write_bytes(b"not a graph")
    with pytest.raises(Unavailable, match=r"model_int8\.onnx cannot be loaded"):
        OnnxEmbedder(saturated)


def multilingual(vectors: Vectors) -> Vectors:
    """Return the part of the encoder of all languages, as unit vectors."""
    return vectors[:, :384] / np.linalg.norm(vectors[:, :384], axis=1, keepdims=True)


@pytest.mark.usefixtures("one_thread")
def test_sentence_transformers_gives_nearly_the_same_vectors(
    prepared: Path, embedder: Embedder, texts: list[str]
):
    other = open_embedder(Settings(embedder=str(prepared)))
    assert isinstance(other, SentenceTransformersEmbedder)
    assert (other.id, other.dimension) == (str(prepared), 384)
    some, steps = texts[::6], list[int]()
    assert (other.queries(some) * multilingual(embedder.queries(some))).sum(axis=1).min() > 0.98
    passages = other.passages(some, steps.append)
    assert (passages * multilingual(embedder.passages(some))).sum(axis=1).min() > 0.98
    assert sum(steps) == len(some)
    assert other.passages([]).shape == other.queries([]).shape == (0, 384)


def test_an_embedder_that_does_not_exist_names_the_setting(tmp_path: Path):
    with pytest.raises(Unavailable, match="PRECEDENT_EMBEDDER takes “default”") as refused:
        open_embedder(Settings(embedder=str(tmp_path / "no-such-folder")))
    assert "no-such-folder” cannot be loaded (" in str(refused.value)
    assert "\n" not in str(refused.value)


def in_a_process(prepared: Path, folder: Path, *command: str) -> list[str]:
    """Run Python in a process of its own, as a fresh installation, and return the lines that it said."""
    ours = {"PRECEDENT_DATA_DIR": str(folder), "PRECEDENT_CACHE_DIR": str(prepared.parents[1])}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PRECEDENT_")}
    done = subprocess.run(
        [sys.executable, "-c", *command],
        check=False,
        capture_output=True,
        text=True,
        env=outside | ours,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_nothing_that_serves_imports_torch(tmp_path: Path, prepared: Path):
    with_torch = {"conversion"}
    modules = {path.stem for path in Path(encoder.__file__).parent.glob("*.py")} - {"__init__"} - with_torch
    imports = "\n".join(f"import indexer.{name}" for name in sorted(modules))
    asked = 'import sys; print(sorted({"torch", "sentence_transformers", "transformers"} & set(sys.modules)))'
    assert in_a_process(prepared, tmp_path, f"{imports}\n{asked}") == ["[]"]


def test_searching_on_the_command_line_does_without_torch(
    tmp_path: Path, prepared: Path, documents: tuple[Document, ...], embedder: Embedder
):
    build(documents, (), 1, embedder, Settings(data_dir=tmp_path).index_dir)
    search = ("service.start", "search", "Wo finde ich meine Rechnung?", "--json", "--limit", "2")
    *said, torch = in_a_process(prepared, tmp_path, WITHOUT_TORCH, *search)
    assert json.loads("\n".join(said))["solutions"][0]["id"] == "invoice"
    assert torch == "torch: False"
