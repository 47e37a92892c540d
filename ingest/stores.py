"""Where copies of the vectors are: what all places have in common, and the memory of this process."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.vector_source import Entries, Position


class VectorSet(Protocol):
    """The vectors of one library's chunks."""

    def put(self, entries: Entries) -> set[str]:
        """Enter vectors; what their chunks had before may stay until `keep_only`. Gives back their names for it."""
        ...

    def keep_only(self, doc_ids: Sequence[str], names: set[str]) -> None:
        """Delete what documents have beside some entries, by names that `put` gave."""
        ...

    def ids(self) -> set[str]:
        """All chunks."""
        ...

    def nearest(self, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, as pairs of chunk id and cosine (-1..1)."""
        ...

    def finds(self, entries: Entries) -> bool:
        """Whether each of some vectors, asked for, finds itself, or as many others at the same place."""
        ...


class Store(Protocol):
    """A place, with a note of how far its vectors are. Methods raise whatever Chroma or the system raises."""

    # Whether what was deleted stays in files until the vectors are put there anew.
    keeps_traces: bool

    def exclusive(self) -> AbstractContextManager[bool]:
        """Held while the vectors are changed, or compared with others. False: not yet ours, look and try again."""
        ...

    def read(self) -> Position | None:
        """How far the vectors are; None where there are none, or none that can be trusted."""
        ...

    def vectors(self) -> VectorSet:
        """The vectors, after `read` or `begin`."""
        ...

    def begin(self) -> None:
        """Make `vectors` new and empty ones, beside what is there."""
        ...

    def unseal(self) -> None:
        """Make sure that nobody trusts the vectors before they are settled again; called before they are changed."""
        ...

    def settle(self, position: Position) -> None:
        """Note how far the vectors are, and delete what they take the place of."""
        ...

    def instead(self, error: Exception, failures: int) -> "Store | None":
        """What to use after an error; None: there is nothing else.

        Args:
            error: what happened.
            failures: how many errors there were in a row.
        """
        ...

    def close(self, *, discard: bool = False) -> None:
        """Let go of the place.

        Args:
            discard: delete the vectors, too; they are to be put there anew.
        """
        ...


class MemoryStore:
    """Vectors in this process's memory, without Chroma: for read-only and full disks.

    Of 50,000 chunks they are there within a second, where Chroma takes twenty to make an index.
    """

    keeps_traces = False

    def __init__(self) -> None:
        self._position: Position | None = None
        self._vectors = ExactVectors()

    def exclusive(self) -> AbstractContextManager[bool]:
        """It is ours alone."""
        return nullcontext(True)

    def read(self) -> Position | None:
        """How far the vectors are."""
        return self._position

    def vectors(self) -> VectorSet:
        """The vectors."""
        return self._vectors

    def begin(self) -> None:
        """Start anew."""
        self.close()

    def unseal(self) -> None:
        """They end with the process."""

    def settle(self, position: Position) -> None:
        """Remember how far the vectors are."""
        self._position = position

    def instead(self, error: Exception, failures: int) -> Store | None:
        """Nothing."""
        return None

    def close(self, *, discard: bool = False) -> None:
        """Free the memory."""
        self._position, self._vectors = None, ExactVectors()


class ExactVectors:
    """`VectorSet` whose vectors are all compared with the question: exact, in 5 ms for 50,000 of them."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[str, NDArray[np.float32]]] = {}
        self._stacked: NDArray[np.float32] | None = None

    def put(self, entries: Entries) -> set[str]:
        """Enter vectors, in place of what their chunks had; the chunks are their names."""
        pairs = zip(entries.doc_ids, entries.vectors, strict=True)
        self._rows.update(zip(entries.chunk_ids, pairs, strict=True))
        self._stacked = None
        return set(entries.chunk_ids)

    def keep_only(self, doc_ids: Sequence[str], names: set[str]) -> None:
        """Delete what documents have beside some chunks."""
        changed = set(doc_ids)
        self._rows = {key: row for key, row in self._rows.items() if row[0] not in changed or key in names}
        self._stacked = None

    def ids(self) -> set[str]:
        """All chunks."""
        return set(self._rows)

    def nearest(self, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, as pairs of chunk id and cosine (-1..1)."""
        if not self._rows:
            return []
        asked = np.asarray(vector, dtype=np.float32)
        cosines = (self._matrix() @ asked) / max(float(np.linalg.norm(asked)), 1e-12)
        best = np.argpartition(-cosines, limit)[:limit] if limit < len(cosines) else np.arange(len(cosines))
        keys = list(self._rows)
        return [(keys[index], float(cosines[index])) for index in best[np.argsort(-cosines[best], kind="stable")]]

    def finds(self, entries: Entries) -> bool:
        """It finds what it has."""
        return self._rows.keys() >= set(entries.chunk_ids)

    def _matrix(self) -> NDArray[np.float32]:
        if self._stacked is None:
            self._stacked = np.stack([row for _, row in self._rows.values()])
            # Views into the whole, so that the pieces it was made of can go.
            documents = [doc_id for doc_id, _ in self._rows.values()]
            self._rows = dict(zip(self._rows, zip(documents, self._stacked, strict=True), strict=True))
        return self._stacked
