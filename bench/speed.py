"""Print speed and memory of one machine in one run: `python -m bench.speed [BEIR_FOLDER]`.

Without a folder the demo company is measured. Times on a shared machine move, so whatever is compared is
measured right after each other, and ratios hold where the times themselves do not.
"""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench import (
    alone,
    building,
    comparison,
    encoding,
    nearest,
    parts,
    processes,
    reindexing,
    searching,
    serving,
    subject,
    suggesting,
)
from bench.processes import Memory, Server
from bench.subject import Installation, Subject
from indexer.embed import Embedder, open_embedder
from indexer.query import open_index
from service.widget.build import bundle
from service.widget.build import texts as texts_of_widget

# A search may take twice as long as encoding its text, and this much more: ranking and deciding must not be
# felt beside what no search by meaning can do without.
MORE_MS = 5.0


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each thing is done."""

    queries: int = 500
    short: int = 2000
    requests: int = 900
    keystrokes: int = 400
    warm_up: int = 60
    rounds: int = 3
    repeats: int = 3
    sizes: tuple[int, ...] = nearest.SIZES


@dataclass(frozen=True, slots=True)
class Run:
    """What is measured, with what, and how often; prints a figure a line."""

    subject: Subject
    installation: Installation
    embedder: Embedder
    counts: Counts = field(default_factory=Counts)

    @property
    def queries(self) -> tuple[subject.Query, ...]:
        return self.installation.asked[: self.counts.queries]

    @property
    def short(self) -> list[str]:
        texts = self.installation.short
        return [texts[number % len(texts)] for number in range(self.counts.short)]


def part(title: str) -> None:
    """Print what is measured next, so that who waits knows for what."""
    print(f"\n{title}", flush=True)


def show(name: str, value: str, aim: str = "", met: bool | None = None) -> None:
    """Print a figure; where there is an aim, say whether it was met."""
    told = f"   [{aim}: {'yes' if met else 'NO'}]" if aim else ""
    print(f"  {name:<40} {value}{told}", flush=True)


def encode(run: Run, folder: Path) -> tuple[comparison.Plain, alone.Alone]:
    """Print the embedder beside sentence-transformers; return what the plain script and its like took."""
    part("Encoding: ours, its multilingual part alone, and sentence-transformers (s.-t.) in a plain script")
    made, relevant = run.installation, run.subject.relevant
    ours = encoding.measure(run.embedder, [query.text for query in run.queries], run.short)
    like = alone.open_alone(made.settings, run.embedder)
    part_alone = alone.measure(like, made.documents, run.queries, relevant, run.short)
    theirs = comparison.measure(made.settings, made.documents, run.queries, relevant, run.short, folder)
    same = part_alone.encoding
    show("encoder of the plain script", comparison.encoder_name(made.settings))
    show(
        "dimensions, ours / alone / s.-t.", f"{run.embedder.dimension} / {like.dimension} / {like.dimension}"
    )
    one = f"one query, p50 / p95 of {len(run.queries)}"
    show(f"{one}, ours", str(ours.one))
    show(f"{one}, alone", str(same.one))
    show(f"{one}, s.-t.", f"{theirs.encode} = {theirs.encode.p50 / same.one.p50:.1f} times alone")
    bulk = f"{len(run.short)} short texts"
    show(f"{bulk}, ours", f"{ours.rate:.0f} texts/s")
    show(f"{bulk}, alone", f"{same.rate:.0f} texts/s")
    show(f"{bulk}, s.-t.", f"{theirs.rate:.0f} texts/s; alone is {same.rate / theirs.rate:.1f} times as fast")
    cosines = np.sum(same.vectors * theirs.vectors, axis=1)
    show("cosine between alone and s.-t.", f"mean {cosines.mean():.4f}, least {cosines.min():.4f}")
    return theirs, part_alone


def build(run: Run) -> None:
    """Print how fast the index is built."""
    part("Index build")
    made = building.measure(run.installation, run.embedder)
    show("from the database to a published index", f"{made.seconds:.1f} s for {made.passages} passages")
    show("rate", f"{made.rate:.0f} passages/s; nothing but encoding them: {made.encoding_rate:.0f}/s")
    show("build / encoding", f"{made.ratio:.2f}", "at least 0.8", made.ratio >= 0.8)


def search(run: Run) -> searching.Searching:
    """Print how long a search takes."""
    part(f"Search inside the process, {len(run.queries)} distinct texts")
    index = open_index(run.installation.settings, run.embedder)
    made = searching.measure(index, run.embedder, run.queries, run.subject.relevant)
    more = made.search.p50 - made.encode.p50
    most = 2 * made.encode.p50 + MORE_MS
    show("encode one, p50 / p95", str(made.encode))
    show("search, p50 / p95", str(made.search))
    show("search above encode, p50", f"{more:.1f} ms", "at most 3 ms", more <= 3)
    against = f"{made.search.p50 / most:.2f} of {most:.1f} ms, {made.search.p50 - most:+.1f} ms"
    name = f"search p50 against 2 encodes + {MORE_MS:.0f} ms"
    show(name, against, "at most 1.00 of it", made.search.p50 <= most)
    return made


def weigh(run: Run) -> None:
    """Print the memory that each part of a search adds."""
    part("Resident memory that each part adds, opened one after the other in a fresh process")
    grown = parts.measure(run.installation.settings)
    for name, megabytes in grown.items():
        show(name, f"{megabytes:.1f} MB")
    show("all of it", f"{sum(grown.values()):.1f} MB" if grown else "this system does not tell")


def serve(run: Run) -> tuple[float, Memory | None]:
    """Print how a server starts and what it bears; return the seconds to start and its memory."""
    part("`precedent serve` on loopback")
    settings, counts = run.installation.settings, run.counts
    starts = []
    for _ in range(counts.repeats - 1):
        with processes.serve(settings) as server:
            starts.append(server.start)
    with processes.serve(settings) as server:
        starts.append(server.start)
        start = float(np.median(starts))
        show(f"start to ready, median of {len(starts)}", f"{start:.1f} s", "at most 3 s", start <= 3)
        suggest(run, server)
        used = load(run, server)
    return start, used


def load(run: Run, server: Server) -> Memory | None:
    """Print requests a second, and the memory of the server after them."""
    counts = run.counts
    asked = run.installation.asked[: counts.warm_up + counts.requests]
    made = serving.measure(server.address, run.embedder, asked, counts.warm_up, counts.rounds)
    show("searches, errors", f"{made.requests} distinct ones, {made.errors} errors", "none", made.errors == 0)
    show(f"{serving.CLIENTS} clients, p50 / p95", str(made.latency))
    show("rate", f"{made.rate:.0f} requests/s; the embedder alone: {made.encoding_rate:.0f} texts/s")
    show("requests / texts encoded", f"{made.ratio:.2f}", "at least 0.6", made.ratio >= 0.6)
    used = processes.memory(server.pid)
    if used:
        show(
            "memory after that, now / peak",
            f"{used.now:.0f} / {used.peak:.0f} MB",
            "at most 700 MB",
            used.now <= 700,
        )
    return used


def suggest(run: Run, server: Server) -> None:
    """Print how fast titles come while somebody types, and what a page loads for it."""
    texts = [query.text for query in run.queries]
    typed = suggesting.keystrokes(texts, run.counts.keystrokes)
    made = suggesting.measure(server.address, run.embedder, typed)
    show("keystrokes, errors", f"{made.keystrokes} distinct ones, {made.errors} errors")
    show("encode one, p50 / p95", str(made.encode))
    show("a new keystroke, p50 / p95", str(made.new))
    above = f"{made.above:.1f} ms"
    show("its p95 above one encode", above, "at most 15 ms", made.above <= 15)
    known = made.known.p95 <= 5
    show("a keystroke that is known, p50 / p95", str(made.known), "at most 5 ms at p95", known)
    sizes = [bundle(language).gzip_size for language in texts_of_widget()]
    largest = max(sizes) / 1024
    show("file of the widget, gzipped", f"{largest:.1f} KB at most", "at most 20 KB", largest <= 20)


def reindex(run: Run) -> None:
    """Print how long one change takes."""
    part(f"`precedent index` after one changed solution, medians of {run.counts.repeats}")
    made = reindexing.measure(run.installation, run.embedder, run.counts.repeats)
    show("the whole command", f"{made.command:.1f} s")
    show("a process that only starts", f"{made.start:.1f} s")
    show("beyond the start", f"{made.beyond:.1f} s", "at most 2 s", made.beyond <= 2)
    show("inside a process", f"{made.inside:.2f} s")


def compare(
    run: Run,
    plain: comparison.Plain,
    like: alone.Alone,
    ours: searching.Searching,
    start: float,
    used: Memory | None,
) -> None:
    """Print what the plain script of sentence-transformers and FAISS took, beside its like and ours."""
    part("A plain script of sentence-transformers and FAISS (bench/plain.py), and ours beside it")
    show("encoder of the plain script", comparison.encoder_name(run.installation.settings))
    show("alone", "our multilingual part by itself in the same FAISS index: no English part, no words")
    show("search, p50 / p95", f"{plain.search}; alone {like.search}; ours {ours.search}")
    if plain.hit_at_1 is not None and like.hit_at_1 is not None and ours.hit_at_1 is not None:
        shares = f"{plain.hit_at_1:.3f}; alone {like.hit_at_1:.3f}; ours {ours.hit_at_1:.3f}"
        show(f"hit@1 of {ours.answerable} questions", shares)
    show("encode and index everything", f"{plain.build:.1f} s; alone {like.build:.1f} s")
    show("start to the first vector", f"{plain.start:.1f} s; ours to a ready server {start:.1f} s")
    if plain.memory and used:
        show(
            "memory, now / peak",
            f"{plain.memory.now:.0f} / {plain.memory.peak:.0f} MB; ours {used.now:.0f} MB",
        )


def neighbours(sizes: tuple[int, ...], dimension: int) -> None:
    """Print the kinds of index on synthetic vectors as long as those of the embedder."""
    part(f"Nearest neighbours among synthetic vectors of {dimension} dimensions (bench/nearest.py: how made)")
    for size in sizes:
        for made in nearest.measure(size, dimension):
            print(f"  {made}", flush=True)
    print("  scattered: without fields and topics, the hardest case", flush=True)
    for made in nearest.measure(max(sizes), dimension, scattered=True):
        print(f"  {made}", flush=True)


def main(arguments: list[str], counts: Counts = Counts()) -> None:
    """Measure and print."""
    chosen = subject.read(Path(arguments[0])) if arguments else subject.demo()
    with TemporaryDirectory(prefix="precedent-bench-") as folder:
        print(f"Importing {chosen.name} …", flush=True)
        busy = os.getloadavg()[0]
        installation = subject.install(chosen, Path(folder) / "var")
        run = Run(chosen, installation, open_embedder(installation.settings), counts)
        show("solutions, questions", f"{len(installation.documents)}, {len(chosen.questions)}")
        show("cores, programs that ran before this", f"{os.cpu_count()}, {busy:.1f}")
        plain, like = encode(run, Path(folder))
        build(run)
        found = search(run)
        weigh(run)
        start, used = serve(run)
        reindex(run)
        compare(run, plain, like, found, start, used)
    neighbours(counts.sizes, run.embedder.dimension)


if __name__ == "__main__":
    main(sys.argv[1:])
