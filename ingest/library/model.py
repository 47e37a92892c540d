"""The embedding model of a library, and its index as a whole."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from ingest import passages, registry
from ingest.errors import IndexMismatch
from ingest.facts import MODEL, get_fact, set_fact
from ingest.fulltext import rebuild_fulltext
from ingest.library.opened import OpenLibrary
from ingest.meter import Meter
from ingest.passages import Vectors
from ingest.titles import Subject
from ingest.types import Chunk


class Indexed(OpenLibrary):
    """Vectors and full text, all made by one model."""

    def check_model(self, model: str, *, claim: bool = False) -> None:
        """Make sure that stored vectors come from this embedding model.

        Args:
            model: its name.
            claim: enter it where none is entered yet, and hold `publish` to it.

        Raises:
            IndexMismatch: they come from another one.
        """
        with self._reading() as connection:
            known = get_fact(connection, MODEL)
        if claim and not known:
            with self._database.writing() as connection:
                known = get_fact(connection, MODEL)
                if not known:
                    set_fact(connection, MODEL, known := model)
        if known and known != model:
            raise _mismatch(known, model)
        if claim:
            self._model = model

    def replace_index(
        self,
        model: str,
        stamps: Mapping[str, int],
        renewed: Callable[[Collection[str]], Iterable[tuple[str, Subject, Sequence[Chunk], Vectors]]],
    ) -> list[str]:
        """Put a new index in place of the old one, in one step: another model, other chunks, or both.

        Args:
            model: what the new vectors come from.
            stamps: for each document that was cut and embedded anew, what `stamps` said before.
            renewed: gives those documents, as far as they are among the given ones.

        Returns:
            Visible documents that changed since, or were not there. Where there is one, nothing is replaced.
        """
        with self._database.writing() as connection:
            current = registry.stamps(connection)
            if missing := [doc_id for doc_id, stamp in current.items() if stamps.get(doc_id) != stamp]:
                return missing
            set_fact(connection, MODEL, model)
            for doc_id, subject, pieces, vectors in renewed(current.keys()):
                write_index(connection, doc_id, subject, pieces, vectors)
            # Entries of chunks that were lost would stay otherwise: nothing names them any more.
            rebuild_fulltext(connection)
        return []

    def stamps(self) -> dict[str, int]:
        """For each visible document the number of its last change."""
        with self._reading() as connection:
            return registry.stamps(connection)

    def rebuild(self, meter: Meter | None = None) -> None:
        """Make the full-text index and the copy of the vectors in Chroma anew; nothing is embedded.

        Raises:
            LibraryError: they cannot be written.
        """
        with self._database.writing() as connection:
            rebuild_fulltext(connection)
        self._index.rebuild(meter)

    def inspect_vectors(self) -> list[str]:
        """What is wrong with Chroma's copies of the vectors, a line each; those in use are not looked at.

        Raises:
            LibraryError: the Chroma server does not answer.
        """
        return self._index.inspect()


def write_index(
    connection: Connection, doc_id: str, subject: Subject, pieces: Sequence[Chunk], vectors: Vectors
) -> None:
    """Put a document's passages in place of what it had, and note what it is about."""
    registry.set_subject(connection, doc_id, subject.title, subject.intro)
    name = registry.get_name(connection, doc_id)
    passages.replace_passages(
        connection, doc_id, title=subject.title, intro=subject.intro, name=name, pieces=pieces, vectors=vectors
    )


def check_model(connection: Connection, model: str) -> None:
    """Make sure, in a transaction, that the library's vectors come from a model.

    Raises:
        IndexMismatch: they come from another one.
    """
    known = get_fact(connection, MODEL)
    if known != model:
        raise _mismatch(known, model)


def _mismatch(known: str, model: str) -> IndexMismatch:
    return IndexMismatch(
        f"The library's vectors were made by {known}, the setting is {model}. Set PAGECITE_EMBEDDING_MODEL back to "
        f"{known}, or run `ingest reindex` to make them again (no page is read again)."
    )
