"""Vectors that no search reaches after many changes: ``python -m tests.faults.links [--runs N] [--in-place]``.

Documents are added, added anew with other vectors, and removed, a few at a time, as by four writers at once. Then each
vector that is there is asked for by itself. With ``--in-place`` a chunk's new vector takes the entry of its old one.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.chroma import CONFIGURATION, ChromaVectors, open_folder
from ingest.vector_source import Entries
from tests.vectors import vectors_of

_WRITERS, _DOCUMENTS, _CHUNKS = 4, 12, 9
_ASKED_FOR = 10  # among so many a vector must find itself

_Vectors = NDArray[np.float32]
_Change = tuple[str, _Vectors | None]  # a document, and what it has now


def main(arguments: list[str] | None = None) -> int:
    """Run the measurement; 0 whatever comes of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.links", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="how many libraries of 441 vectors")
    parser.add_argument("--links", type=int, help="of each vector in the graph; by default as many as Pagecite's have")
    parser.add_argument("--in-place", action="store_true", help="as if entries were named after their chunks alone")
    options = parser.parse_args(arguments)
    missed = asked = 0
    for number in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="pagecite-") as folder:
            found = list(_run(Path(folder), random.Random(number), options.links, in_place=options.in_place))
        asked += len(found)
        missed += found.count(False)
    sys.stdout.write(f"vectors that do not find themselves: {missed} of {asked}\n")
    return 0


def _run(folder: Path, chance: random.Random, links: int | None, *, in_place: bool) -> Iterator[bool]:
    """Change a copy; then say of each vector whether it is found."""
    client = open_folder(folder)
    graph = {**CONFIGURATION["hnsw"], **({"max_neighbors": links} if links else {})}
    copy = ChromaVectors(client.create_collection("chunks", embedding_function=None, configuration={"hnsw": graph}))  # type: ignore[arg-type, typeddict-item]
    library: dict[str, _Vectors] = {}
    changed: set[str] = set()
    for name, vectors in _changes(chance):
        library[name] = np.empty((0, 0), np.float32) if vectors is None else vectors
        changed.add(name)
        if chance.random() < 0.5:
            _apply(copy, {name: library[name] for name in sorted(changed)}, in_place=in_place)
            changed.clear()
    _apply(copy, {name: library[name] for name in sorted(changed)}, in_place=in_place)
    for name, vectors in library.items():
        for number, vector in enumerate(vectors):
            yield f"{name}-{number}" in dict(copy.nearest(vector.tolist(), _ASKED_FOR))
    client.close()


def _changes(chance: random.Random) -> Iterator[_Change]:
    """Changes of all writers, each in its own order."""
    yield "before", vectors_of("before", _CHUNKS)
    key = chance.getrandbits(32)
    left = [list(_of_writer(f"{key}w{writer}")) for writer in range(_WRITERS)]
    while any(left):
        yield chance.choice([changes for changes in left if changes]).pop(0)


def _of_writer(writer: str) -> Iterator[_Change]:
    for number in range(_DOCUMENTS):
        name = f"{writer}x{number}"
        yield name, vectors_of(name, _CHUNKS + 3 * (number % 3 == 0))
        if number % 6 == 0:
            yield name, None
        if number % 3 == 0:
            yield name, vectors_of(f"{name} anew", _CHUNKS)


def _apply(copy: ChromaVectors, changes: dict[str, _Vectors], *, in_place: bool) -> None:
    """Bring changed documents in step, all of them at once, as `ingest.vectors` does."""
    there = {name: vectors for name, vectors in changes.items() if len(vectors)}
    chunk_ids = tuple(f"{name}-{number}" for name, vectors in there.items() for number in range(len(vectors)))
    owners = tuple(name for name, vectors in there.items() for _ in vectors)
    kept: set[str] = set()
    if there and in_place:
        metadata = [{"doc_id": name} for name in owners]
        copy.collection.upsert(ids=list(chunk_ids), embeddings=np.concatenate([*there.values()]), metadatas=metadata)
        kept.update(chunk_ids)
    elif there:
        kept = copy.put(Entries(chunk_ids, owners, np.concatenate([*there.values()])))
    copy.keep_only(list(changes), kept)


if __name__ == "__main__":
    sys.exit(main())
