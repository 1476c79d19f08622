"""Each part of the benchmark, on a tiny folder: whether it measures, never how fast this machine is."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from bench import alone, comparison, encoding, parts, processes, reindexing, searching, serving, speed
from bench.building import Building
from bench.subject import Installation, Subject
from indexer.embed import Embedder
from indexer.query import open_index


def test_encoding_is_timed(installation: Installation, embedder: Embedder) -> None:
    made = encoding.measure(embedder, [query.text for query in installation.asked], installation.short)
    assert 0 < made.one.p50 <= made.one.p95
    assert made.rate > 0
    assert made.vectors.shape == (len(installation.short), embedder.dimension)


def test_a_build_is_set_against_encoding_its_texts(built: Building, installation: Installation) -> None:
    assert built.passages == len(installation.passages) == 9
    assert built.ratio == pytest.approx(built.rate / built.encoding_rate)


@pytest.mark.usefixtures("built")
def test_searches_are_timed_and_judged(tiny: Subject, installation: Installation, embedder: Embedder) -> None:
    index = open_index(installation.settings, embedder)
    made = searching.measure(index, embedder, installation.asked, tiny.relevant)
    assert (made.answerable, made.hit_at_1) == (3, 1.0)
    assert made.search.p50 > 0


@pytest.mark.usefixtures("built")
def test_a_server_is_started_asked_and_weighed(installation: Installation, embedder: Embedder) -> None:
    with processes.serve(installation.settings) as server:
        made = serving.measure(server.address, embedder, installation.asked, warm_up=2, rounds=2)
        used = processes.memory(server.pid)
    assert server.start > 0
    assert (made.requests, made.errors) == (10, 0)
    assert math.isfinite(made.ratio)
    assert made.ratio > 0
    assert used is None or 0 < used.now <= used.peak


def test_requests_that_nobody_answers_are_errors(installation: Installation, embedder: Embedder) -> None:
    made = serving.measure("http://127.0.0.1:1", embedder, installation.asked[:4], warm_up=1, rounds=1)
    assert (made.requests, made.errors) == (3, 4)


@pytest.mark.usefixtures("built")
def test_one_change_is_indexed_by_the_command_and_inside(
    installation: Installation, embedder: Embedder
) -> None:
    made = reindexing.measure(installation, embedder, repeats=1)
    assert min(made.command, made.start, made.inside) > 0
    assert made.beyond == made.command - made.start
    index = open_index(installation.settings, embedder)
    found = index.search("this was looked through once more, for the 2. time").hits
    assert found[0].id == installation.documents[1].id
    assert "looked through once more" in found[0].snippet


def test_the_plain_script_finds_the_same(
    tiny: Subject, installation: Installation, embedder: Embedder, tmp_path: Path
) -> None:
    questions, short = installation.asked[:3], installation.short
    made = comparison.measure(
        installation.settings, installation.documents, questions, tiny.relevant, short, tmp_path
    )
    assert made.hit_at_1 == 1.0
    assert min(made.start, made.rate, made.build, made.search.p50) > 0
    like = alone.open_alone(installation.settings, embedder)
    same = alone.measure(like, installation.documents, questions, tiny.relevant, short)
    assert (like.dimension, same.hit_at_1) == (embedder.parts[0], 1.0)
    assert min(same.build, same.search.p50, same.encoding.rate) > 0
    assert np.sum(made.vectors * same.encoding.vectors, axis=1).min() > 0.98
    multilingual = embedder.passages(short)[:, : embedder.parts[0]]
    unit = multilingual / np.linalg.norm(multilingual, axis=1, keepdims=True)
    assert np.allclose(unit, same.encoding.vectors, atol=1e-5)


@pytest.mark.usefixtures("built")
def test_each_part_of_a_search_is_weighed_in_its_order(installation: Installation) -> None:
    grown = parts.measure(installation.settings)
    assert list(grown) == [
        parts.LIBRARIES,
        "multilingual encoder",
        "English encoder",
        "language identifier",
        "vectors and dense leg",
        "lexical leg",
        "learned leg",
    ]
    assert min(grown.values()) >= 0
    assert grown["multilingual encoder"] > grown["English encoder"] > 10  # 118 MB of weights against 23


def test_a_whole_run_prints_every_part(
    tiny: Subject, capsys: pytest.CaptureFixture[str], embedder: Embedder
) -> None:
    few = speed.Counts(
        queries=6, short=12, requests=6, keystrokes=5, warm_up=2, rounds=1, repeats=1, sizes=(300,)
    )
    speed.main([str(tiny.sources[0])], few)
    said = capsys.readouterr().out
    lines = [line.strip() for line in said.splitlines()]
    (against,) = [line for line in lines if line.startswith("search p50 against 2 encodes + 5 ms")]
    assert re.fullmatch(r".* [\d.]+ of [\d.]+ ms, [+-][\d.]+ ms +\[at most 1\.00 of it: (yes|NO)\]", against)
    shown = [line for line in lines if line.startswith("encoder of the plain script")]
    assert shown == [f"{'encoder of the plain script':<40} intfloat/multilingual-e5-small, 32 bits"] * 2
    assert re.search(r"hit@1 of 3 questions +1\.000; alone 1\.000; ours 1\.000\n", said)
    assert re.search(r"English encoder +[\d.]+ MB\n.*language identifier +[\d.]+ MB\n", said)
    assert re.search(r"keystrokes, errors +5 distinct ones, 0 errors\n", said)
    assert re.search(r"file of the widget, gzipped +[\d.]+ KB at most +\[at most 20 KB: yes\]", said)
    assert f"synthetic vectors of {embedder.dimension} dimensions" in said


def test_an_aim_that_is_missed_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    speed.show("start to ready", "4.0 s", "at most 3 s", met=False)
    assert " ".join(capsys.readouterr().out.split()) == "start to ready 4.0 s [at most 3 s: NO]"
