"""Documents on their way into a library, from the first sight of a file to the moment when questions see it."""

from collections.abc import Sequence

from PIL import Image

from ingest import journal, places, registry
from ingest.errors import DocumentGone
from ingest.fields.storing import Found, store
from ingest.files import as_text
from ingest.library.model import check_model, write_index
from ingest.library.removing import Removing
from ingest.passages import Vectors
from ingest.places import Place
from ingest.records import (
    recognition_json,
)
from ingest.removal import give_way
from ingest.titles import Subject
from ingest.types import Chunk, PageText, Recognition, SourceDocument


class Adding(Removing):
    """Entering, reading and publishing one document, for the one who has its claim."""

    def begin(
        self, source: SourceDocument, page_count: int, reader: str, *, keep_path: bool = True, drop_old: bool = False
    ) -> str:
        """Enter a document with the pages that are to be read, or note another path of one that is there.

        A visible document takes the path at once, as `publish` says.

        Args:
            source: the document.
            page_count: number of its pages.
            reader: who will read them.
            keep_path: whether to note where it was.
            drop_old: whether a version that so loses its last path is removed, not kept.

        Returns:
            ``ready``, ``retired`` (an older version that is kept) or ``pending``. Pages are entered for the last alone;
            `expect` enters them for the others.
        """
        dropped: list[str] = []
        with self._database.writing() as connection:
            status = registry.enter(connection, source, page_count)
            if keep_path:
                places.note_place(connection, source.doc_id, _place(source))
            if status == registry.PENDING:
                journal.enter_pending(connection, source.doc_id, reader, page_count)
            if status == registry.READY:
                gone = places.take_places(connection, source.doc_id)
                dropped = give_way(connection, source.doc_id, gone, drop=drop_old)
        self._finish(dropped)
        if dropped:
            self._wipe()
        return status

    def note_path(self, source: SourceDocument, *, drop_old: bool = False) -> None:
        """Note another path of a document that is there. A visible one takes it at once, as `publish` says.

        No claim is needed.
        """
        dropped: list[str] = []
        with self._database.writing() as connection:
            status = registry.get_status(connection, source.doc_id)
            if status not in ("", registry.REMOVED):
                places.note_place(connection, source.doc_id, _place(source))
            if status == registry.READY:
                gone = places.take_places(connection, source.doc_id)
                dropped = give_way(connection, source.doc_id, gone, drop=drop_old)
        self._finish(dropped)
        if dropped:
            self._wipe()

    def expect(self, doc_id: str, reader: str, page_count: int) -> None:
        """Enter pages of a document that is there, to be read anew beside those that are visible."""
        with self._database.writing() as connection:
            journal.enter_pending(connection, doc_id, reader, page_count)

    def refuse(self, source: SourceDocument, reason: str, *, keep_path: bool = True) -> None:
        """Enter a document that cannot be opened, with the reason; one that is visible stays so."""
        with self._database.writing() as connection:
            registry.refuse(connection, source, reason)
            if keep_path:
                places.note_place(connection, source.doc_id, _place(source))
            status = registry.get_status(connection, source.doc_id)
        if status == registry.FAILED:
            self._shelves.remove_original(source.doc_id)

    def give_up(self, doc_id: str, reader: str) -> None:
        """Forget what a reader read of a document that is visible with another reader's pages."""
        with self._database.writing() as connection:
            journal.discard(connection, doc_id, reader)
            images = journal.image_names(connection, doc_id)
        self._shelves.tidy(doc_id, images)

    def keep_original(self, source: SourceDocument) -> None:
        """Copy a document's file into the library.

        Raises:
            DocumentError: the file changed since it was identified.
            LibraryNotWritable: the copy cannot be written.
        """
        self._shelves.keep_original(source)

    def keep_image(self, doc_id: str, page_number: int, image: Image.Image) -> str:
        """Write a page's image; give back its file name, for `save_page`.

        Raises:
            LibraryNotWritable: it cannot be written.
        """
        return self._shelves.keep_image(doc_id, page_number, image)

    def save_page(self, reader: str, page: PageText, image: str) -> None:
        """Enter a page as done by a reader, with its image's file name."""
        with self._database.writing() as connection:
            journal.save_page(connection, reader, page, image)

    def save_page_failure(self, reader: str, doc_id: str, page_number: int, reason: str) -> None:
        """Enter a page as failed, with its reason; text that is visible from an earlier reading is taken over."""
        with self._database.writing() as connection:
            journal.save_page_failure(connection, reader, doc_id, page_number, reason)

    def keep_reading(self, doc_id: str, image_hash: str, engine: str, recognition: Recognition) -> None:
        """Keep what an engine read from a page image, until the document is removed."""
        with self._database.writing() as connection:
            journal.save_reading(connection, doc_id, image_hash, engine, recognition_json(recognition))

    def publish(
        self,
        source: SourceDocument,
        reader: str,
        subject: Subject,
        pieces: Sequence[Chunk],
        vectors: Vectors,
        *,
        found: Found | None = None,
        drop_old: bool = False,
    ) -> list[str]:
        """Make a document visible with the pages of a reader, in one step, in place of what was visible before.

        That is what was visible of it, and older versions of the file: its paths lead to no other document afterwards,
        and one that so loses its last path retires.

        Args:
            source: the document.
            reader: whose pages become visible; pages of other readers are deleted.
            subject: what it is about.
            pieces: its chunks.
            vectors: of the chunks, one row each.
            found: its fields; None where nobody has looked for them, so that none are shown.
            drop_old: whether an older version is removed, not kept.

        Returns:
            The visible documents whose place it took.

        Raises:
            DocumentGone: it was removed, or replaced by a newer version, meanwhile.
            IndexMismatch: the library's vectors were made anew with another model meanwhile.
        """
        doc_id = source.doc_id
        with self._database.writing() as connection:
            if registry.get_status(connection, doc_id) in ("", registry.REMOVED):
                raise DocumentGone("it was removed, or replaced by a newer version, while it was read")
            if self._model:
                check_model(connection, self._model)
            plain = journal.settle(connection, doc_id, reader)
            notes = journal.notes(connection, doc_id, plain)
            reason = "; ".join(reason for _, reason in notes.values() if reason)
            registry.make_visible(connection, doc_id, plain, reason, len(notes))
            write_index(connection, doc_id, subject, pieces, vectors)
            gone = places.take_places(connection, doc_id)
            replaced = [one for one in gone if registry.get_status(connection, one) == registry.READY]
            dropped = give_way(connection, doc_id, gone, drop=drop_old)
            # After older versions are gone, which would be taken for duplicates.
            store(connection, doc_id, found, self.duplicate_days)
            images = journal.image_names(connection, doc_id)
        self._shelves.tidy(doc_id, images)
        self._finish(dropped)
        if dropped:
            self._wipe()
        return replaced

    def mark_failed(self, doc_id: str, reason: str) -> None:
        """Note that a document could not be read; one that is visible stays so, with its pages."""
        with self._database.writing() as connection:
            registry.fail(connection, doc_id, reason)


def _place(source: SourceDocument) -> Place:
    return Place(as_text(str(source.path)), source.size, source.modified)
