"""The library's SQLite database: opening, checking and translating its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from ingest.errors import LibraryError, LibraryNotWritable
from ingest.files import LIBRARY_FILE
from ingest.schema import FORMAT_VERSION, FULL_TEXT, facts, metadata

_BUSY_SECONDS = 60


class Database:
    """Connections to one library's database, usable from several threads and beside other processes.

    In write-ahead mode readers never wait for a writer; a second writer waits its turn.
    """

    def __init__(self, folder: Path) -> None:
        """Open the database in a folder, creating it where there is none.

        Raises:
            LibraryNotWritable: the folder or the file cannot be written.
            LibraryError: the file is damaged, or of a newer format.
        """
        self.path = folder / LIBRARY_FILE
        self._engine = _engine(self.path)
        with self.writing() as connection:
            _create(connection, self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the library throughout."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one transaction: all of it, or nothing."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with _translated(self.path), self._engine.connect() as connection:
            connection.exec_driver_sql(begin)
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    # AUTOCOMMIT: transactions are begun by `writing` itself, as BEGIN IMMEDIATE.
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT", connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is removed is overwritten, not just unlinked.
        connection.execute("PRAGMA secure_delete = ON")

    return engine


def _create(connection: Connection, path: Path) -> None:
    metadata.create_all(connection)
    for statement in FULL_TEXT:
        connection.execute(text(statement))
    version = connection.scalar(select(facts.c.value).where(facts.c.name == "format"))
    if version is None:
        connection.execute(insert(facts).values(name="format", value=str(FORMAT_VERSION)))
    elif int(version) > FORMAT_VERSION:
        raise LibraryError(
            f"{path} was written by a newer version of Pagecite (format {version}, this one reads "
            f"{FORMAT_VERSION}); update Pagecite."
        )


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "readonly" in reason or "unable to open" in reason or "disk" in reason:
            raise LibraryNotWritable(
                f"{path} cannot be written ({reason}); check permissions and free space, or choose another folder "
                "with --library."
            ) from error
        if "locked" in reason:
            raise LibraryError(f"{path} was busy for {_BUSY_SECONDS} s; try again after the other job.") from error
        raise LibraryError(f"{path}: {reason}") from error
    except DatabaseError as error:
        raise LibraryError(
            f"{path} is damaged ({error.orig}); put back a backup, or move the file away and ingest again."
        ) from error
