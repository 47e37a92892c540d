"""Chroma, wherever it runs: a collection with the vectors of a library's chunks, and the nearest among them."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest.vector_source import Entries

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

# Each entry gets noise of this length, which changes a cosine by less than 0.0001. Without it, where a hundred entries
# are equal, Chroma's graph leads from them to one another and no further, and entries beside them are not found: 4 to
# 7 % of them where every tenth of 3,000 vectors was equal, 6 to 49 % where every second or fifth was. With it, none in
# the first case, and at most 3 % in the others.
_NOISE = 1e-4
_SAME = 1e-4  # cosine distance up to which two entries are at the same place
_NEIGHBOURS = 10  # among so many a vector must find itself
# Twice of what Chroma takes by itself. Where every seventh of 2,000 vectors was equal, its own settings missed 15 of
# 18,144 entries that were asked for by their own vectors, these none; of 20,000, 1.3 % and 0.4 %. They cost twice the
# time to build, a second for each 1,250 vectors of length 384.
CONFIGURATION = {"hnsw": {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}}
_MANY = 5000  # ids in one request
_DOCUMENTS = 200  # documents in one filter
# An entry is named after its chunk and its vector, so that none ever gets another vector in its place: that takes links
# from its neighbours in the graph, until no question reaches one of them (docs/measurements.md).
_MARK = "@"
_MARK_LENGTH = 12


class ChromaVectors:
    """`ingest.stores.VectorSet` in Chroma. Methods raise whatever Chroma raises, which is of many types."""

    def __init__(self, collection: Any) -> None:
        """Wrap a collection.

        Args:
            collection: of chromadb, with cosine distances.
        """
        self.collection = collection

    def put(self, entries: Entries) -> set[str]:
        """Enter vectors beside what their chunks had, which `keep_only` deletes; give back their names for it."""
        names = _names(entries)
        there = set(self.collection.get(ids=names, include=[])["ids"]) if names else set()
        new = [row for row, name in enumerate(names) if name not in there]
        if new:
            noise = _noise([entries.chunk_ids[row] for row in new], entries.vectors.shape[1])
            # Not added, for another process may have begun to bring the same changes to a server.
            self.collection.upsert(
                ids=[names[row] for row in new],
                embeddings=np.ascontiguousarray(entries.vectors[new] + noise, dtype=np.float32),
                metadatas=[{"doc_id": entries.doc_ids[row]} for row in new],
            )
        return set(names)

    def keep_only(self, doc_ids: Sequence[str], names: set[str]) -> None:
        """Delete what documents have beside some entries."""
        for start in range(0, len(doc_ids), _DOCUMENTS):
            part = list(doc_ids[start : start + _DOCUMENTS])
            there = self.collection.get(where={"doc_id": {"$in": part}}, include=[])["ids"]
            self._delete([name for name in there if name not in names])

    def _delete(self, gone: list[str]) -> None:
        for start in range(0, len(gone), _MANY):
            self.collection.delete(ids=gone[start : start + _MANY])

    def ids(self) -> set[str]:
        """All chunks."""
        return {chunk_of(name) for name in self.collection.get(include=[])["ids"]}

    def nearest(self, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, as pairs of chunk id and cosine (-1..1)."""
        found = self.collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        best: dict[str, float] = {}
        for name, distance in zip(found["ids"][0], found["distances"][0], strict=True):
            best.setdefault(chunk_of(name), 1.0 - float(distance))
        return list(best.items())

    def finds(self, entries: Entries) -> bool:
        """Whether each of some vectors, asked for, finds itself, or as many others at the same place."""
        if not entries:
            return True
        found = self.collection.query(query_embeddings=entries.vectors, n_results=_NEIGHBOURS, include=["distances"])
        answers = zip(entries.chunk_ids, found["ids"], found["distances"], strict=True)
        return all(
            chunk_id in map(chunk_of, names) or (len(names) == _NEIGHBOURS and distances[-1] <= _SAME)
            for chunk_id, names, distances in answers
        )


def open_folder(folder: Path) -> "ClientAPI":
    """Chroma with its files in a folder, which no other process may use at the same time."""
    # Imported here: it takes most of a second, and listing or filling a library needs none of it.
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def vectors_in(client: "ClientAPI", name: str) -> ChromaVectors:
    """The vectors in a collection, by its name; made where it is missing."""
    return ChromaVectors(
        client.get_or_create_collection(name, embedding_function=None, configuration=CONFIGURATION)  # type: ignore[arg-type]
    )


def _names(entries: Entries) -> list[str]:
    rows = np.ascontiguousarray(entries.vectors, dtype="<f4")
    marks = (hashlib.sha256(row.tobytes()).hexdigest()[:_MARK_LENGTH] for row in rows)
    return [f"{chunk_id}{_MARK}{mark}" for chunk_id, mark in zip(entries.chunk_ids, marks, strict=True)]


def chunk_of(name: str) -> str:
    """The chunk of an entry; entries of older libraries are named after it alone."""
    return name.rpartition(_MARK)[0] or name


def _noise(keys: Iterable[str], dimension: int) -> NDArray[np.float32]:
    """A direction for each key, always the same, of the length of `_NOISE`."""
    seeds = [int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) for key in keys]
    rows = np.stack([np.random.default_rng(seed).standard_normal(dimension, dtype=np.float32) for seed in seeds])
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray(_NOISE * rows / lengths, dtype=np.float32)
