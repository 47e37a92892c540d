"""A library that is open: its folder, its database, its copy of the vectors, and the claims on its documents."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from ingest.belonging import check_readable
from ingest.database import Database
from ingest.errors import LibraryNotWritable
from ingest.fields.storing import DUPLICATE_DAYS
from ingest.files import is_library
from ingest.locks import Claim, claim_document
from ingest.settings import Settings
from ingest.shelves import Shelves
from ingest.vector_source import DatabaseSource
from ingest.vectors import VectorIndex


class OpenLibrary:
    """What all that a library can do stands on."""

    def __init__(
        self,
        folder: Path | str,
        database_url: str = "",
        *,
        chroma_url: str = "",
        duplicate_days: int = DUPLICATE_DAYS,
    ) -> None:
        """Open a library, creating it where there is none.

        Args:
            folder: where it is.
            database_url: of the PostgreSQL database that holds its tables; empty: SQLite in the folder.
            chroma_url: of the Chroma server that holds its vectors; empty: Chroma in the folder.
            duplicate_days: between two invoices of one seller and sum that are taken for duplicates, at most.

        Raises:
            LibraryNotWritable: the folder cannot be created or written.
            LibraryError: the database is damaged or of a newer format.
        """
        self.folder = Path(folder).absolute()
        self.duplicate_days = duplicate_days
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryNotWritable(
                f"{self.folder} cannot be created ({error.strerror}); choose another folder with --library."
            ) from error
        self._database = Database(self.folder, database_url)
        self._shelves = Shelves(self.folder)
        self._locks = self.folder / "locks"
        self._index = VectorIndex(self.folder / "chroma", DatabaseSource(self._database), chroma_url)
        self._model = ""
        self._held = threading.local()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Open the library of the settings, as the constructor does."""
        return cls(
            settings.library,
            settings.database_url.get_secret_value(),
            chroma_url=settings.chroma_url,
            duplicate_days=settings.duplicate_days,
        )

    @staticmethod
    def exists(folder: Path | str, database_url: str = "") -> bool:
        """Whether there is a library in a folder, or in a database.

        Raises:
            LibraryError: nobody may look into the folder.
        """
        check_readable(Path(folder))
        return is_library(Path(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the vector cache and the database."""
        self._index.close()
        self._database.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let this thread see one state of the library until the end of the ``with`` block, whatever is written.

        Nothing can be written by this thread meanwhile.
        """
        if self._in_snapshot:
            yield
            return
        with self._database.reading() as connection:
            self._held.connection = connection
            try:
                yield
            finally:
                self._held.connection = None

    @property
    def _in_snapshot(self) -> bool:
        return getattr(self._held, "connection", None) is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the library, for what cares for the library as a whole."""
        with self._reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one transaction, all of it or nothing, for what cares for the library as a whole."""
        with self._database.writing() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        held = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self._database.reading() as connection:
            yield connection

    def claim(self, doc_id: str, *, wait: bool = True, notify: Callable[[], None] | None = None) -> Claim:
        """Have a document to oneself, among all processes and threads, until the claim is released.

        Args:
            doc_id: the document.
            wait: wait until it is free.
            notify: called once before waiting.

        Raises:
            DocumentBusy: it is not free, and `wait` is False.
            LibraryNotWritable: the lock's file cannot be made.
        """
        return claim_document(self._locks, doc_id, wait=wait, notify=notify)
