"""Libraries that are nothing but vectors, for tests of what keeps and finds them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.chroma import chunk_of
from ingest.library import Library
from ingest.titles import Subject
from ingest.types import Chunk, SourceDocument

MODEL = "fake-model"
READER = "fake 1.0; test"
DIMENSION = 16


def vectors_of(name: str, count: int, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """Vectors of length 1 in all directions, always the same for a name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    rows = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def publish(
    library: Library, name: str, count: int = 3, *, vectors: NDArray[np.float32] | None = None, model: str = MODEL
) -> str:
    """Make a document visible that has these vectors, or so many of its own; give back its id."""
    chosen = vectors_of(name, count) if vectors is None else vectors
    doc_id = hashlib.sha256(name.encode()).hexdigest()
    source = SourceDocument(doc_id, name, Path("/nowhere") / name, "application/pdf", 1)
    library.check_model(model, claim=True)
    library.begin(source, 1, READER, keep_path=False)
    pieces = [
        Chunk(f"{name}-{number}", doc_id, 1, number, name, "", f"passage {number} of {name}", number, number + 1)
        for number in range(len(chosen))
    ]
    library.publish(source, READER, Subject(name, name), pieces, chosen)
    return doc_id


def missing(library: Library, limit: int = 10, every: int = 1) -> list[str]:
    """Chunks that their own vectors do not find, and chunks that are found but are none.

    Args:
        library: where to search.
        limit: how many chunks to ask for.
        every: ask for each so-manieth vector of a document, from its first on.
    """
    wrong, seen, known = [], set(), set()
    for record in library.documents():
        chunks, vectors = library.document_chunks(record.doc_id)
        known.update(chunk.chunk_id for chunk in chunks)
        for chunk, vector in list(zip(chunks, vectors, strict=True))[::every]:
            found = [chunk_id for chunk_id, _ in library.search_dense(vector.tolist(), limit)]
            seen.update(found)
            if chunk.chunk_id not in found:
                wrong.append(chunk.chunk_id)
    return wrong + sorted(seen - known)


def entries_of(collection: Any, chunk_ids: Iterable[str]) -> list[str]:
    """The names of the entries that a collection of Chroma has of chunks, in their order."""
    names = {chunk_of(name): name for name in collection.get(include=[])["ids"]}
    return [names[chunk_id] for chunk_id in chunk_ids]
