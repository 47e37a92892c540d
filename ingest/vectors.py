"""Chroma as a cache of the vectors in SQLite: one folder a process, kept in step, rebuilt when in doubt.

Two processes on one Chroma folder corrupt it silently, and a killed writer can break it for good. So no
folder is ever shared: each process that asks questions takes a *slot* (``chroma/slot-0``, ``slot-1``, ...)
under a file lock that the operating system frees when the process ends, however it ends. A slot remembers the last
change of the library that it has seen and applies what came later before each search. Whoever writes to the
library writes to SQLite alone.
"""

import json
import logging
import shutil
import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from ingest.errors import LibraryError, LibraryNotWritable
from ingest.types import Chunk

logger = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

_COLLECTION = "chunks"
_BATCH = 2000  # Chroma takes 5,461 at most
_SLOTS = 64
_STATE = "state.json"


class VectorSource(Protocol):
    """The truth that the index is kept in step with."""

    def generation(self) -> str:
        """Changes when all vectors do, as with another embedding model."""
        ...

    def last_change(self) -> int:
        """Number of the last change."""
        ...

    def changed_since(self, seq: int) -> list[str]:
        """Documents that changed after a change."""
        ...

    def document_chunks(self, doc_id: str) -> tuple[list[Chunk], Vectors]:
        """A document's chunks and vectors; none where it is gone."""
        ...

    def count_chunks(self) -> int:
        """Number of chunks in all."""
        ...


class VectorIndex:
    """Nearest chunks by cosine, served by Chroma from this process's own folder."""

    def __init__(self, folder: Path, source: VectorSource) -> None:
        """Prepare the index; nothing is opened before the first search.

        Args:
            folder: the library's ``chroma`` folder.
            source: what to keep in step with.
        """
        self._folder = folder
        self._source = source
        self._mutex = threading.RLock()
        self._lock: FileLock | None = None
        self._slot: Path | None = None
        self._client: Any = None
        self._collection: Any = None
        self._seq = 0
        self._generation = ""

    def search(self, vector: list[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, as pairs of chunk id and cosine (-1..1).

        Raises:
            LibraryNotWritable: the cache folder cannot be written.
        """
        with self._mutex:
            try:
                self.sync()
                return self._query(vector, limit)
            except LibraryError:
                raise
            except Exception:
                # Chroma raises many types when its files are broken. All of it can be made again.
                logger.warning("The vector cache %s was broken; it is made again.", self._slot, exc_info=True)
                self._rebuild()
                return self._query(vector, limit)

    def sync(self) -> None:
        """Apply the library's changes since the last time; open or rebuild the cache where needed."""
        with self._mutex:
            if self._collection is None:
                self._open()
            if self._generation != self._source.generation():
                self._rebuild()
            elif self._seq < self._source.last_change():
                self._apply()

    def close(self) -> None:
        """Give the slot back."""
        with self._mutex:
            if self._client is not None:
                self._client.close()
            if self._lock is not None:
                self._lock.release()
            self._client = self._collection = self._lock = self._slot = None

    def _query(self, vector: list[float], limit: int) -> list[tuple[str, float]]:
        count = self._collection.count()
        if not count:
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=min(limit, count), include=["distances"])
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def _open(self) -> None:
        self._slot = self._slot or self._take_slot()
        state = self._read_state()
        if state is None or not (self._slot / state["data"]).is_dir():
            self._rebuild()
            return
        self._connect(self._slot / state["data"])
        self._seq, self._generation = state["seq"], state["generation"]
        self._remove_leftovers(state["data"])
        current = self._seq == self._source.last_change() and self._generation == self._source.generation()
        if current and self._collection.count() != self._source.count_chunks():
            logger.warning("The vector cache %s does not match the library; it is made again.", self._slot)
            self._rebuild()

    def _take_slot(self) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for number in range(_SLOTS):
                lock = FileLock(self._folder / f"slot-{number}.lock", thread_local=False)
                try:
                    lock.acquire(blocking=False)
                except Timeout:
                    continue
                self._lock = lock
                slot = self._folder / f"slot-{number}"
                slot.mkdir(exist_ok=True)
                return slot
        except OSError as error:
            raise LibraryNotWritable(
                f"{self._folder} cannot be written ({error.strerror or error}); check permissions and free space."
            ) from error
        raise LibraryError(f"{_SLOTS} processes already use this library; end some of them.")

    def _connect(self, data: Path) -> None:
        # Imported here: it takes most of a second, and listing or filling a library needs none of it.
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        data.mkdir(parents=True, exist_ok=True)
        self._client = chromadb.PersistentClient(path=str(data), settings=ChromaSettings(anonymized_telemetry=False))
        self._collection = self._client.get_or_create_collection(
            _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _rebuild(self) -> None:
        """Make the cache anew beside the old one, which Chroma may still hold open."""
        self._slot = self._slot or self._take_slot()
        if self._client is not None:
            self._client.close()
        number = max((int(p.name.removeprefix("data-")) for p in self._slot.glob("data-*")), default=0) + 1
        data = f"data-{number}"
        self._connect(self._slot / data)
        self._seq, self._generation = 0, self._source.generation()
        self._apply(data, fresh=True)
        self._remove_leftovers(data)

    def _apply(self, data: str | None = None, *, fresh: bool = False) -> None:
        """Bring changed documents in step. Done twice it does no harm: the state is written after the vectors."""
        target = self._source.last_change()
        for doc_id in self._source.changed_since(self._seq):
            if not fresh:
                self._collection.delete(where={"doc_id": doc_id})
            chunks, vectors = self._source.document_chunks(doc_id)
            for start in range(0, len(chunks), _BATCH):
                part = chunks[start : start + _BATCH]
                self._collection.upsert(
                    ids=[chunk.chunk_id for chunk in part],
                    embeddings=vectors[start : start + _BATCH],
                    metadatas=[{"doc_id": chunk.doc_id, "page_number": chunk.page_number} for chunk in part],
                )
        self._seq = target
        self._write_state(data)

    def _read_state(self) -> dict[str, Any] | None:
        assert self._slot is not None
        try:
            state = json.loads((self._slot / _STATE).read_text())
            return {"data": str(state["data"]), "seq": int(state["seq"]), "generation": str(state["generation"])}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write_state(self, data: str | None) -> None:
        assert self._slot is not None
        old = self._read_state()
        name = data or (old["data"] if old else "data-1")
        new = self._slot / (_STATE + ".new")
        new.write_text(json.dumps({"data": name, "seq": self._seq, "generation": self._generation}))
        new.replace(self._slot / _STATE)

    def _remove_leftovers(self, current: str) -> None:
        assert self._slot is not None
        for path in self._slot.glob("data-*"):
            if path.name != current:
                shutil.rmtree(path, ignore_errors=True)
