"""Removing documents from a library, so that nothing of them stays."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack

from ingest import journal, places, registry
from ingest.errors import DocumentBusy
from ingest.facts import PURGED, PURGES, get_count, set_fact
from ingest.files import LIBRARY_FILE
from ingest.library.opened import OpenLibrary
from ingest.locks import left_behind
from ingest.migrations import delete_copies
from ingest.records import DocumentRecord
from ingest.removal import begin_removal


class Removing(OpenLibrary):
    """Removal in steps, each of which may be the last one of a killed process."""

    def remove(self, doc_id: str, *, notify: Callable[[], None] | None = None) -> list[str]:
        """Delete a document and the older versions of it with everything that was made from them.

        Waits while another process works on it.

        Args:
            doc_id: the document.
            notify: called once before waiting.

        Returns:
            The documents that were removed.

        Raises:
            LibraryNotWritable: a file cannot be deleted. The document can no longer be found; `sweep` goes on.
        """
        with self.claim(doc_id, notify=notify):
            with self._database.writing() as connection:
                removed = [doc_id, *registry.older_versions(connection, doc_id)]
                begin_removal(connection, removed)
            self._finish_one(doc_id)
        self._finish(removed[1:])
        self._wipe()
        return removed

    def forget_path(self, path: str, *, notify: Callable[[], None] | None = None) -> list[str]:
        """Forget a path whose file is gone. A document that was nowhere else is removed, as `remove` does.

        Args:
            path: absolute, as `paths` gives it.
            notify: called once before waiting for another process.

        Returns:
            The documents that were removed.
        """
        with self._reading() as connection:
            there = places.documents_at(connection, path)
        with ExitStack() as claims:
            for doc_id in there:
                claims.enter_context(self.claim(doc_id, notify=notify))
            with self._database.writing() as connection:
                gone = places.forget_place(connection, path)
                removed = [one for doc_id in gone for one in (doc_id, *registry.older_versions(connection, doc_id))]
                begin_removal(connection, removed)
        self._finish(removed)
        self._wipe()
        return removed

    def sweep(self, *, everywhere: bool = False) -> list[DocumentRecord]:
        """Finish what killed processes left: removals that were begun, images that no page names, half-written files.

        Documents that another process works on are left to it.

        Args:
            everywhere: look at the files of all documents, not only of those on which a process was killed.

        Returns:
            The documents whose removal was finished.

        Raises:
            LibraryNotWritable: a file cannot be deleted.
        """
        with self._reading() as connection:
            begun = registry.begun_removals(connection)
        finished = self._finish(record.doc_id for record in begun)
        for doc_id in sorted({*left_behind(self._locks), *(self._shelves.documents() if everywhere else ())}):
            try:
                with self.claim(doc_id, wait=False):
                    self._tidy(doc_id)
            except DocumentBusy:
                continue
        self._wipe()
        return [record for record in begun if record.doc_id in finished]

    def _tidy(self, doc_id: str) -> None:
        with self._reading() as connection:
            known = registry.get_status(connection, doc_id)
            images = journal.image_names(connection, doc_id)
        if known:
            self._shelves.tidy(doc_id, images)
        else:
            self._shelves.remove(doc_id)

    def _finish(self, doc_ids: Iterable[str]) -> set[str]:
        """Finish removals that were begun, save of documents that another process works on; give back which."""
        finished = set()
        for doc_id in doc_ids:
            try:
                with self.claim(doc_id, wait=False):
                    self._finish_one(doc_id)
                finished.add(doc_id)
            except DocumentBusy:
                continue
        return finished

    def _finish_one(self, doc_id: str) -> None:
        with self._reading() as connection:
            if registry.get_status(connection, doc_id) != registry.REMOVED:
                return
        self._shelves.remove(doc_id)
        with self._database.writing() as connection:
            registry.delete_removed(connection, doc_id)

    def _wipe(self) -> None:
        """Let nothing of removed documents stay in raw files; what is in use by others is wiped another time."""
        with self._reading() as connection:
            purges = get_count(connection, PURGES)
            if purges == get_count(connection, PURGED):
                return
            finished = not registry.with_status(connection, (registry.REMOVED,))
        delete_copies(self.folder / LIBRARY_FILE)
        wiped = [self._index.purge(), self._database.tidy()]
        if all(wiped) and finished:
            with self._database.writing() as connection:
                set_fact(connection, PURGED, str(purges))
