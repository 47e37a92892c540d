"""SQLite: the database as a file in the library's folder."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from ingest.errors import LibraryError, LibraryNotWritable

_TIDY_MS = 5000  # how long to wait for readers of what is deleted
_BUSY, _LOCKED = 5, 6
_PERMISSION, _READ_ONLY, _NOT_OPENED = 3, 8, 14
_IO, _FULL = 10, 13
_CORRUPT, _NO_DATABASE = 11, 26


class SqliteServer:
    """One file. In write-ahead mode readers never wait for a writer; a second writer waits its turn."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        """Prepare; nothing is opened.

        Args:
            path: the file.
            busy_seconds: how long to wait for a writer.
        """
        self.path = path
        self.place = str(path)
        self.begin_reading = "BEGIN"
        self.begin_writing = "BEGIN IMMEDIATE"
        self._busy_seconds = busy_seconds

    def engine(self) -> Engine:
        """Connections to the file, which is made where it is missing."""
        # AUTOCOMMIT: `Database` begins transactions itself.
        engine = create_engine(
            f"sqlite:///{self.path}",
            isolation_level="AUTOCOMMIT",
            connect_args={"timeout": self._busy_seconds},
            pool_timeout=self._busy_seconds,
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection, _record):  # type: ignore[no-untyped-def]
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # What is removed is overwritten, not just unlinked.
            connection.execute("PRAGMA secure_delete = ON")

        return engine

    def check(self, connection: Connection) -> None:
        """Whatever SQLite opens can hold a library."""

    def tidy(self, connection: Connection) -> bool:
        """Empty the write-ahead log, which still has what was deleted; outside a transaction.

        Returns:
            Whether it is empty: a reader of an older state keeps it.
        """
        connection.execute(text(f"PRAGMA busy_timeout = {_TIDY_MS}"))
        try:
            busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        finally:
            connection.execute(text(f"PRAGMA busy_timeout = {self._busy_seconds * 1000:.0f}"))
        return not busy

    def explain(self, error: DBAPIError) -> LibraryError:
        """What an error of SQLite means to people (sqlite.org/rescode.html)."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in (_BUSY, _LOCKED):
            return LibraryError(f"{self.place} was busy for {self._busy_seconds:.0f} s; try again after the other job.")
        if code in (_PERMISSION, _READ_ONLY, _NOT_OPENED):
            return LibraryNotWritable(
                f"{self.place} cannot be written ({error.orig}); check permissions, or choose another folder with "
                "--library."
            )
        if code in (_IO, _FULL):
            return LibraryNotWritable(
                f"{self.place} cannot be written ({error.orig}); free some space on its disk, or choose another folder "
                "with --library."
            )
        if code in (_CORRUPT, _NO_DATABASE):
            return LibraryError(
                f"{self.place} is damaged ({error.orig}); put back a backup with `ingest import`, or move the "
                "library's folder away and ingest again."
            )
        return LibraryError(f"{self.place}: {error.orig}.")
