"""The nearest chunks of a question, by Chroma, which is always in step with the library's database.

Chroma is a copy of what the database says, and is made again from it whenever there is a doubt, without embedding.
Whoever writes to the library writes to the database alone; each change has a number there, and before each search what
came later than the copy is applied to it. Where copies are: `ingest.slots`, `ingest.chroma_server`, `ingest.stores`.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ingest.chroma_server import ServerStore
from ingest.errors import IndexMismatch, LibraryError
from ingest.meter import Meter, Unwatched
from ingest.slots import SlotStore, damaged_slots, delete_idle
from ingest.stores import Store
from ingest.vector_source import Position, VectorSource

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_ROUNDS = 5  # how often to look again when the library changes meanwhile
_ALL = 200  # chunks of a library that is small enough to ask for each of them
_SAMPLE = 50  # how many to ask for in a larger one


class VectorIndex:
    """Nearest chunks by cosine, from this process's own copy, or that on a server. Safe to use from several threads."""

    def __init__(self, folder: Path, source: VectorSource, server_url: str = "") -> None:
        """Prepare; nothing is opened before the first search.

        Args:
            folder: the library's ``chroma`` folder.
            source: what to keep in step with.
            server_url: of a Chroma server, ``http(s)://host:port``; empty: a slot of the folder.

        Raises:
            ConfigError: the URL is none.
        """
        self._folder = folder
        self._source = source
        self._on_server = bool(server_url)
        self._mutex = threading.RLock()
        self._store: Store = (
            ServerStore(server_url, source.position().library_id, folder) if server_url else SlotStore(folder)
        )
        self._checked = False

    def search(self, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, as pairs of chunk id and cosine (-1..1).

        Raises:
            IndexMismatch: the vector has another length than the library's.
            LibraryError: the Chroma server does not answer, or the database cannot be read.
        """

        def ask() -> list[tuple[str, float]]:
            self._catch_up()
            return self._store.vectors().nearest(vector, limit)

        with self._mutex:
            return self._insist(ask, len(vector))

    def sync(self) -> None:
        """Apply the library's changes since the last time; open or rebuild the copy where needed.

        Raises:
            LibraryError: as `search`.
        """
        with self._mutex:
            self._insist(self._catch_up)

    def purge(self) -> bool:
        """Forget the vectors of removed documents, now that they are removed from the database.

        Slots that hold them and that no process uses are deleted. In those in use they can no longer be found, and the
        files go when their process ends, or when the slot is next used. A server that does not answer is brought in
        step by whoever asks it next.

        Returns:
            Whether nothing of them is left, save in the files of a server.

        Raises:
            LibraryNotWritable: a file cannot be deleted.
        """
        with self._mutex:
            if self._on_server or self._checked:
                try:
                    self._insist(self._catch_up)
                except LibraryError as error:
                    logger.warning("Removed vectors could not be deleted yet: %s", error)
                    return False
            # Slots may be left from before a server was set.
            return delete_idle(self._folder, self._source.position().purges)

    def rebuild(self, meter: Meter | None = None) -> None:
        """Make the copy anew, and delete all others but those in use.

        Others ask the old one until the new one is complete.

        Raises:
            LibraryError: as `search`; a file cannot be deleted.
        """

        def fill() -> None:
            with self._alone():
                self._store.read()
                self._fill(self._source.position(), meter)

        with self._mutex:
            delete_idle(self._folder)
            self._insist(fill)

    def inspect(self) -> list[str]:
        """What is wrong with the copies, a line each, without mending it; those in use are not looked at.

        Raises:
            LibraryError: the Chroma server does not answer, or the database cannot be read.
        """
        with self._mutex:
            if not self._on_server:
                return [f"{slot} is damaged" for slot in damaged_slots(self._folder)]
            return self._insist(self._compare)

    def close(self) -> None:
        """Give the slot back, or end the connection."""
        with self._mutex:
            self._store.close(discard=self._has_traces())
            self._checked = False

    def _insist(self, work: Callable[[], _Result], dimension: int = 0) -> _Result:
        """Work with the store, or whatever takes its place when it fails."""
        failures = 0
        while True:
            try:
                return work()
            except LibraryError:
                raise
            except Exception as error:
                self._check_dimension(dimension)
                failures += 1
                self._checked = False
                successor = self._store.instead(error, failures)
                if successor is None:
                    raise LibraryError(f"The library's vectors cannot be searched ({error}); see the log.") from error
                self._store = successor

    def _catch_up(self) -> None:
        """Bring the store in step with the library as it is now, or let another process do it."""
        wanted = self._source.position()
        while not self._is_in_step(wanted):
            with self._store.exclusive() as ours:
                if ours:
                    self._bring_in_step()
                    return

    def _is_in_step(self, wanted: Position) -> bool:
        if not self._checked:
            return False
        there = self._store.read()
        if there is None or (there.library_id, there.model) != (wanted.library_id, wanted.model):
            return False
        # On a server it may be further by now, but not further than the library, unless that was put back.
        return there == wanted or wanted.seq < there.seq <= self._source.position().seq

    def _bring_in_step(self) -> None:
        for _ in range(_ROUNDS):
            target = self._source.position()
            settled = self._bring_to(target)
            model = self._source.position().model
            if settled and model == target.model:
                self._checked = True
                return
        # Somebody writes all the time. What is there is in step, save for what came in the last moments.
        if model != target.model:
            raise LibraryError("The library's vectors are just being made anew; ask again in a moment.")

    def _bring_to(self, target: Position) -> bool:
        """Bring the store in step; False where the library changed meanwhile, so that it could not be checked."""
        there = self._store.read()
        if there is None or not self._leads(there, target):
            self._fill(target)
            return True
        if there != target:
            self._apply(there)
        settled = True
        if not self._checked:
            position, chunk_ids = self._source.census()
            settled = position == target
            if settled and not self._is_sound(chunk_ids):
                logger.warning("The copy of the vectors does not match the library; it is made again.")
                self._fill(target)
                return True
        self._store.settle(replace(target, purges=there.purges))
        return settled

    def _leads(self, there: Position, target: Position) -> bool:
        """Whether changes lead from one position to the other: not where the database is another, or an older one."""
        clean = self._checked or not self._store.keeps_traces or there.purges == target.purges
        same = (there.library_id, there.model) == (target.library_id, target.model)
        return same and clean and there.seq <= target.seq

    def _apply(self, there: Position) -> None:
        """Bring changed documents in step. Done twice it does no harm: the position is noted after the vectors."""
        self._store.unseal()
        changed = self._source.changed_since(there.seq)
        kept: set[str] = set()
        for entries in self._source.of_documents(changed):
            # The new before the old is deleted: on a server, others ask meanwhile.
            kept |= self._store.vectors().put(entries)
        self._store.vectors().keep_only(changed, kept)

    def _fill(self, target: Position, meter: Meter | None = None) -> None:
        """Put all vectors into an empty collection."""
        watcher = meter or Unwatched()
        watcher.begin("vectors", None)
        self._store.begin()
        for entries in self._source.everything():
            self._store.vectors().put(entries)
            watcher.step()
        self._store.settle(target)

    def _is_sound(self, chunk_ids: set[str]) -> bool:
        """Whether the copy has exactly these chunks, and finds them: all of them in a small library, else some."""
        vectors = self._store.vectors()
        if vectors.ids() != chunk_ids:
            return False
        ordered = sorted(chunk_ids)
        asked = ordered if len(ordered) <= _ALL else ordered[:: len(ordered) // _SAMPLE]
        return all(vectors.finds(entries) for entries in self._source.of_chunks(asked))

    def _compare(self) -> list[str]:
        with self._alone():
            there = self._store.read()
            position, chunk_ids = self._source.census()
            if there is None:
                return ["the Chroma server has no vectors of this library"]
            if there != position:
                return [] if self._leads(there, position) else ["the Chroma server has vectors of another state"]
            return [] if self._is_sound(chunk_ids) else ["the Chroma server has other vectors than the library"]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until the vectors are ours to change or to compare."""
        while True:
            with self._store.exclusive() as ours:
                if ours:
                    yield
                    return

    def _check_dimension(self, dimension: int) -> None:
        stored = next((entries.vectors.shape[1] for entries in self._source.everything()), dimension)
        if dimension and stored != dimension:
            raise IndexMismatch(
                f"The question's vector has {dimension} numbers, the library's have {stored}: they come from another "
                f"model, {self._source.position().model}. Set PAGECITE_EMBEDDING_MODEL to that and start again, or run "
                "`ingest reindex`."
            )

    def _has_traces(self) -> bool:
        """Whether vectors of removed documents stand in our files."""
        if not self._checked or not self._store.keeps_traces:
            return False
        try:
            there, target = self._store.read(), self._source.position()
        except LibraryError:
            return False
        return there is not None and there.purges != target.purges
