"""Rows from one database to another, whatever kinds they are: how archives are filled, and libraries from archives."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, create_engine, event, func, insert, select
from sqlalchemy.exc import DatabaseError

from ingest.errors import LibraryNotWritable
from ingest.registry import REMOVED
from ingest.schema import (
    chunks,
    corrections,
    documents,
    extractions,
    facts,
    fields,
    findings,
    metadata,
    pages,
    paths,
    readings,
)

# What cannot be made again from the rest, in an order in which rows may be entered.
ROWS: tuple[Table, ...] = (documents, paths, pages, readings, chunks, extractions, fields, corrections, findings)
TRUTH: tuple[Table, ...] = (facts, *ROWS)
_COUNTED = (documents, pages, chunks)
_ROWS = 100  # rows in memory at once; a reading of a page may have a hundred kB


def write_snapshot(source: Connection, path: Path, watch: Callable[[], None]) -> None:
    """Write one state of a library into a new SQLite file, without what is derived and without removed documents.

    Args:
        source: reading one state throughout.
        path: the file; it must not be there.
        watch: called now and then while rows are copied.

    Raises:
        LibraryNotWritable: the file cannot be written.
    """
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record):  # type: ignore[no-untyped-def]
        # Nobody else sees the file before it is whole, and where this is stopped it is thrown away.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")

    try:
        with _written(path):
            target = engine.connect()
            metadata.create_all(target, tables=TRUTH)
        for table in TRUTH:
            for rows in read_rows(source, table):
                with _written(path):
                    target.execute(insert(table), rows)
                watch()
        with _written(path):
            target.commit()
            target.close()
    finally:
        engine.dispose()


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise LibraryNotWritable(
            f"{path} cannot be written ({error.orig}); check permissions and free space."
        ) from error


def read_rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """All rows of a table, some at a time, except those of documents whose removal is begun."""
    with closing(source.execute(_kept(table), execution_options={"yield_per": _ROWS})) as rows:
        for part in rows.mappings().partitions():
            yield [dict(row) for row in part]


def _kept(table: Table) -> Select[Any]:
    if "doc_id" not in table.c:
        return select(table)
    removed = select(documents.c.doc_id).where(documents.c.status == REMOVED)
    query = select(table).where(table.c.doc_id.not_in(removed))
    return query.where(table.c.other.not_in(removed)) if table is findings else query


def count_rows(connection: Connection) -> dict[str, int]:
    """Numbers of documents, pages and chunks."""
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in _COUNTED}
