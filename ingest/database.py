"""The library's database, in SQLite or on PostgreSQL: opening, transactions, and errors in words for people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table, event, func, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.belonging import check_belonging, check_new, check_place, settle_belonging
from ingest.errors import LibraryError
from ingest.files import LIBRARY_FILE
from ingest.fulltext import full_text, optimise
from ingest.migrations import prepare
from ingest.postgres import PostgresServer
from ingest.schema import FORMAT_VERSION, changes, chunks, facts, findings
from ingest.sqlite import SqliteServer

_BUSY_SECONDS = 60
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


class Server(Protocol):
    """What differs between the kinds of databases."""

    place: str
    begin_reading: str
    begin_writing: str

    def engine(self) -> Engine:
        """Connections; transactions are begun and ended by statements."""
        ...

    def check(self, connection: Connection) -> None:
        """Make sure that a library can be made there."""
        ...

    def tidy(self, connection: Connection) -> bool:
        """Clear away what was deleted; outside a transaction. Tells whether it could be done."""
        ...

    def explain(self, error: DBAPIError) -> LibraryError:
        """An error in words for people."""
        ...


class Database:
    """Connections to one library's database, usable from several threads and beside other processes."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """Open the database of a library, creating it where there is none.

        Args:
            folder: the library's, which must be there.
            url: of the PostgreSQL database, ``postgresql://…``; empty: SQLite in the folder.

        Raises:
            ConfigError: the URL is none, or the driver is not installed.
            LibraryNotWritable: the folder, the file or the server's database cannot be written.
            LibraryError: the database is damaged, of a newer format, that of another folder, or out of reach.
        """
        self.folder = folder
        self.url = url
        self._server: Server = (
            PostgresServer(url, _BUSY_SECONDS) if url else SqliteServer(folder / LIBRARY_FILE, _BUSY_SECONDS)
        )
        self.place = self._server.place
        check_place(folder, self.place, on_server=bool(url))
        self._engine = self._server.engine()
        event.listen(self._engine, "before_cursor_execute", _storable, retval=True)
        self._open()

    def _open(self) -> None:
        """Make or renew the tables where that is needed. Else nothing is written: a reader waits for no writer."""
        with self.reading() as connection:
            known = inspect(connection).has_table(facts.name)
            current = known and _format(connection) == str(FORMAT_VERSION)
        if not current:
            with self.writing() as connection:
                self._prepare(connection)
        if self.url:
            with self.reading() as connection:
                check_belonging(connection, self.folder, self.place)

    def _prepare(self, connection: Connection) -> None:
        new = not inspect(connection).has_table(facts.name)  # asked again: others open it at the same time
        if new:
            check_new(self.folder, self.place)
            self._server.check(connection)
        prepare(connection, self.place, None if self.url else self.folder / LIBRARY_FILE)
        full_text(connection).create()
        if new and self.url:
            settle_belonging(connection, self.folder)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the library throughout."""
        with self._transaction(self._server.begin_reading) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one transaction: all of it, or nothing. There is no other writer until it ends."""
        with self._transaction(self._server.begin_writing) as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        # What is not committed is rolled back when the connection goes back to its pool.
        with self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql(begin)
            yield connection
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._server.explain(error) from error
        except PoolTimeout as error:
            raise LibraryError(
                f"{self.place} was busy for {_BUSY_SECONDS} s; try again after the other jobs."
            ) from error

    def tidy(self) -> bool:
        """Clear what was deleted out of the database's files, as far as that is in our hands.

        In SQLite's files no word of it is left. A server has room to reuse, and overwrites it when it does.

        Returns:
            Whether it could be done; not while somebody reads an older state.
        """
        with self.writing() as connection:
            optimise(connection)
        with self._translated(), self._engine.connect() as connection:
            return self._server.tidy(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def upsert(
    connection: Connection, table: Table, values: Mapping[str, Any] | Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """Insert rows; where one with the same keys is there, give it the other columns' values.

    Args:
        connection: inside a transaction.
        table: where to.
        values: one row, or several with the same columns; none does nothing.
        keys: columns with a unique constraint. A row of keys alone leaves one that is there as it is.
    """
    rows = [dict(values)] if isinstance(values, Mapping) else [dict(row) for row in values]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if others:
        statement = statement.on_conflict_do_update(index_elements=list(keys), set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(keys))
    connection.execute(statement, rows)


def continue_numbers(connection: Connection) -> None:
    """Let new rows be numbered after those that are there, when rows were entered with their numbers."""
    if connection.dialect.name != "postgresql":
        return  # SQLite looks at the highest number by itself
    for column in (chunks.c.row, findings.c.row, changes.c.seq):
        sequence = func.pg_get_serial_sequence(column.table.name, column.name)
        highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
        connection.execute(select(func.setval(sequence, highest, text("false"))))


def _format(connection: Connection) -> str:
    return connection.scalar(select(facts.c.value).where(facts.c.name == "format")) or ""


def _storable(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> tuple[str, Any]:
    """Text as every database takes it: a NUL or half of a surrogate pair becomes the replacement character."""
    return statement, [_clean(row) for row in parameters] if isinstance(parameters, list) else _clean(parameters)


def _clean(row: Any) -> Any:
    if isinstance(row, Mapping):
        return {name: _clean_value(value) for name, value in row.items()}
    return tuple(map(_clean_value, row))


def _clean_value(value: Any) -> Any:
    return _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
